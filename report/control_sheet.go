package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/soc2"
)

// ControlSheet writes one control for a person: what it states and why, which
// criteria it bears on and what it leaves open, how it is tested, and what to do
// where it does not hold.
func ControlSheet(w io.Writer, c soc2.Control, o Options) error {
	o.Width = max(o.Width, MinWidth)
	s := &summary{Options: o}
	s.section(c.ID)
	s.lines(2, "", c.Title)
	s.lines(2, "", fmt.Sprintf("%s · %s · owner: %s · profile: %s · version %d", c.Severity(), c.Nature, c.Owner, c.Profile, c.Version))
	s.section("Statement")
	s.lines(2, "", prose(joined(c.Statement))...)
	s.section("Why")
	s.lines(2, "", prose(joined(c.Rationale))...)
	s.lines(2, "", fmt.Sprintf("Risk: likelihood %d × impact %d. %s", c.Likelihood, c.Impact, joined(c.RiskReason)))
	s.section("Criteria")
	for _, m := range c.Criteria {
		s.lines(2, fmt.Sprintf("%-6s ", m.ID), string(m.Strength)+": "+joined(m.Why), "Left to a person: "+joined(m.Residual))
	}
	if len(c.Parameters) > 0 {
		s.section("Parameters, with their defaults")
		for _, name := range slices.Sorted(maps.Keys(c.Parameters)) {
			s.lines(2, "", fmt.Sprintf("%s = %v", name, c.Parameters[name]))
		}
	}
	for _, k := range c.Checks {
		s.checkSheet(k)
	}
	s.attestationSheet(c.AttestationAsked)
	if _, err := io.WriteString(w, s.String()); err != nil {
		return fmt.Errorf("write the control: %w", err)
	}
	return nil
}

func (s *summary) checkSheet(k soc2.Check) {
	s.section("Check " + k.ID)
	judges := string(k.Kind)
	if len(k.Types) > 0 {
		judges += " of type " + strings.Join(k.Types, ", ")
	}
	s.lines(2, "judges  ", judges)
	if k.When != "" {
		s.lines(2, "when    ", expressionLines(k.When)...)
	}
	s.lines(2, "passes  ", expressionLines(k.Pass)...)
	s.lines(2, "shows   ", strings.Join(k.Observed, ", "))
	s.lines(2, "desired ", joined(k.Desired))
	for _, provider := range slices.Sorted(maps.Keys(k.Remediation)) {
		s.lines(2, "fix     ", provider+": "+joined(k.Remediation[provider]))
	}
	s.lines(2, "effort  ", k.Effort)
	if len(k.Covers) > 0 {
		s.lines(2, "answers ", strings.Join(k.Covers, ", "))
	}
}

func (s *summary) attestationSheet(a *soc2.AttestationAsked) {
	if a == nil {
		return
	}
	s.section("Attested by a person")
	s.lines(2, "asks     ", joined(a.Question))
	for _, e := range a.Evidence {
		s.lines(2, "evidence ", e)
	}
	second := "the person who performed it states it"
	if a.Reviewer {
		second = "a second person must have reviewed it"
	}
	s.lines(2, "valid    ", a.Validity+" from the day performed; "+second)
	if len(a.Covers) > 0 {
		s.lines(2, "answers  ", strings.Join(a.Covers, ", "))
	}
}

// joined is folded prose on one line.
func joined(s string) string { return strings.Join(strings.Fields(s), " ") }

// expressionLines are the lines of an expression as its author broke them.
func expressionLines(s string) []string {
	var lines []string
	for line := range strings.Lines(strings.TrimSpace(s)) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
