package soc2

import "fmt"

// Effort is how many days of work something takes, at least and at most. It is a
// rule of thumb and says so: it gives an order of size for planning.
type Effort struct {
	Min int `json:"min_days"`
	Max int `json:"max_days"`
}

// The rule: a check's effort in the catalogue is low (at most a day), medium (1 to 3
// days) or high (5 to 15); every twenty more resources add as much again to the most
// and half of it to the least, since what is repeated is scripted. The efforts of
// tasks add up.
func taskEffort(word string, resources int) Effort {
	e := map[string]Effort{"low": {0, 1}, "medium": {1, 3}, "high": {5, 15}}[word]
	if e == (Effort{}) {
		e = Effort{1, 3} // nobody rated it
	}
	more := max(resources-1, 0) / 20
	return Effort{e.Min + more*e.Min/2, e.Max + more*e.Max}
}

func effortOf(tasks []PlanTask) (all Effort) {
	for _, t := range tasks {
		all.Min += t.Effort.Min
		all.Max += t.Effort.Max
	}
	return all
}

func (e Effort) String() string {
	switch {
	case e.Min == e.Max && e.Max == 1:
		return "1 day"
	case e.Min == e.Max:
		return fmt.Sprintf("%d days", e.Max)
	case e.Min == 0 && e.Max == 1:
		return "up to 1 day"
	case e.Min == 0:
		return fmt.Sprintf("up to %d days", e.Max)
	}
	return fmt.Sprintf("%d to %d days", e.Min, e.Max)
}
