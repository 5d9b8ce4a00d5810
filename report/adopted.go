package report

import (
	"fmt"

	"github.com/controlwatch/controlwatch/soc2"
)

// adopted says what the company does with the controls, once it decided on any.
func (s *summary) adopted(controls []soc2.ControlResult) {
	n := map[string]int{}
	var declined []string
	for _, c := range controls {
		n[c.Adoption]++
		if c.Declined() {
			declined = append(declined, c.ID)
		}
	}
	if n[string(soc2.Adopted)]+n[string(soc2.Declined)] == 0 {
		return // advisory alone may be a matter of the profile, which is said beside it
	}
	s.lines(2, "controls  ", fmt.Sprintf("%d adopted, %d advisory, %d declined, %d proposed",
		n[string(soc2.Adopted)], n[string(soc2.Advisory)], n[string(soc2.Declined)], n[soc2.Proposed]))
	for i, id := range declined {
		if i == mostDeclined {
			s.lines(2, "          ", fmt.Sprintf("and %d more: controlwatch controls list", len(declined)-i))
			break
		}
		s.lines(2, "          ", s.paintOutcome(soc2.Unobserved, id+" is declined: judged and shown, and it neither holds nor breaks a criterion"))
	}
}

// mostDeclined is how many declined controls the header names.
const mostDeclined = 10
