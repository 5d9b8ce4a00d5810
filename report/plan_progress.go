package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// PlanDiffText writes how a plan differs from an earlier one; what slipped comes first.
func PlanDiffText(w io.Writer, d soc2.PlanDiff, o Options) error {
	var lines []string
	head := fmt.Sprintf("Plan of %s to plan of %s: %s.", minute(d.From), minute(d.To), count(d.Slipped, "gap slipped", "gaps slipped"))
	if d.SampleData {
		head = "SAMPLE DATA. " + head
	}
	lines = append(lines, head)
	for _, c := range d.Changes {
		what := fmt.Sprintf("%s %s", c.Gap, c.What)
		switch {
		case c.Slipped():
			what = fmt.Sprintf("SLIPPED %s by %s: due %s, was %s", c.Gap, count(c.Days, "day", "days"), c.To, c.From)
		case c.From == "":
			what += ": " + c.To
		case c.To == "":
			what += ", it was " + c.From
		default:
			what += ": " + c.To + ", was " + c.From
		}
		if c.Who != "" {
			what += ", by " + c.Who
		}
		if c.Why != "" {
			what += ": " + c.Why
		}
		lines = append(lines, "  "+what)
	}
	if len(d.Changes) == 0 {
		lines = append(lines, "  Nothing differs.")
	}
	return planLines(w, lines, o)
}

// PlanDiffJSON writes it as controlwatch.plan-diff/v1.
func PlanDiffJSON(w io.Writer, d soc2.PlanDiff) error { return writeJSON(w, d) }

// ProgressJSON writes progress as controlwatch.plan-progress/v1.
func ProgressJSON(w io.Writer, p soc2.Progress) error { return writeJSON(w, p) }

// ProgressText writes progress for a terminal, with the burn-down as bars.
func ProgressText(w io.Writer, p soc2.Progress, o Options) error {
	o.Width = max(o.Width, MinWidth)
	s := &summary{Options: o, sample: p.SampleData}
	s.section("Progress of gaps")
	s.lines(2, "", fmt.Sprintf("As of %s, from what was noted since %s: %s with something that fails; %s with something not seen, and in no other number.",
		minute(p.At), minute(p.From), count(p.Open, "control", "controls"), count(p.Unobserved, "control more", "controls more")))
	s.section("By week")
	if len(p.Weeks) == 0 {
		s.lines(2, "", "There is no whole week of history yet.")
	}
	most := 1
	for _, w := range p.Weeks {
		most = max(most, w.Open)
	}
	for _, w := range p.Weeks {
		bar := strings.Repeat("█", w.Open*30/most)
		left := ""
		if w.Left > 0 {
			left = fmt.Sprintf(", %d left what is judged", w.Left)
		}
		s.lines(2, "", fmt.Sprintf("to %s  opened %d, reopened %d, closed %d%s; open %d %s", w.To.UTC().Format(time.DateOnly), w.Opened, w.Reopened, w.Closed, left, w.Open, bar))
	}
	s.section("Time to remediate")
	for _, t := range p.ToFix {
		mean := "no mean"
		if t.Closed > 0 {
			mean = fmt.Sprintf("mean %.1f days of %d closed", float64(t.Mean)/86400, t.Closed)
		}
		s.lines(2, "", fmt.Sprintf("%-8s  %s; %d closed that opened before anything was noted; %d still open, in no mean", t.Severity, mean, t.Undated, t.Open))
	}
	s.section("Forecast")
	s.lines(2, "", forecastLine(p.Forecast), p.Forecast.Why)
	if _, err := io.WriteString(w, s.String()); err != nil {
		return fmt.Errorf("write progress: %w", err)
	}
	return nil
}

func forecastLine(f soc2.Forecast) string {
	if !f.Known {
		return "When no gap is left: cannot tell."
	}
	latest := "more than five years from now"
	if !f.Latest.IsZero() {
		latest = f.Latest.UTC().Format(time.DateOnly)
	}
	return fmt.Sprintf("No gap is left around %s, between %s and %s.", f.Likely.UTC().Format(time.DateOnly), f.Earliest.UTC().Format(time.DateOnly), latest)
}

// planLines writes sentences that hold what people wrote.
func planLines(w io.Writer, lines []string, o Options) error {
	o.Width = max(o.Width, MinWidth)
	s := &summary{Options: o}
	for _, line := range lines {
		words := strings.TrimLeft(line, " ")
		s.lines(len(line)-len(words), "", escaped(words))
	}
	if _, err := io.WriteString(w, s.String()); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}
