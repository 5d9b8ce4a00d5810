package catalogue

import "slices"

// ChecklistItem is one part of what people go through before an audit, and the
// controls that answer it.
type ChecklistItem struct {
	Part     string // section or question of the checklist, gap that is often found, area of examples
	ID       string // within its part: "4", "4.2"
	Title    string
	Controls []string
}

// The parts of the checklist.
const (
	ChecklistSection  = "section"
	ChecklistQuestion = "question"
	ChecklistGap      = "gap"
	ChecklistArea     = "area"
)

// Checklist is the whole of it, in its order.
func Checklist() ([]ChecklistItem, error) {
	records, err := table(embedded, "checklist.csv")
	if err != nil {
		return nil, err
	}
	var all []ChecklistItem
	for _, r := range records[1:] {
		all = append(all, ChecklistItem{ID: r[0], Part: r[1], Title: r[2], Controls: list(r[3])})
	}
	return all, nil
}

// Sections are the sections of the checklist, in their order.
func Sections() ([]ChecklistItem, error) {
	all, err := Checklist()
	return slices.DeleteFunc(all, func(i ChecklistItem) bool { return i.Part != ChecklistSection }), err
}
