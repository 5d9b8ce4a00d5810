package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/controlwatch/controlwatch/soc2"
)

// Columns of the table of controls besides the control itself.
const (
	stateColumn    = len("unobserved")
	severityColumn = len("critical")
	countColumns   = len("fail") + len("unseen") + len("pass")
	criteriaColumn = len("CC6.1 CC6.6")
	columns        = 7
)

func (s *summary) controls(results []soc2.ControlResult) {
	s.section("Controls")
	if len(results) == 0 {
		s.lines(2, "", "None: the catalogue is empty.")
		return
	}
	results = slices.Clone(results)
	SortControls(results)
	longest := len("control")
	for _, c := range results {
		longest = max(longest, text.StringWidth(c.ID))
	}
	gap := 1
	if s.Width >= 100 {
		gap = 2
	}
	room := s.Width - stateColumn - severityColumn - countColumns - (columns-1)*gap
	control := min(longest, room-criteriaColumn)
	criteria := room - control

	t := table.NewWriter()
	t.SuppressTrailingSpaces()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", strings.Repeat(" ", gap)
	style.Format.Header = text.FormatUpper
	t.SetStyle(style)
	t.SetColumnConfigs([]table.ColumnConfig{
		{Number: 4, Align: text.AlignRight, AlignHeader: text.AlignRight},
		{Number: 5, Align: text.AlignRight, AlignHeader: text.AlignRight},
		{Number: 6, Align: text.AlignRight, AlignHeader: text.AlignRight},
	})
	t.AppendHeader(table.Row{"state", "severity", "control", "fail", "unseen", "pass", "criteria"})
	for _, c := range results {
		var ids []string
		for _, m := range c.Criteria {
			ids = append(ids, m.ID)
		}
		t.AppendRow(table.Row{
			s.paintOutcome(c.State, stateOf(c)),
			s.paint(severityColours(c.Severity), c.Severity.String()),
			strings.Join(wrap(escaped(c.ID), control), "\n"),
			c.Failing, c.Unobserved, c.Passing,
			strings.Join(wrap(escaped(strings.Join(ids, " ")), criteria), "\n"),
		})
	}
	s.WriteString(t.Render() + "\n")
}

// stateOf is the state of a control in the table. One above the company's profile,
// or advisory, is never shown as holding; of one that is declined the counts tell.
func stateOf(c soc2.ControlResult) string {
	switch {
	case c.Declined():
		return "declined"
	case !c.ReliedOn() && c.State == soc2.Pass:
		return "advisory"
	}
	return stateWord(c.State)
}

// stateWord is the state of a control as the table spells it.
func stateWord(o soc2.Outcome) string {
	if o == soc2.NotApplicable {
		return "n/a"
	}
	return o.String()
}

// SortControls puts controls in reading order: failing, unobserved, passing,
// not applicable; the worst severity first; then by id.
func SortControls(results []soc2.ControlResult) {
	slices.SortStableFunc(results, func(a, b soc2.ControlResult) int {
		return cmp.Or(
			cmp.Compare(slices.Index(soc2.Outcomes, a.State), slices.Index(soc2.Outcomes, b.State)),
			cmp.Compare(b.Severity, a.Severity),
			cmp.Compare(a.ID, b.ID),
		)
	})
}
