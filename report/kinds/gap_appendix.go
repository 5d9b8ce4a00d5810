package kinds

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

// progressSection says what became of gaps over time.
func progressSection(r GapReport) document.Section {
	s := document.Section{ID: "progress", Heading: "Progress", Fresh: true}
	s.Blocks = append(s.Blocks, frozenBlocks(r.Frozen)...)
	if chart, ok := burnDown(r.Progress); ok {
		s.Blocks = append(s.Blocks, overTime(), chart, weekTable(r.Progress))
	} else {
		s.Blocks = append(s.Blocks, document.P("There are not two whole weeks of history yet: nothing can be drawn over time."))
	}
	s.Blocks = append(s.Blocks, fixTable(r.Progress), ownersTable(r), document.P(forecastWords(r.Progress.Forecast)))
	return s
}

func frozenBlocks(f *SinceFrozen) []document.Block {
	if f == nil {
		return []document.Block{document.Callout{Tone: document.Unseen, Title: "No plan is frozen", Text: document.Paragraph{
			{Text: "Nobody froze a version of the plan, so that there is nothing to measure progress and slippage against: "}, {Text: "controlwatch plan freeze", Code: true}, {Text: " keeps one, and another person approves it."},
		}}}
	}
	approved := "nobody approved it"
	if f.Approved {
		approved = "approved by " + f.Approver
	} else if f.Approver != "" {
		approved = "refused by " + f.Approver
	}
	return []document.Block{document.P(fmt.Sprintf("Since version %d of the plan, frozen on %s by %s (%s), %s, %d closed and %d reopened; of %d it cannot be told any more. The dates of %s slipped.",
		f.Version, day(f.At), f.By, approved, counted(len(f.Opened), "gap opened", "gaps opened"), len(f.Closed), len(f.Reopened), len(f.Lost), counted(f.Slipped, "gap", "gaps")))}
}

func fixTable(p soc2.Progress) document.Table {
	var rows [][]document.Cell
	for _, t := range p.ToFix {
		mean := document.Text("no mean")
		if t.Closed > 0 {
			mean = document.Text(fmt.Sprintf("%.1f days", float64(t.Mean)/86400))
		}
		rows = append(rows, []document.Cell{severityCell(t.Severity), mean, document.Number(t.Closed), document.Number(t.Undated), document.Number(t.Open)})
	}
	return document.Table{
		Name: "time-to-remediate", Caption: "Mean time to remediate", Rows: document.RowsOf(rows), Empty: "Nothing was noted yet.",
		Columns: []document.Column{
			{Name: "Severity", Kind: document.StateKind, Weight: 2}, {Name: "Mean", Weight: 1.6}, {Name: "Of how many closed", Kind: document.NumberKind, Weight: 1.8}, {Name: "Closed, opened before anything was noted", Kind: document.NumberKind, Weight: 2.6}, {Name: "Still failing", Kind: document.NumberKind, Weight: 1.4},
		},
	}
}

func ownersTable(r GapReport) document.Table {
	owners := slices.Collect(maps.Keys(r.Owners))
	slices.SortFunc(owners, func(a, b string) int {
		return cmp.Or(cmp.Compare(r.Owners[b].Gaps, r.Owners[a].Gaps), strings.Compare(a, b))
	})
	var rows [][]document.Cell
	overdue := 0
	for _, o := range owners {
		rows = append(rows, []document.Cell{document.Text(ownerWords(o)), document.Number(r.Owners[o].Gaps), document.Number(r.Owners[o].Overdue)})
		overdue += r.Owners[o].Overdue
	}
	return document.Table{
		Name: "owners", Caption: "Gaps to close, by owner", Rows: document.RowsOf(rows), Empty: "No gap is left to close, as far as was seen.",
		Columns: []document.Column{{Name: "Owner", Weight: 4}, {Name: "Gaps to close", Kind: document.NumberKind, Weight: 1.4}, {Name: "Overdue", Kind: document.NumberKind}},
		Total:   totalIf(len(rows) > 1, document.Text("All"), document.Number(r.Figures.ToClose), document.Number(overdue)),
	}
}

// withAppendices adds what the rest rests on.
func withAppendices(d document.Document, r GapReport, a *soc2.Assessment) document.Document {
	d.Sections = append(
		d.Sections,
		document.Section{ID: "decisions", Heading: "Appendix: decisions and whatever narrows", Fresh: true, Wide: true, Blocks: decisionBlocks(r.Decisions, r.Narrowings)},
		document.Section{ID: "unseen-pieces", Heading: "Appendix: what was not seen", Wide: true, Blocks: unseenBlocks(r)},
		document.Section{ID: "populations", Heading: "Appendix: populations", Wide: true, Blocks: populationBlocks(r.Populations)},
		document.Section{ID: "controls", Heading: "Appendix: controls", Wide: true, Blocks: []document.Block{controlsTable(r.Controls)}},
		document.Section{ID: "risk-method", Heading: "Appendix: how risk is weighed", Blocks: riskMethodBlocks(r.Factors)},
		document.Section{ID: "findings", Heading: "Appendix: findings that fail or were not observed", Fresh: true, Wide: true, Blocks: []document.Block{
			document.P("Every finding of this assessment that fails or was not observed, those that are accepted or taken out by decision among them."),
			findingsTable(a),
		}},
	)
	return d
}

func decisionBlocks(decisions []DecisionRow, narrowings []soc2.Narrowing) []document.Block {
	blocks := []document.Block{document.P("Whatever lowers a bar or takes something out is a decision: asked for by one person, approved by another, with an end. None changes an outcome.")}
	if silent := soc2.Unrecorded(narrowings); len(silent) > 0 {
		blocks = append(blocks, document.Callout{Tone: document.Bad, Title: counted(len(silent), "setting narrows", "settings narrow") + " without a recorded decision", Text: document.P("Each is marked below. An auditor will ask who decided it, and why.")})
	}
	var rows, narrow [][]document.Cell
	for i := range decisions {
		d := &decisions[i]
		tone := document.Unseen
		word := string(d.State)
		if d.State == soc2.DecisionInForce && !d.Expiring && !d.Unused {
			tone = document.None
		}
		if d.Expiring {
			word += ", ends soon"
		}
		if d.Unused {
			word += ", unused"
		}
		reason := d.Reason
		if d.Unreadable != "" {
			reason = d.Unreadable
		}
		approver := d.Approver
		if approver == "" {
			approver = "nobody"
		} else if d.ApprovedAs != "" && d.ApprovedAs != approver {
			approver += " (" + d.ApprovedAs + ")"
		}
		instead := d.Compensating
		if instead == "" && d.Kind == soc2.Accept {
			instead = "none is named"
		}
		rows = append(rows, []document.Cell{
			document.ID(d.ID), document.Text(string(d.Kind)), document.State(tone, word), document.Text(d.About), document.Number(d.Picks), document.Text(reason), document.Text(instead), document.Text(d.Requester), document.Text(approver), dayCell(d.Expires),
		})
	}
	for _, n := range narrowings {
		state := document.State(document.Bad, "no decision")
		if n.Decision != "" {
			state = document.State(document.None, "decided")
		}
		narrow = append(narrow, []document.Cell{state, document.Text(string(n.Kind)), document.Text(n.String()), document.ID(n.Decision)})
	}
	return append(
		blocks,
		document.Table{
			Name: "narrowings", Caption: "What lowers a bar or leaves something out", Rows: document.RowsOf(narrow), Empty: "Nothing does: every parameter is the catalogue's, nothing is skipped, and no category is left out.",
			Columns: []document.Column{{Name: "Decision", Kind: document.StateKind, Weight: 1.8}, {Name: "Kind", Weight: 1.4}, {Name: "What", Weight: 6}, {Name: "Id", Kind: document.IDKind, Weight: 2}},
		},
		document.Table{
			Name: "decisions", Caption: "Acceptances, exclusions, relaxations, skips and scope", Rows: document.RowsOf(rows), Empty: "No decision is known.",
			Columns: []document.Column{
				{Name: "Decision", Kind: document.IDKind, Weight: 1.8},
				{Name: "Kind", Weight: 1.3},
				{Name: "State", Kind: document.StateKind, Weight: 2},
				{Name: "About", Weight: 3},
				{Name: "Picks", Kind: document.NumberKind, Weight: 0.8},
				{Name: "Reason", Weight: 3},
				{Name: "Instead", Weight: 2},
				{Name: "Asked by", Weight: 1.4},
				{Name: "Approved by", Weight: 2},
				{Name: "Ends", Kind: document.DateKind, Weight: 1.5},
			},
		},
	)
}

func populationBlocks(all []PopulationRow) []document.Block {
	var rows [][]document.Cell
	whole := 0
	for _, p := range all {
		state := document.State(document.Unseen, "not whole")
		if p.Lists > 0 && p.Whole == p.Lists {
			state = document.State(document.Good, "whole")
			whole++
		}
		items := document.Text("not told apart")
		if p.Items != nil {
			items = document.Number(*p.Items)
		}
		rows = append(rows, []document.Cell{
			document.Text(p.Provider), document.ID(p.Account), document.ID(p.Type), document.Text(string(p.Kind)), state, document.Number(p.Lists), document.Number(p.Whole), items, document.Date(p.Oldest), document.Text(strings.Join(p.Reasons, ", ")),
		})
	}
	return []document.Block{
		document.P(fmt.Sprintf("What was tested against: %s, of which %d were seen to their end and recently enough. A list that was read together with others is not counted by itself.", counted(len(all), "population", "populations"), whole)),
		document.Table{
			Name: "populations", Caption: "Populations", Rows: document.RowsOf(rows), Empty: "No source had been looked at.",
			Columns: []document.Column{
				{Name: "Provider", Weight: 1.3},
				{Name: "Account", Kind: document.IDKind, Weight: 1.8},
				{Name: "Population", Kind: document.IDKind, Weight: 3},
				{Name: "Kind", Weight: 2},
				{Name: "List", Kind: document.StateKind, Weight: 1.6},
				{Name: "Lists", Kind: document.NumberKind, Weight: 0.8},
				{Name: "Whole", Kind: document.NumberKind, Weight: 0.8},
				{Name: "Resources", Kind: document.NumberKind, Weight: 1.4},
				{Name: "Oldest", Kind: document.DateKind, Weight: 1.8},
				{Name: "Why not whole", Weight: 1.8},
			},
		},
	}
}

func controlsTable(all []ControlRow) document.Table {
	var rows [][]document.Cell
	for i := range all {
		c := &all[i]
		tone, word := outcomeTone(c.State)
		switch {
		case !c.Judged:
			tone, word = document.Unseen, "not judged"
		case c.NotYet:
			word += ", above the profile"
		}
		rows = append(rows, []document.Cell{
			document.Text(c.Title), document.State(tone, word), document.Text(c.Adoption), document.Text(c.Tested), document.Text(c.Nature), document.Text(c.Owner), document.Text(strings.Join(c.Criteria, ", ")),
			document.Number(c.Failing), document.Number(c.Unobserved), document.Number(c.Passing), document.Number(c.Accepted), document.Number(c.Excluded), document.ID(c.ID),
		})
	}
	return document.Table{
		Name: "controls", Caption: "Controls", Rows: document.RowsOf(rows), Empty: "The catalogue has no control.",
		Columns: []document.Column{
			{Name: "Control", Weight: 3},
			{Name: "State", Kind: document.StateKind, Weight: 1.9},
			{Name: "Adoption", Weight: 1.3},
			{Name: "Tested by", Weight: 1.4},
			{Name: "Nature", Weight: 1.4},
			{Name: "Role that owns it", Weight: 1.7},
			{Name: "Criteria", Weight: 1.8},
			{Name: "Failing", Kind: document.NumberKind, Weight: 0.9},
			{Name: "Not seen", Kind: document.NumberKind, Weight: 0.9},
			{Name: "Passing", Kind: document.NumberKind, Weight: 0.9},
			{Name: "Accepted", Kind: document.NumberKind, Weight: 0.9},
			{Name: "Excluded", Kind: document.NumberKind, Weight: 0.9},
			{Name: "Id", Kind: document.IDKind, Weight: 2.4},
		},
	}
}

func riskMethodBlocks(rules []RiskRuleRow) []document.Block {
	var rows [][]document.Cell
	for _, r := range rules {
		state := document.State(document.None, "default")
		if r.Changed {
			state = document.State(document.Info, fmt.Sprintf("changed; default %+d, %+d", r.Default.Likelihood, r.Default.Impact))
		}
		when := "inherent"
		if r.Fact == soc2.FactCompensated || r.Fact == soc2.FactOthersHold {
			when = "residual"
		}
		rows = append(rows, []document.Cell{document.Text(string(r.Fact)), document.Text(r.Says), document.Text(fmt.Sprintf("%+d", r.Likelihood)), document.Text(fmt.Sprintf("%+d", r.Impact)), document.Text(when), state})
	}
	return []document.Block{
		document.P("Risk is likelihood times impact, each from 1 to 5, as in NIST SP 800-30. Each control of the catalogue has a likelihood and an impact with a reason: the start. What facts change is added up and held between 1 and 5: those about what is affected make the inherent risk of the start, and those about what stands against it the residual of the inherent. A fact that raises counts as soon as one affected resource is known to be so; a fact that lowers only where nothing is left unseen. What is not known changes nothing."),
		document.P("A score of 20 and more is critical, of 12 high, of 6 medium, and below that low. An acceptance makes no risk smaller, unless a compensating control is tested and holds."),
		document.Table{
			Name: "risk-rules", Caption: "Rules in force", Rows: document.RowsOf(rows),
			Columns: []document.Column{{Name: "Fact", Weight: 2}, {Name: "When it counts", Weight: 4.4}, {Name: "Likelihood", Weight: 1.2}, {Name: "Impact", Weight: 1}, {Name: "Makes", Weight: 1.2}, {Name: "Rule", Kind: document.StateKind, Weight: 2}},
		},
	}
}

// findingsTable streams what fails or was not observed.
func findingsTable(a *soc2.Assessment) document.Table {
	return document.Table{
		Name: "findings", Caption: "Findings that fail or were not observed", Folded: true, Empty: "No finding fails, and none was unobserved.",
		Columns: []document.Column{
			{Name: "Finding", Kind: document.IDKind, Weight: 4},
			{Name: "Outcome", Kind: document.StateKind, Weight: 1.6},
			{Name: "Resource", Weight: 2.6},
			{Name: "Where", Weight: 2.2},
			{Name: "Since", Kind: document.DateKind, Weight: 1.5},
			{Name: "Why, or by which decision", Weight: 2.4},
			{Name: "Id", Kind: document.IDKind, Weight: 3},
		},
		Rows: func(yield func([]document.Cell, error) bool) {
			for i := range a.Findings {
				f := &a.Findings[i]
				if f.Outcome != soc2.Fail && f.Outcome != soc2.Unobserved {
					continue
				}
				tone, word := outcomeTone(f.Outcome)
				ref := resourceRef(f.Resource)
				why := f.Reason
				if f.Acceptance != nil {
					why = strings.TrimSpace("accepted by " + f.Acceptance.ID + " " + why)
				}
				if f.ExcludedBy != "" {
					why = strings.TrimSpace("taken out by " + f.ExcludedBy + " " + why)
				}
				row := []document.Cell{
					document.ID(f.Control + "/" + f.Check), document.State(tone, word), document.Text(ref.label()), document.Text(ref.place()), dayCell(f.LastChanged), document.Text(why), document.ID(f.Resource.ID),
				}
				if !yield(row, nil) {
					return
				}
			}
		},
	}
}
