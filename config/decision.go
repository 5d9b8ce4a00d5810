package config

import (
	"strings"
	"time"
)

type decisionProblem struct{ field, text string }

// problems holds a decision to promise 7: requester, another approver, reason and end.
func (d Decision) problems() []decisionProblem {
	var ps []decisionProblem
	for _, f := range []struct{ name, value string }{
		{"id", d.ID}, {"control", d.Control}, {"reason", d.Reason}, {"requester", d.Requester}, {"approver", d.Approver},
	} {
		if strings.TrimSpace(f.value) == "" {
			ps = append(ps, decisionProblem{f.name, "is missing"})
		}
	}
	if d.Kind != "acceptance" && d.Kind != "exclusion" {
		ps = append(ps, decisionProblem{"kind", "expected acceptance or exclusion"})
	}
	if time.Time(d.Expires).IsZero() {
		ps = append(ps, decisionProblem{"expires", "is missing; a decision to live with a gap has an end, such as 2027-03-31"})
	}
	return ps
}
