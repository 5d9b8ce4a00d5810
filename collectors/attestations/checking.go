package attestations

import (
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/strictyaml"
)

// checking turns what was written into an attestation and takes note of
// everything wrong with it, each with its place and field.
type checking struct {
	written  written
	node     strictyaml.Node
	now      time.Time
	problems []error
}

var (
	results     = []string{evidence.Met, evidence.MetWithFindings, evidence.NotMet, evidence.NoOccurrence}
	controlForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	idForm      = regexp.MustCompile(`^[^\s[:cntrl:]]{1,200}$`)
)

func (c *checking) body() evidence.Attestation {
	w := c.written
	c.about()
	a := evidence.Attestation{
		Control: w.Control, Result: w.Result, Note: w.Note, System: strings.TrimSpace(w.System),
		PerformedBy: strings.TrimSpace(w.PerformedBy), ReviewedBy: strings.TrimSpace(w.ReviewedBy),
		PerformedAt: c.performed(),
	}
	if a.PerformedBy == "" {
		c.wrong("performed_by", "is missing; name the person who performed the control")
	}
	if w.Covers != nil {
		a.CoversFrom = c.date("covers.from", w.Covers.From)
		a.CoversTo = c.date("covers.to", w.Covers.To)
		if !a.CoversTo.IsZero() && a.CoversTo.Before(a.CoversFrom) {
			c.wrong("covers.to", "lies before covers.from")
		}
	}
	for i, file := range w.Files {
		if problem := misplaced(c.node.File, file); problem != "" {
			c.problems = append(c.problems, c.node.At("files", i).Problem("files: %q %s", file, problem))
		}
	}
	return a
}

func (c *checking) about() {
	w := c.written
	switch {
	case w.Control == "":
		c.wrong("control", "is missing; name the control, as controlwatch controls list gives it")
	case !controlForm.MatchString(w.Control):
		c.wrong("control", "%q is not the id of a control", w.Control)
	}
	if w.ID != "" && !idForm.MatchString(w.ID) {
		c.wrong("id", "must be at most 200 characters without spaces")
	}
	switch {
	case w.Result == "":
		c.wrong("result", "is missing; expected %s", strings.Join(results, ", "))
	case !slices.Contains(results, w.Result):
		c.wrong("result", "%q is none; expected %s", w.Result, strings.Join(results, ", "))
	}
}

// performed reads when the control was performed. It is already tomorrow east
// of UTC, by 14 hours at most, and people write their own date.
func (c *checking) performed() time.Time {
	at := c.date("performed_at", c.written.PerformedAt)
	latest := c.now
	if _, whole, err := day(c.written.PerformedAt); err == nil && whole {
		latest = latest.Add(14 * time.Hour)
	}
	if at.After(latest) {
		c.wrong("performed_at", "lies in the future; an attestation speaks of what was done")
	}
	return at
}

func (c *checking) date(field, text string) time.Time {
	if text == "" {
		c.wrong(field, "is missing; expected a date such as 2026-10-05")
		return time.Time{}
	}
	at, _, err := day(text)
	if err != nil {
		c.wrong(field, "%v", err)
	}
	return at
}

func (c *checking) wrong(field, format string, args ...any) {
	var keys []any
	for key := range strings.SplitSeq(field, ".") {
		keys = append(keys, key)
	}
	c.problems = append(c.problems, c.node.At(keys...).Problem(field+": "+format, args...))
}

// misplaced says why an evidence file cannot be one that lies in the folder.
func misplaced(attestation, file string) string {
	switch {
	case strings.TrimSpace(file) == "":
		return "is empty"
	case strings.Contains(file, `\`):
		return "holds a backslash; separate folders by /"
	case path.IsAbs(file) || filepath.IsAbs(file):
		return "must be relative to the attestation"
	case !filepath.IsLocal(path.Join(path.Dir(attestation), file)):
		return "must lie inside the folder of attestations"
	}
	return ""
}
