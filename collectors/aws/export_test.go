package aws

import "slices"

// PolicyOf are the actions one operation needs.
func PolicyOf(operation string) []string { return actions([]string{operation}) }

// Feeds is how many feeds one account has: one of each global collector, and
// one in each region of every regional collector. Event histories are not asked for.
func Feeds(regions int) int {
	n := 0
	for _, c := range collectors {
		if c.Name == changeEvents.Name {
			continue
		}
		if c.reach == regional {
			n += regions
		} else {
			n++
		}
	}
	return n
}

// AnswersJSON says whether a service's answers are JSON.
func AnswersJSON(service string) bool { return slices.Contains(jsonServices, service) }
