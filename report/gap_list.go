package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/soc2"
)

// WorstGaps is the failing findings in the order to close them: those nobody
// accepted first, the worst severity, the longest failing. Findings excluded by
// a decision are not among them.
func WorstGaps(findings []soc2.Finding) []soc2.Finding {
	var gaps []soc2.Finding
	for _, f := range findings {
		if f.Outcome == soc2.Fail && f.ExcludedBy == "" {
			gaps = append(gaps, f)
		}
	}
	slices.SortStableFunc(gaps, func(a, b soc2.Finding) int {
		return cmp.Or(
			accepted(a)-accepted(b),
			cmp.Compare(b.Severity, a.Severity),
			a.LastChanged.Compare(b.LastChanged),
		)
	})
	return gaps
}

func accepted(f soc2.Finding) int {
	if f.Acceptance != nil {
		return 1
	}
	return 0
}

func (s *summary) gaps(a soc2.Assessment) {
	gaps := WorstGaps(a.Findings)
	s.section("Worst gaps")
	if len(a.CountsByPlace()) == 0 {
		s.lines(2, "", "Nothing was judged.")
		return
	}
	if len(gaps) == 0 {
		s.lines(2, "", "No finding fails. What was not seen, below, may hide some.")
		return
	}
	groups := Alike(gaps)
	shown, left := groups[:min(len(groups), s.Findings)], 0
	for i, group := range shown {
		s.gap(i+1, group)
	}
	for _, group := range groups[len(shown):] {
		left += len(group)
	}
	if left > 0 {
		s.lines(2, "", fmt.Sprintf("and %d more that fail, all with -o json", left))
	}
}

// mostAlike is how many resources are shown of those that fail one check alike.
const mostAlike = 3

// Alike puts together what fails one check and is mended the same way, in the
// order of the first of each.
func Alike(gaps []soc2.Finding) [][]soc2.Finding {
	type way struct{ control, check, desired, remediation, acceptance string }
	var groups [][]soc2.Finding
	index := map[way]int{}
	for _, f := range gaps {
		w := way{f.Control, f.Check, f.Desired, f.Remediation, ""}
		if f.Acceptance != nil {
			w.acceptance = f.Acceptance.ID
		}
		i, ok := index[w]
		if !ok {
			i = len(groups)
			index[w] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], f)
	}
	return groups
}

func (s *summary) gap(n int, group []soc2.Finding) {
	f := group[0]
	number := fmt.Sprintf("%3d. ", n)
	title := f.Severity.String() + "  " + escaped(f.Control)
	if f.Check != "" && f.Check != f.Control {
		title += " / " + escaped(f.Check)
	}
	if len(group) > 1 {
		title += fmt.Sprintf(" · %d resources", len(group))
	}
	for i, line := range wrap(title, s.Width-len(number)-1) {
		if i == 0 {
			line = s.paint(severityColours(f.Severity), strings.Replace(line, " ", "  ", 1))
		}
		s.WriteString(number + line + "\n")
		number = "     "
	}
	for _, one := range group[:min(len(group), mostAlike)] {
		s.lines(5, "what     ", resourceLine(one))
		s.lines(5, "current  ", cmp.Or(Current(one.Observed), "nothing recorded"))
		if !one.LastChanged.IsZero() {
			s.lines(5, "since    ", minute(one.LastChanged))
		}
	}
	if more := len(group) - mostAlike; more > 0 {
		s.lines(5, "", fmt.Sprintf("and %d more", more))
	}
	s.lines(5, "desired  ", orSay(prose(f.Desired), "not stated")...)
	s.lines(5, "fix      ", orSay(prose(f.Remediation), "not stated")...)
	if f.Acceptance != nil {
		s.lines(5, "accepted ", acceptedWords(*f.Acceptance))
	}
}

func resourceLine(f soc2.Finding) string {
	r := f.Resource
	place := strings.TrimSpace(escaped(r.Provider) + " " + escaped(r.Account) + " " + escaped(r.Region))
	return escaped(r.Type) + " " + Safe(r.Label()) + " in " + cmp.Or(place, "no provider")
}

func orSay(lines []string, otherwise string) []string {
	if len(lines) == 0 {
		return []string{otherwise}
	}
	return lines
}
