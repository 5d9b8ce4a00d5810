package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/controlwatch/controlwatch/soc2"
)

func (s *summary) unseen(holes []soc2.ScopedHole, feeds int) {
	s.section("Not seen")
	if len(holes) == 0 && feeds == 0 {
		s.lines(2, "", s.paintOutcome(soc2.Unobserved, "Anything: no source has been planned."))
		return
	}
	if len(holes) == 0 {
		s.lines(2, "", "Nothing that was planned is missing.")
		return
	}
	for _, g := range Unseen(holes) {
		s.lines(2, s.paintOutcome(soc2.Unobserved, string(g.Reason))+fmt.Sprintf(" (%d)  ", g.Count), g.Remedy)
		shown := g.Lines[:min(len(g.Lines), s.Unseen)]
		for _, l := range shown {
			s.lines(4, "- ", unseenLine(l))
			if l.Detail != "" {
				s.lines(6, "", strings.Join(orSay(prose(l.Detail), ""), " "))
			}
		}
		if more := len(g.Lines) - len(shown); more > 0 {
			s.lines(4, "", fmt.Sprintf("and %d more like these, all with -o json", more))
		}
	}
}

func unseenLine(l UnseenLine) string {
	parts := []string{cmp.Or(strings.TrimSpace(escaped(l.Provider)+" "+escaped(l.Account)), "no source")}
	if l.Collector != "" {
		parts = append(parts, escaped(l.Collector))
	}
	parts = append(parts, escaped(l.What))
	if l.Operation != "" {
		parts = append(parts, escaped(l.Operation))
	}
	line := strings.Join(parts, " · ")
	if l.Count > 1 {
		line += fmt.Sprintf(" · %d times", l.Count)
	}
	return line
}
