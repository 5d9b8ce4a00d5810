package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// Since is drift noted since a time.
type Since struct {
	From  time.Time
	Began time.Time    // when the store's first commit was made: nothing older is known
	Drift []soc2.Drift // newest first
	More  bool         // the list was cut
}

// SinceList writes what drifted since a time and why, newest first.
func SinceList(w io.Writer, since Since, sample bool, o Options) error {
	o.Width = max(o.Width, MinWidth)
	s := &summary{Options: o, sample: sample}
	s.WriteByte('\n')
	s.section("Drift since " + minute(since.From))
	if since.From.Before(since.Began) {
		s.lines(2, "", s.paint(outcomeColours(soc2.Unobserved), "The store begins at "+minute(since.Began)+": nothing before it is known."))
	}
	s.lines(2, "", "A change is noted at the look that saw it, by the clock of the machine that looked; it happened between that look and the one before.")
	s.drift(since.Drift, true)
	if since.More {
		s.lines(2, "", fmt.Sprintf("These are the newest %d; there are more: a later --since shows fewer.", len(since.Drift)))
	}
	if _, err := w.Write([]byte(s.String())); err != nil {
		return fmt.Errorf("write the drift: %w", err)
	}
	return nil
}

// drift lists changes, the kinds in the order of soc2.Changes.
func (s *summary) drift(all []soc2.Drift, dated bool) {
	if len(all) == 0 {
		s.lines(2, "", "Nothing drifted. What was never seen cannot drift.")
		return
	}
	for _, change := range soc2.Changes {
		var of []soc2.Drift
		for _, d := range all {
			if d.Change == change {
				of = append(of, d)
			}
		}
		if len(of) == 0 {
			continue
		}
		s.lines(2, "", s.paint(changeColours(change), fmt.Sprintf("%s (%d)", change, len(of))))
		slices.SortStableFunc(of, func(a, b soc2.Drift) int {
			return cmp.Or(cmp.Compare(b.Severity, a.Severity), b.At.Compare(a.At))
		})
		for _, d := range of {
			s.driftLine(d, dated)
		}
	}
}

func (s *summary) driftLine(d soc2.Drift, dated bool) {
	title := escaped(d.Control) + " / " + escaped(d.Check)
	if d.Severity != 0 {
		title = d.Severity.String() + "  " + title
	}
	s.lines(4, "- ", title)
	s.lines(6, "", resourceLine(soc2.Finding{Resource: d.Resource}))
	to := d.To.String()
	if d.Gone {
		to = "no longer judged"
	}
	line := fmt.Sprintf("%s → %s, because %s", d.From, to, CauseWords(d.Cause))
	if dated {
		line = minute(d.At) + ": " + line
	}
	s.lines(6, "", line)
}

// CauseWords says a cause so that it can follow "because".
func CauseWords(c soc2.Cause) string {
	switch c {
	case soc2.CauseSystem:
		return "the system changed (system)"
	case soc2.CauseSight:
		return "what can be seen changed (sight)"
	case soc2.CauseJudgement:
		return "the catalogue, its parameters or the engine changed (judgement)"
	case soc2.CauseTime:
		return "time passed (time)"
	case soc2.CauseScope:
		return "what is in scope changed (scope)"
	}
	return "of something this version has no word for (" + escaped(string(c)) + ")"
}

func changeColours(c soc2.Change) colours {
	switch c {
	case soc2.Opened, soc2.Reopened, soc2.AcceptanceExpired:
		return outcomeColours(soc2.Fail)
	case soc2.LostSight:
		return outcomeColours(soc2.Unobserved)
	case soc2.Resolved, soc2.Regained:
	}
	return outcomeColours(soc2.Pass)
}
