package evaluators

import (
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// newestDay gives the statements of the newest UTC day. What has no date, or one
// that has not come yet, cannot be placed and puts the rest in doubt.
func newestDay(facts []*evidence.Fact, now time.Time) (newest []*evidence.Fact, undated []evidence.Hole) {
	day := time.Time{}
	for _, f := range facts {
		a, _ := f.Body.(*evidence.Attestation)
		if a.PerformedAt.IsZero() || a.PerformedAt.After(now) {
			undated = append(undated, evidence.Hole{Field: "performed_at", Reason: evidence.NotCollected, Detail: f.Resource.Label() + " is not dated, or dated ahead of time"})
			continue
		}
		switch d := a.PerformedAt.UTC().Truncate(24 * time.Hour); {
		case d.After(day):
			day, newest = d, []*evidence.Fact{f}
		case d.Equal(day):
			newest = append(newest, f)
		}
	}
	return newest, undated
}

// statement is what one attestation says.
type statement struct {
	fact    *evidence.Fact
	outcome soc2.Outcome
	reason  string
	holes   []evidence.Hole
}

// doubt takes away what a statement proves, for the reasons given.
func (s *statement) doubt(holes ...evidence.Hole) {
	if len(holes) > 0 {
		s.outcome, s.reason = soc2.Unobserved, ""
		s.holes = append(s.holes, holes...)
	}
}

func judgeAttestation(asked *soc2.AttestationAsked, f *evidence.Fact, known attestedCase) statement {
	a, _ := f.Body.(*evidence.Attestation)
	s := statement{fact: f}
	switch a.Result {
	case evidence.NotMet:
		s.outcome = soc2.Fail
		return s
	case evidence.Met, evidence.MetWithFindings:
		s.outcome = soc2.Pass
	case evidence.NoOccurrence:
		s.outcome, s.reason = soc2.NotApplicable, "attested that the occasion did not arise"
	default:
		s.doubt(evidence.Hole{Field: "result", Reason: evidence.NotCollected, Detail: fmt.Sprintf("%q is no result", a.Result)})
	}
	s.doubt(lacking(asked, f, a, known)...)
	return s
}

// lacking is what an attestation needs and does not have.
func lacking(asked *soc2.AttestationAsked, f *evidence.Fact, a *evidence.Attestation, known attestedCase) []evidence.Hole {
	var holes []evidence.Hole
	if h, lost := known.view.Fact(f); lost {
		holes = append(holes, h)
	}
	p, err := validity(asked.Validity)
	if err != nil || !known.at.Before(p.after(a.PerformedAt)) {
		holes = append(holes, evidence.Hole{
			Field: "performed_at", Reason: evidence.Stale, Since: p.after(a.PerformedAt),
			Detail: "performed " + a.PerformedAt.UTC().Format(time.DateOnly) + ", valid for " + asked.Validity,
		})
	}
	missing := func(field, detail string) {
		holes = append(holes, evidence.Hole{Field: field, Reason: evidence.NotCollected, Detail: detail})
	}
	switch {
	case a.Files == nil:
		holes = append(holes, sight.Holes(f, "files")...)
	case len(a.Files) == 0 && len(asked.Evidence) > 0 && a.Result != evidence.NoOccurrence:
		missing("files", "no evidence is attached")
	}
	if soc2.Nobody(a.PerformedBy) {
		missing("performed_by", "nobody signs it")
	}
	switch {
	case !asked.Reviewer:
	case soc2.Nobody(a.ReviewedBy):
		missing("reviewed_by", "a second person's review is asked for")
	case soc2.SamePerson(a.ReviewedBy, a.PerformedBy):
		missing("reviewed_by", "the reviewer performed it himself")
	}
	if a.Refused != "" {
		missing("reviewed_by", "it was not signed off by "+a.Refused)
	}
	if a.Result == evidence.Met && a.Deviations != nil && *a.Deviations > 0 {
		missing("deviations", "it says met and names deviations")
	}
	if a.System != known.system {
		missing("system", "it speaks of "+a.System+" only")
	}
	return holes
}
