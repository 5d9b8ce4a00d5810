package kinds

import (
	"fmt"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

// riskChart draws how many gaps stand at each likelihood and impact.
func riskChart(name, title, says string, m soc2.RiskMatrix) document.Chart {
	c := document.Chart{Name: name, Kind: document.Heat, Title: title, Says: says, Label: "Impact", Labels: []string{"Impact 1", "Impact 2", "Impact 3", "Impact 4", "Impact 5"}}
	for likelihood := 5; likelihood >= 1; likelihood-- {
		s := document.Series{Name: fmt.Sprintf("Likelihood %d", likelihood)}
		for impact := 1; impact <= 5; impact++ {
			severity := soc2.SeverityOf(likelihood, impact)
			s.Values = append(s.Values, float64(m.At(likelihood, impact)))
			s.Tones, s.Words = append(s.Tones, severityTone(severity)), append(s.Words, severity.String())
		}
		c.Series = append(c.Series, s)
	}
	return c
}

// matrixWords is a matrix in a sentence.
func matrixWords(what string, m soc2.RiskMatrix) string {
	by := map[soc2.Severity]int{}
	for likelihood := 1; likelihood <= 5; likelihood++ {
		for impact := 1; impact <= 5; impact++ {
			by[soc2.SeverityOf(likelihood, impact)] += m.At(likelihood, impact)
		}
	}
	return fmt.Sprintf("By %s risk, of %s in scope %d are critical, %d high, %d medium and %d low. Accepted ones are among them.",
		what, counted(m.Total(), "gap", "gaps"), by[soc2.Critical], by[soc2.High], by[soc2.Medium], by[soc2.Low])
}

// severityChart draws gaps in scope by severity, and how far each is.
func severityChart(gaps []GapEntry) document.Chart {
	c := document.Chart{
		Name: "by-severity", Kind: document.Stacked, Title: "Gaps by severity of their residual risk", Label: "Severity",
		Says: "For each severity, the gaps in scope where something is seen to be wrong, those where nothing shows that the control holds, and those that are accepted.",
		Series: []document.Series{
			{Name: "seen to be wrong", Tone: document.Bad}, {Name: "nothing shows it holds", Tone: document.Unseen}, {Name: "accepted", Tone: document.None},
		},
	}
	for _, severity := range soc2.Severities {
		var counts [3]float64
		for i := range gaps {
			g := &gaps[i]
			switch {
			case g.OutOfScope || g.Risk.Severity != severity:
			case g.accepted():
				counts[2]++
			case g.blind():
				counts[1]++
			default:
				counts[0]++
			}
		}
		c.Labels = append(c.Labels, severity.String())
		for i := range c.Series {
			c.Series[i].Values = append(c.Series[i].Values, counts[i])
		}
	}
	return c
}

// criteriaChart draws the states of criteria by series.
func criteriaChart(rows []CriterionRow) document.Chart {
	c := document.Chart{
		Name: "by-series", Kind: document.Stacked, Title: "Criteria by series and state", Label: "Series",
		Says: "For each series of the Trust Services Criteria, how many of its criteria show a gap, have incomplete evidence, show none, or are out of scope.",
	}
	index := map[string]int{}
	for _, r := range rows {
		if _, ok := index[r.Series]; !ok {
			index[r.Series] = len(c.Labels)
			c.Labels = append(c.Labels, r.Series)
		}
	}
	for _, state := range soc2.CriterionStates {
		tone, word := criterionTone(state)
		s := document.Series{Name: word, Tone: tone, Values: make([]float64, len(c.Labels))}
		for _, r := range rows {
			if r.State == state {
				s.Values[index[r.Series]]++
			}
		}
		c.Series = append(c.Series, s)
	}
	return c
}

// overTime says what figures over time are of: less than the gaps above them.
func overTime() document.Paragraph {
	return document.P("Figures over time count the controls of the catalogue that something is seen to fail, with accepted ones and those out of scope. " +
		"They leave out gaps where nothing shows that the control holds, and gaps of assets, walkthroughs and the company's own controls: when one of those closes, no figure here changes.")
}

// burnDown draws open gaps over the weeks there were; false: there are too few.
func burnDown(p soc2.Progress) (document.Chart, bool) {
	if len(p.Weeks) < 2 {
		return document.Chart{}, false
	}
	open := document.Series{Name: "Failing", Tone: document.Bad}
	c := document.Chart{Name: "burn-down", Kind: document.Lines, Title: "Controls with something that fails, at the end of each week", Label: "Week to", Told: true}
	for _, w := range p.Weeks {
		c.Labels = append(c.Labels, day(w.To))
		open.Values = append(open.Values, float64(w.Open))
	}
	c.Series = []document.Series{open}
	first, last := p.Weeks[0], p.Weeks[len(p.Weeks)-1]
	c.Says = fmt.Sprintf("From %d at the end of the week to %s to %d at the end of that to %s.", first.Open, day(first.To), last.Open, day(last.To))
	return c, true
}

// weekTable is progress by week.
func weekTable(p soc2.Progress) document.Table {
	t := document.Table{
		Name: "weeks", Caption: "What opened and closed, by week", Folded: true, Empty: "There is no whole week of history yet.",
		Columns: []document.Column{
			{Name: "Week to", Kind: document.DateKind, Weight: 2},
			{Name: "Opened", Kind: document.NumberKind},
			{Name: "Reopened", Kind: document.NumberKind},
			{Name: "Closed", Kind: document.NumberKind},
			{Name: "Left without being mended", Kind: document.NumberKind, Weight: 2},
			{Name: "Failing at its end", Kind: document.NumberKind, Weight: 1.5},
		},
	}
	var rows [][]document.Cell
	for _, w := range p.Weeks {
		rows = append(rows, []document.Cell{document.Date(w.To), document.Number(w.Opened), document.Number(w.Reopened), document.Number(w.Closed), document.Number(w.Left), document.Number(w.Open)})
	}
	t.Rows = document.RowsOf(rows)
	return t
}
