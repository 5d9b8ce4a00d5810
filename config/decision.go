package config

import (
	"slices"
	"strings"
	"time"
)

// decisionKinds are those of soc2.DecisionKinds.
var decisionKinds = []string{"acceptance", "exclusion", "relaxation", "skip", "scope"}

type decisionProblem struct{ field, text string }

// problems holds a decision to promise 7: requester, another approver, reason and end.
func (d Decision) problems() []decisionProblem {
	var ps []decisionProblem
	for _, f := range []struct{ name, value string }{
		{"id", d.ID}, {"reason", d.Reason}, {"requester", d.Requester}, {"approver", d.Approver},
	} {
		if strings.TrimSpace(f.value) == "" {
			ps = append(ps, decisionProblem{f.name, "is missing"})
		}
	}
	if !slices.Contains(decisionKinds, d.Kind) {
		ps = append(ps, decisionProblem{"kind", "expected acceptance, exclusion, relaxation, skip or scope"})
	}
	if time.Time(d.Expires).IsZero() {
		ps = append(ps, decisionProblem{"expires", "is missing; a decision to live with a gap has an end, such as 2027-03-31"})
	}
	return ps
}
