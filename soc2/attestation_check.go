package soc2

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// AttestationResults are what an attestation can state.
var AttestationResults = []string{evidence.Met, evidence.MetWithFindings, evidence.NotMet, evidence.NoOccurrence}

// Problem is what is wrong with one field of what a person wrote.
type Problem struct {
	Field string // as in the record: "performed_at"
	What  string
}

func (p Problem) Error() string { return p.Field + ": " + p.What }

// aheadOfUTC is how much earlier than in UTC a day begins at most.
const aheadOfUTC = 14 * time.Hour

// Check gives everything that is wrong with an attestation in itself, joined.
func (a AttestationBody) Check(now time.Time) error {
	var errs []error
	wrong := func(field, format string, args ...any) {
		errs = append(errs, Problem{field, fmt.Sprintf(format, args...)})
	}
	if strings.TrimSpace(a.Control) == "" {
		wrong("control", "is missing; `controlwatch controls list` shows those there are")
	}
	if !slices.Contains(AttestationResults, a.Result) {
		wrong("result", "%q is none; expected %s", a.Result, strings.Join(AttestationResults, ", "))
	}
	switch {
	case a.PerformedAt.IsZero():
		wrong("performed_at", "is missing; give the day it was performed, such as 2026-09-30")
	case a.PerformedAt.After(now.Add(aheadOfUTC)):
		wrong("performed_at", "%s lies in the future; an attestation speaks of what was done", a.PerformedAt.Format(time.DateOnly))
	case a.PerformedAt.Year() < 2000:
		wrong("performed_at", "%s is too long ago to be meant", a.PerformedAt.Format(time.DateOnly))
	}
	switch {
	case a.CoversFrom.IsZero() || a.CoversTo.IsZero():
		wrong("covers", "is missing; give the first and the last day it speaks of, such as 2026-07-01/2026-09-30")
	case a.CoversTo.Before(a.CoversFrom):
		wrong("covers", "ends before it begins")
	case !a.PerformedAt.IsZero() && a.CoversFrom.After(a.PerformedAt.Add(24*time.Hour)):
		wrong("covers", "begins on %s, after it was performed", a.CoversFrom.Format(time.DateOnly))
	}
	a.counts(wrong)
	for i, f := range a.Files {
		raw, err := hex.DecodeString(f.SHA256)
		if err != nil || len(raw) != 32 || f.Path == "" || f.Size <= 0 {
			wrong("files", "file %d has no name, no bytes or no SHA-256", i+1)
		}
	}
	return errors.Join(errs...)
}

// counts: more cannot be tested than there was, nor deviate than was tested, and what
// deviated is not simply met.
func (a AttestationBody) counts(wrong func(field, format string, args ...any)) {
	for field, n := range map[string]*int{"population": a.Population, "tested": a.Tested, "deviations": a.Deviations} {
		if n != nil && *n < 0 {
			wrong(field, "is less than nothing")
			return
		}
	}
	if a.Population != nil && a.Tested != nil && *a.Tested > *a.Population {
		wrong("tested", "%d were tested of a population of %d", *a.Tested, *a.Population)
	}
	if a.Tested != nil && a.Deviations != nil && *a.Deviations > *a.Tested {
		wrong("deviations", "%d of %d tested", *a.Deviations, *a.Tested)
	}
	deviate := a.Deviations != nil && *a.Deviations > 0
	switch {
	case deviate && a.Tested == nil:
		wrong("tested", "is missing; of how many are those the deviations")
	case deviate && a.Result == evidence.Met:
		wrong("result", "it is met, and %d deviated: say %s, or %s", *a.Deviations, evidence.MetWithFindings, evidence.NotMet)
	case a.Result == evidence.NoOccurrence && (deviate || a.Population != nil && *a.Population > 0 || a.Tested != nil && *a.Tested > 0):
		wrong("result", "there was no occurrence, and a population of some: say which")
	}
}

// For gives everything that keeps an attestation from counting for a control as it is
// asked, joined. systems are those in scope; none: the scope does not say.
func (a AttestationBody) For(c Control, systems []System) error {
	var errs []error
	wrong := func(field, format string, args ...any) {
		errs = append(errs, Problem{field, fmt.Sprintf(format, args...)})
	}
	asked := c.AttestationAsked
	if asked == nil {
		return Problem{"control", c.ID + " is not attested: it is tested by its checks"}
	}
	if len(a.Files) == 0 && len(asked.Evidence) > 0 && (a.Result == evidence.Met || a.Result == evidence.MetWithFindings) {
		wrong("files", "none; it asks for %s", strings.Join(asked.Evidence, "; "))
	}
	var ids []string
	for _, s := range systems {
		ids = append(ids, s.ID)
	}
	switch {
	case a.System != "" && len(ids) > 0 && !slices.Contains(ids, a.System):
		wrong("system", "%q is not in scope; it has %s", a.System, strings.Join(ids, ", "))
	case a.System == "" && len(ids) > 0 && asked.PerSystem:
		wrong("system", "is missing; it is attested for each of %s", strings.Join(ids, ", "))
	case a.System != "" && !asked.PerSystem && a.Result != evidence.NotMet:
		wrong("system", "%s is attested for all systems at once: leave it out", c.ID)
	case a.System != "" && len(ids) == 0 && a.Result != evidence.NotMet:
		wrong("system", "the configuration states no systems, so nothing says that %q is one: leave it out, or give -c with scope.systems", a.System)
	}
	return errors.Join(errs...)
}
