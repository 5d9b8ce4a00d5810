package soc2

import (
	"fmt"
	"strings"
	"time"
)

// dueProblem is what attestations of a control that are due say against it.
type dueProblem struct {
	fails  bool // attested as not met
	lacks  bool // missing, or something that is asked for is not there
	before bool // it was performed once
	since  time.Time
	says   []string
}

// due looks at the newest instance whose outcome is known: what was made good
// since is a deviation of its time, and no gap of today.
func (g *gapJudge) due(control string) dueProblem {
	var p dueProblem
	var last *AttestationDue
	for i, d := range g.in.Dues[control] {
		p.before = p.before || d.State == DuePerformed || d.State == DueLate || d.State == DueNone || !d.Before.IsZero()
		if d.State != DueOpen {
			last = &g.in.Dues[control][i]
		}
	}
	if last == nil {
		return p
	}
	span := fmt.Sprintf("%s to %s", last.From.UTC().Format(time.DateOnly), last.To.UTC().Add(-time.Microsecond).Format(time.DateOnly))
	switch last.State {
	case DueMissing:
		if !last.Next.IsZero() {
			return p
		}
		p.lacks, p.since = true, last.To
		p.says = append(p.says, "Nobody has attested it for "+span+".")
	case DueLacking:
		p.lacks, p.since = true, last.At
		p.says = append(p.says, fmt.Sprintf("The attestation for %s lacks %s.", span, strings.Join(last.Lacks, ", ")))
	case DueNotMet:
		p.fails, p.since = true, last.At
		p.says = append(p.says, "It was attested as not met for "+span+".")
	case DuePerformed, DueNone, DueLate, DueOpen:
	}
	return p
}

// design is the newest conclusion on a control's design, and whether it is against it.
func (g *gapJudge) design(control string) (newest DesignConclusion, weak bool) {
	for _, d := range g.in.Designs {
		if d.Control == control && !d.At.Before(newest.At) && !d.At.After(g.in.now()) {
			newest = d
			weak = strings.TrimSpace(strings.ToLower(d.Conclusion)) != suitableDesign
		}
	}
	return newest, weak
}
