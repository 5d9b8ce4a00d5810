package kinds

import (
	"fmt"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

// MatrixDocument is the matrix as people read it.
func MatrixDocument(h Head, m Matrix, a soc2.Assessment) document.Document {
	d := h.begin("matrix", "Control matrix", "Which controls bear on which requirements of SOC 2 and other frameworks, and what the newest evidence shows of each.", a)
	d.Main = "controls"
	states := map[soc2.Outcome]int{}
	for _, c := range m.Controls {
		states[c.State]++
	}
	for _, o := range soc2.Outcomes {
		tone, _ := outcomeTone(o)
		label := map[soc2.Outcome]string{soc2.Fail: "Controls that fail", soc2.Unobserved: "Controls unobserved", soc2.Pass: "Controls that pass", soc2.NotApplicable: "Controls not applicable"}[o]
		note := map[soc2.Outcome]string{soc2.Fail: "at least one finding fails", soc2.Unobserved: "not all was seen; counts as holding nowhere", soc2.Pass: "all that was looked at", soc2.NotApplicable: "nothing of the kind exists"}[o]
		d.Summary = append(d.Summary, document.Tile{Label: label, Value: fmt.Sprint(states[o]), Note: note, Tone: tone})
	}
	d.Sections = append(d.Sections,
		document.Section{ID: "frameworks", Heading: "Frameworks", Blocks: frameworkBlocks(m)},
		document.Section{ID: "unmapped", Heading: "Requirements that no control bears on", Blocks: unmappedBlocks(m)},
		document.Section{ID: "controls", Heading: "Controls and what they are mapped to", Wide: true, Blocks: []document.Block{
			document.P("One row for each control of the catalogue. A criterion set apart by * has direct evidence from it; the others are supported."),
			controlTable(m),
		}},
		document.Section{ID: "requirements", Heading: "Requirements and the controls that bear on them", Fresh: true, Blocks: []document.Block{
			document.P("The state of a requirement is the worst of its controls. It says what evidence showed of those controls, and is no opinion on whether the requirement is fulfilled: a control may bear on part of it only."),
		}},
	)
	for _, f := range m.Frameworks {
		d.Sections = append(d.Sections, document.Section{ID: "requirements-" + slug(f.ID), Heading: f.Name, Level: 2, Blocks: []document.Block{requirementTable(f, m)}})
	}
	d.Sections = append(d.Sections, document.Section{ID: "method", Heading: "Method", Blocks: []document.Block{
		document.P("Controls are tested by checks on configuration that was read, or attested by a person; each is mapped to requirements by the catalogue. Where a control has findings that fail, its state is fails; else where any was not observed, unobserved. What was taken out by decision is counted as excluded, and a control of which everything was taken out is unobserved."),
		document.KeyValues{
			{Key: "Catalogue", Value: document.Paragraph{{Text: m.Catalogue, Code: true}}},
			{Key: "Judged at", Value: document.P(document.Date(m.At).String())},
			{Key: "See why", Value: document.Paragraph{{Text: "controlwatch explain CONTROL", Code: true}}},
		},
	}})
	return d
}

func slug(s string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, s), "-")
}

// frameworkBlocks say how much of each framework is mapped, and its states.
func frameworkBlocks(m Matrix) []document.Block {
	chart := document.Chart{
		Name: "frameworks", Kind: document.Stacked, Title: "Requirements with controls, by state", Label: "Framework",
		Says: "For each framework, how many of the requirements that a control is mapped to show a gap, have incomplete evidence, or show none.",
	}
	for _, s := range soc2.CriterionStates {
		tone, word := criterionTone(s)
		chart.Series = append(chart.Series, document.Series{Name: word, Tone: tone})
	}
	table := [][]document.Cell{}
	for _, f := range m.Frameworks {
		counts, mapped, controls := map[soc2.CriterionState]int{}, 0, 0
		for _, r := range m.Requirements {
			if r.Framework == f.ID && len(r.Controls) > 0 {
				counts[r.State]++
				mapped++
			}
		}
		for _, c := range m.Controls {
			if len(c.Maps[f.ID]) > 0 {
				controls++
			}
		}
		chart.Labels = append(chart.Labels, f.Short)
		for i, s := range soc2.CriterionStates {
			chart.Series[i].Values = append(chart.Series[i].Values, float64(counts[s]))
		}
		of := "not listed here"
		if f.Complete {
			of = fmt.Sprint(len(requirementsOf(m, f.ID)))
			if f.Lists != "" {
				of += ": " + f.Lists
			}
		}
		table = append(table, []document.Cell{document.Text(f.Name), document.Number(controls), document.Number(mapped), document.Text(of)})
	}
	return []document.Block{chart, document.Table{
		Name: "mapped", Caption: "How much is mapped",
		Columns: []document.Column{
			{Name: "Framework", Weight: 4}, {Name: "Controls mapped", Kind: document.NumberKind}, {Name: "Requirements named", Kind: document.NumberKind}, {Name: "Requirements there are", Weight: 2},
		},
		Rows: document.RowsOf(table),
	}}
}

func requirementsOf(m Matrix, framework string) []Requirement {
	var out []Requirement
	for _, r := range m.Requirements {
		if r.Framework == framework {
			out = append(out, r)
		}
	}
	return out
}

// unmappedBlocks name what no control bears on, and where that cannot be named.
func unmappedBlocks(m Matrix) []document.Block {
	blocks := []document.Block{document.P("Where every requirement of a framework is listed, those can be named that no control bears on; of the Trust Services Criteria those too that only have supporting evidence. That a control bears on a requirement is not that it is all the requirement asks.")}
	var blind []string
	for _, f := range m.Frameworks {
		if f.Complete {
			blocks = append(blocks, unmappedTable(f, m))
		} else {
			blind = append(blind, f.Name)
		}
	}
	if len(blind) > 0 {
		blocks = append(blocks, document.Callout{
			Tone: document.Unseen, Title: "Cannot be listed for the other frameworks",
			Text: document.P("The catalogue names requirements of " + strings.Join(blind, "; ") + " where a control bears on them, and holds no complete list of them. Which of their requirements no control bears on has to be found with their own texts. Nothing here says that there are none."),
		})
	}
	return blocks
}

func unmappedTable(f Framework, m Matrix) document.Table {
	var rows [][]document.Cell
	for _, r := range requirementsOf(m, f.ID) {
		switch {
		case len(r.Controls) == 0:
			rows = append(rows, []document.Cell{document.ID(r.ID), document.Text(r.Title), document.State(document.Bad, "no control")})
		case r.Direct == 0:
			rows = append(rows, []document.Cell{document.ID(r.ID), document.Text(r.Title), document.State(document.Unseen, "supported only")})
		}
	}
	t := document.Table{
		Name: "unmapped-" + slug(f.ID), Caption: fmt.Sprintf("%s: %d without a control", f.Short, len(rows)), Folded: f.ID != tsc,
		Columns: []document.Column{{Name: "Requirement", Kind: document.IDKind, Weight: 1.6}, {Name: "What it is about", Weight: 5}, {Name: "Evidence", Kind: document.StateKind, Weight: 2}},
		Rows:    document.RowsOf(rows), Empty: "Each has a control that bears on it.",
	}
	if f.ID == tsc {
		t.Caption, t.Empty = fmt.Sprintf("%s: %d without direct evidence", f.Short, len(rows)), "Each has a control that is direct evidence for it."
	}
	return t
}

func controlTable(m Matrix) document.Table {
	t := document.Table{Name: "controls", Caption: "Controls", Empty: "The catalogue has no control.", Columns: []document.Column{
		{Name: "Control", Weight: 3.2}, {Name: "State", Kind: document.StateKind, Weight: 2}, {Name: "Severity", Kind: document.StateKind, Weight: 1.6}, {Name: "Failing", Kind: document.NumberKind}, {Name: "Not seen", Kind: document.NumberKind},
	}}
	for _, f := range m.Frameworks {
		longest := 0
		for _, c := range m.Controls {
			for _, id := range c.Maps[f.ID] {
				longest = max(longest, len(id))
			}
		}
		t.Columns = append(t.Columns, document.Column{Name: f.Short, Weight: min(max(float64(longest)/7, 1.8), 2.9)})
	}
	t.Columns = append(t.Columns, document.Column{Name: "Id", Kind: document.IDKind, Weight: 2.6})
	t.Rows = func(yield func([]document.Cell, error) bool) {
		for _, c := range m.Controls {
			tone, word := outcomeTone(c.State)
			if !c.Judged {
				word = "not judged"
			}
			row := []document.Cell{document.Text(c.Title), document.State(tone, word), document.State(severityTone(c.Severity), c.Severity.String()), document.Number(c.Failing), document.Number(c.Unobserved)}
			for _, f := range m.Frameworks {
				ids := slices.Clone(c.Maps[f.ID])
				for i, id := range ids {
					if f.ID == tsc && slices.Contains(c.Direct, id) {
						ids[i] += "*"
					}
				}
				row = append(row, document.Text(joined(ids)))
			}
			if !yield(append(row, document.ID(c.ID)), nil) {
				return
			}
		}
	}
	return t
}

// joined names a text once for all of its requirements that follow each other.
func joined(ids []string) string {
	var b strings.Builder
	before := ""
	for i, id := range ids {
		text, number, ok := strings.Cut(id, ": ")
		switch {
		case ok && text == before:
			b.WriteString(", " + number)
		case i > 0:
			b.WriteString(", " + id)
		default:
			b.WriteString(id)
		}
		before = text
	}
	return b.String()
}

func requirementTable(f Framework, m Matrix) document.Table {
	var rows [][]document.Cell
	for _, r := range requirementsOf(m, f.ID) {
		tone, word := criterionTone(r.State)
		if len(r.Controls) == 0 {
			tone, word = document.Bad, "no control"
		}
		row := []document.Cell{document.ID(r.ID)}
		if f.Complete {
			row = append(row, document.Text(r.Title))
		}
		rows = append(rows, append(row, document.State(tone, word), document.Number(len(r.Controls)), document.Text(strings.Join(r.Controls, ", "))))
	}
	t := document.Table{
		Name: "by-" + slug(f.ID), Caption: f.Name + ", by requirement", Folded: true, Rows: document.RowsOf(rows),
		Columns: []document.Column{{Name: "Requirement", Kind: document.IDKind, Weight: 1.6}}, Empty: "No control is mapped to it.",
	}
	if f.Complete {
		t.Columns = append(t.Columns, document.Column{Name: "What it is about", Weight: 2.4})
	}
	t.Columns = append(t.Columns, document.Column{Name: "State", Kind: document.StateKind, Weight: 2.1}, document.Column{Name: "Controls", Kind: document.NumberKind}, document.Column{Name: "Which", Weight: 6})
	return t
}
