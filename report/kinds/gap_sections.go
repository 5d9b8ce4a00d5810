package kinds

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

// gapSections are the gaps, worst first: a list of all, and a part for each.
func gapSections(r GapReport, anchors map[string]string) []document.Section {
	all := []document.Section{{ID: "gaps", Heading: "Gaps", Fresh: true, Wide: true, Blocks: []document.Block{
		document.P("All gaps, the worst first: by residual risk, then by inherent risk, impact, and how much fails. Each has a part of its own below."),
		kindsBlock(r), gapTable(r, anchors),
	}}}
	if len(r.Gone) > 0 {
		all = append(all, document.Section{ID: "gone", Heading: "In the plan, and no gap now", Level: 2, Blocks: []document.Block{goneTable(r)}})
	}
	group := ""
	for i := range r.Gaps {
		g := &r.Gaps[i]
		name, id := capital(g.Risk.Severity.String())+" risk", "gaps-"+slug(g.Risk.Severity.String())
		if g.OutOfScope {
			name, id = "Out of scope", "gaps-out-of-scope"
		}
		if name != group {
			group = name
			all = append(all, document.Section{ID: id, Heading: name, Level: 2, Fresh: true, Blocks: []document.Block{document.P(groupWords(r, g))}})
		}
		all = append(all, document.Section{ID: anchors[g.ID], Heading: gapHeading(g), Level: 3, Blocks: gapBlocks(r, g, anchors)})
	}
	return all
}

// gapTitle is a gap's title, or its id where it has none.
func gapTitle(g *GapEntry) string {
	if title := strings.TrimSpace(g.Title); title != "" {
		return title
	}
	return g.ID
}

// gapHeading says of a control's gap that it is one: the title of a control is what
// should be true, and must not be read as what is.
func gapHeading(g *GapEntry) string {
	switch {
	case g.ID != soc2.ControlGap(g.Control):
		return gapTitle(g)
	case g.blind():
		return "Not shown to hold: " + gapTitle(g)
	}
	return "Does not hold: " + gapTitle(g)
}

func groupWords(r GapReport, of *GapEntry) string {
	n, blind, accepted := 0, 0, 0
	for i := range r.Gaps {
		g := &r.Gaps[i]
		if g.OutOfScope != of.OutOfScope || !of.OutOfScope && g.Risk.Severity != of.Risk.Severity {
			continue
		}
		n++
		switch {
		case g.accepted():
			accepted++
		case g.blind():
			blind++
		}
	}
	if of.OutOfScope {
		return fmt.Sprintf("%s on no criterion in scope: shown so that nothing is lost with the scope, and counted nowhere else.", counted(n, "gap bears", "gaps bear"))
	}
	return fmt.Sprintf("%s: in %d something is seen to be wrong, of %d nothing shows that they hold, %d accepted.", counted(n, "gap", "gaps"), n-blind-accepted, blind, accepted)
}

func kindsBlock(r GapReport) document.Block {
	facts := document.KeyValues{}
	for _, k := range soc2.GapKinds {
		if n := r.Figures.Kinds[k]; n > 0 {
			facts = append(facts, document.Pair{Key: capital(kindWord(k)), Value: document.P(fmt.Sprintf("%d: %s", n, gapKindsMean[k]))})
		}
	}
	return facts
}

func gapTable(r GapReport, anchors map[string]string) document.Table {
	t := document.Table{
		Name: "gaps", Caption: "All gaps", Empty: "There is no gap, as far as was seen.",
		Columns: []document.Column{
			{Name: "Gap", Weight: 4.6},
			{Name: "Severity", Kind: document.StateKind, Weight: 1.5},
			{Name: "Risk", Weight: 0.8},
			{Name: "Kind", Weight: 1.6},
			{Name: "Criteria", Weight: 2.6},
			{Name: "Failing", Kind: document.NumberKind, Weight: 1},
			{Name: "Not seen", Kind: document.NumberKind, Weight: 0.8},
			{Name: "Owner", Weight: 1.9},
			{Name: "Due", Kind: document.DateKind, Weight: 1.4},
			{Name: "Status", Kind: document.StateKind, Weight: 1.8},
			{Name: "Id", Kind: document.IDKind, Weight: 3.4},
		},
	}
	t.Rows = func(yield func([]document.Cell, error) bool) {
		for i := range r.Gaps {
			g := &r.Gaps[i]
			status := statusCell(g.Plan)
			if g.OutOfScope {
				status = document.State(document.None, "out of scope")
			}
			row := []document.Cell{
				document.Text(gapHeading(g)).Linked(anchors[g.ID]), severityCell(g.Risk.Severity), document.Text(g.Risk.Residual.String()), document.Text(kindWord(g.Kind)), document.Text(strings.Join(mapped(g.Criteria), ", ")),
				document.Number(g.Failing), document.Number(g.Unobserved), document.Text(ownerWords(g.owner())),
				{},
				status, document.ID(g.ID),
			}
			if g.Plan != nil {
				row[8] = dayCell(g.Plan.Due)
			}
			if !yield(row, nil) {
				return
			}
		}
	}
	return t
}

func mapped(all []soc2.Mapping) (ids []string) {
	for _, m := range all {
		ids = append(ids, m.ID)
	}
	return ids
}

func goneTable(r GapReport) document.Table {
	var rows [][]document.Cell
	for i := range r.Gone {
		item := &r.Gone[i]
		rows = append(rows, []document.Cell{document.Text(item.Title), statusCell(item), document.Text(item.Why), document.Text(ownerWords(item.Owner)), document.ID(item.Gap)})
	}
	return document.Table{
		Name: "gone", Caption: "In the plan, and no gap now", Rows: document.RowsOf(rows),
		Columns: []document.Column{{Name: "Gap", Weight: 3}, {Name: "Status", Kind: document.StateKind, Weight: 1.8}, {Name: "Why", Weight: 3.4}, {Name: "Owner", Weight: 1.4}, {Name: "Id", Kind: document.IDKind, Weight: 2.4}},
	}
}

// gapBlocks are one gap: what is, what should be, what it can lead to, what to do.
func gapBlocks(r GapReport, g *GapEntry, anchors map[string]string) []document.Block {
	since := day(g.Since)
	if g.Undated {
		since = "not known; there when controlwatch first looked, " + since
	}
	facts := document.KeyValues{
		{Key: "Current state", Value: document.P(currentWords(r, g))},
		{Key: "Desired state", Value: document.P(sentence(g.Desired))},
		{Key: "What kind of gap", Value: document.P(capital(kindWord(g.Kind)) + ": " + gapKindsMean[g.Kind])},
		{Key: "Criteria", Value: document.P(criteriaWords(g.Criteria))},
		{Key: "Affected", Value: document.P(affectedWords(r, g))},
		{Key: "Since", Value: document.P(since)},
		{Key: "Risk", Value: document.Paragraph{{Text: fmt.Sprintf("%s, %s", capital(g.Risk.Severity.String()), g.Risk.Residual), Strong: true}, {Text: riskWords(&g.Risk)}}},
	}
	if len(g.Risk.Commitments)+len(g.Risk.Laws) > 0 {
		facts = append(facts, document.Pair{Key: "Promises and laws", Value: document.P(listed(append(orEmpty(g.Risk.Commitments), g.Risk.Laws...), ""))})
	}
	if g.Plan != nil {
		p := g.Plan
		_, word := planTone(p.Status)
		facts = append(facts,
			document.Pair{Key: "Status", Value: document.Paragraph{{Text: capital(word), Strong: true}, {Text: ". " + sentence(p.Why)}}},
			document.Pair{Key: "Owner", Value: document.P(ownerWords(p.Owner) + " (" + p.OwnerBy + ")")},
			document.Pair{Key: "Due", Value: document.P(dueWords(p, r.At) + " (" + p.DueBy + "); effort " + p.Effort.String())},
		)
		if after := afterWords(p.After, r, anchors); len(after) > 0 {
			facts = append(facts, document.Pair{Key: "Comes after", Value: after})
		}
		facts = append(facts, document.Pair{Key: "Done when", Value: document.P(doneWords(g, p))})
	}
	facts = append(facts, document.Pair{Key: "Evidence", Value: evidenceWords(g)})
	blocks := append([]document.Block{facts}, exampleBlocks(g)...)
	return append(blocks, taskBlocks(g.Plan)...)
}

// currentWords leave out what a notice says of all gaps.
func currentWords(r GapReport, g *GapEntry) string {
	says := []string{sentence(g.Current)}
	for _, c := range g.Context {
		if !r.ByProposed || !strings.HasPrefix(c, "Nobody has adopted a control") {
			says = append(says, sentence(c))
		}
	}
	return strings.Join(says, " ")
}

// doneWords say what shows that it is done, without saying the desired state again.
func doneWords(g *GapEntry, p *soc2.PlanItem) string {
	if g.Desired == "" || !strings.Contains(p.Success, g.Desired) {
		return sentence(p.Success)
	}
	rest := strings.TrimRight(strings.TrimSpace(strings.Replace(p.Success, g.Desired, "", 1)), " :")
	if rest == "" {
		return "Evidence shows the desired state."
	}
	return rest + ", as the desired state above says."
}

func criteriaWords(all []soc2.Mapping) string {
	var parts []string
	for _, strength := range []soc2.Strength{soc2.Direct, soc2.Supporting} {
		var ids []string
		for _, m := range all {
			if m.Strength == strength || strength == soc2.Supporting && m.Strength != soc2.Direct {
				ids = append(ids, m.ID)
			}
		}
		if len(ids) > 0 {
			parts = append(parts, map[soc2.Strength]string{soc2.Direct: "bears directly on ", soc2.Supporting: "supports "}[strength]+strings.Join(ids, ", "))
		}
	}
	if len(parts) == 0 {
		return "none"
	}
	return capital(strings.Join(parts, "; "))
}

func affectedWords(r GapReport, g *GapEntry) string {
	if g.Affected == 0 {
		return "No single resource: the control as a whole"
	}
	s := fmt.Sprintf("%d fail, %d were not seen, %d pass", g.Failing, g.Unobserved, g.Passing)
	if g.Accepted > 0 {
		s += fmt.Sprintf("; %d of those failing are accepted", g.Accepted)
	}
	if g.Excluded > 0 {
		s += fmt.Sprintf("; %d are taken out by decision", g.Excluded)
	}
	titles := map[string]string{}
	for _, x := range r.Scope.Systems {
		titles[x.ID] = x.Title
	}
	var in []string
	for _, id := range g.Systems {
		if t := titles[id]; t != "" {
			id = t
		}
		in = append(in, id)
	}
	if len(in) > 0 {
		s += ". Systems: " + strings.Join(in, ", ")
	}
	if g.Unscoped > 0 {
		s += fmt.Sprintf(". %d belong to no system", g.Unscoped)
	}
	return s
}

func riskWords(r *GapRisk) string {
	s := fmt.Sprintf(" (inherent %s, of the control by itself %s). %s", r.Inherent, r.Start, sentence(r.Impact))
	var factors []string
	unknown := 0
	for _, f := range r.Factors {
		switch {
		case f.Unknown:
			unknown++
		case f.Likelihood != 0 || f.Impact != 0:
			factors = append(factors, factorWords(f))
		}
	}
	if len(factors) > 0 {
		s += " Weighed: " + strings.Join(factors, "; ") + "."
	}
	if unknown > 0 {
		s += " " + capital(counted(unknown, "fact is not known, and lowers", "facts are not known, and lower")) + " nothing."
	}
	return s
}

func afterWords(after []string, r GapReport, anchors map[string]string) document.Paragraph {
	titles := map[string]string{}
	for i := range r.Gaps {
		titles[r.Gaps[i].ID] = gapHeading(&r.Gaps[i])
	}
	var out document.Paragraph
	for i, id := range after {
		if i > 0 {
			out = append(out, document.Span{Text: "; "})
		}
		title := titles[id]
		if title == "" {
			title = id
		}
		out = append(out, document.Span{Text: title, To: anchors[id]})
	}
	return out
}

func evidenceWords(g *GapEntry) document.Paragraph {
	var out document.Paragraph
	if g.Evidence.Assessment != "" {
		out = append(out, document.Span{Text: "Assessment "}, document.Span{Text: g.Evidence.Assessment, Code: true}, document.Span{Text: ". "})
	}
	if len(g.Evidence.Records) > 0 {
		out = append(out, document.Span{Text: "Records "}, document.Span{Text: strings.Join(g.Evidence.Records, " "), Code: true}, document.Span{Text: ". "})
	}
	if g.Evidence.Command != "" {
		out = append(out, document.Span{Text: g.Evidence.Command, Code: true}, document.Span{Text: " shows what was read, when and as whom."})
	}
	if len(out) == 0 {
		out = document.P("No single finding: it follows from scope, catalogue and records together")
	}
	return out
}

func exampleBlocks(g *GapEntry) []document.Block {
	if len(g.Examples) == 0 {
		return nil
	}
	list := document.List{}
	for _, x := range g.Examples {
		item := document.Paragraph{{Text: x.Resource.label(), Strong: true}, {Text: " (" + x.Resource.Kind + ", " + x.Resource.place() + ") "}}
		switch x.Outcome {
		case soc2.Fail:
			item = append(item, document.Span{Text: "fails " + x.Check})
		case soc2.Pass, soc2.NotApplicable, soc2.Unobserved:
			item = append(item, document.Span{Text: "was not seen for " + x.Check})
		}
		if x.Reason != "" {
			item = append(item, document.Span{Text: ": " + x.Reason})
		}
		if !x.Since.IsZero() {
			item = append(item, document.Span{Text: ", since " + day(x.Since)})
		}
		if x.Accepted != "" {
			item = append(item, document.Span{Text: ", accepted by " + x.Accepted})
		}
		if current := strings.TrimSpace(string(x.Current)); current != "" && current != "{}" && current != "null" {
			item = append(item, document.Span{Text: ". Seen: "}, document.Span{Text: bounded(current), Code: true})
		}
		list.Items = append(list.Items, item)
	}
	says := "Affected"
	if more := g.Affected - len(g.Examples); more > 0 {
		says = fmt.Sprintf("Affected: %d of %d; the appendix on findings lists all", len(g.Examples), g.Affected)
	}
	return []document.Block{document.Paragraph{{Text: says, Strong: true}}, list}
}

// longestCurrent bounds what is shown of a current state; explain shows all of it.
const longestCurrent = 240

func bounded(s string) string {
	if r := []rune(s); len(r) > longestCurrent {
		return string(r[:longestCurrent]) + "…"
	}
	return s
}

// commandIn is a command in running text.
var commandIn = regexp.MustCompile("`[^`]* [^`]*`")

// howWords are the advice on one line; commands that stand below it, under the number
// of their task, are not said twice.
func howWords(t soc2.PlanTask, n int) string {
	how := t.How
	if len(t.Commands) > 0 {
		how = commandIn.ReplaceAllString(how, fmt.Sprintf("(see # %d below)", n))
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(how, "`", "")), " ")
}

func taskBlocks(p *soc2.PlanItem) []document.Block {
	if p == nil || len(p.Tasks) == 0 {
		return nil
	}
	blocks := []document.Block{document.Paragraph{{Text: "What to do", Strong: true}}}
	list := document.List{Ordered: true}
	var commands []string
	for i, t := range p.Tasks {
		where := ""
		if t.Provider != "" && t.Provider != "attestations" {
			where = providerWord(t.Provider) + ": "
		}
		text := capital(where + sentence(t.Text))
		if t.How != "" {
			text += " " + sentence(howWords(t, i+1))
		}
		list.Items = append(list.Items, document.P(text+" Effort: "+t.Effort.String()+"."))
		if len(t.Commands) > 0 {
			commands = append(commands, fmt.Sprintf("# %d", i+1))
		}
		commands = append(commands, t.Commands...)
	}
	blocks = append(blocks, list)
	if len(commands) > 0 {
		blocks = append(blocks, document.Code(strings.Join(commands, "\n")))
	}
	return blocks
}
