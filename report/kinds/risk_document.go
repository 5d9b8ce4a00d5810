package kinds

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

// RiskDocument is the register as people read it.
func RiskDocument(h Head, r RiskReport, a *soc2.Assessment) document.Document {
	if h.Organization == "" {
		h.Organization = r.Organization
	}
	d := h.begin("risk", "Risk register", "What the gaps in controls can lead to: how likely, how bad, what stands against it, and what was accepted.", *a)
	d.Main = "risks"
	if r.ByProposed {
		d.Notices = append(d.Notices, adoptedByNobody)
	}
	counts, inScope, accepted, raised, lowered := map[soc2.Severity]int{}, 0, 0, 0, 0
	changed := 0
	for i := range r.Risks {
		e := &r.Risks[i]
		if e.OutOfScope {
			continue
		}
		inScope++
		counts[e.Risk.Severity]++
		if e.Status == soc2.PlanAccepted {
			accepted++
		}
		switch from, to := e.Risk.Start.Score(), e.Risk.Residual.Score(); {
		case to > from:
			raised++
		case to < from:
			lowered++
		}
	}
	for _, rule := range r.Rules {
		if rule.Changed {
			changed++
		}
	}
	for _, s := range soc2.Severities {
		d.Summary = append(d.Summary, document.Tile{Label: capital(s.String()) + " risks", Value: fmt.Sprint(counts[s]), Note: "by residual risk", Tone: toneIf(counts[s] > 0, severityTone(s))})
	}
	d.Summary = append(d.Summary, document.Tile{Label: "Accepted", Value: fmt.Sprint(accepted), Note: "wholly, by decision; they keep their risk", Tone: document.Plain})
	anchors := map[string]string{}
	for i := range r.Risks {
		anchors[r.Risks[i].Gap] = "risk-" + strconv.Itoa(i+1)
	}
	rules := "The rules in force are the defaults."
	if changed > 0 {
		rules = fmt.Sprintf("The company changed %s.", counted(changed, "rule", "rules"))
	}
	d.Sections = append(d.Sections,
		document.Section{ID: "summary", Heading: "Summary", Blocks: []document.Block{
			document.P(fmt.Sprintf("%s in scope, one for each gap. Facts about what is affected and what stands against it raised %d above the risk of the control by itself, and lowered %d. %s A risk of which nothing is known for sure is not a small one: what was not seen lowers nothing.", capital(counted(inScope, "risk", "risks")), raised, lowered, rules)),
			riskChart("inherent", "Inherent risk: with what is affected, as if nothing stood against it", matrixWords("inherent", r.Inherent), r.Inherent),
			riskChart("residual", "Residual risk: with what stands against it", matrixWords("residual", r.Residual), r.Residual),
		}},
		document.Section{ID: "ranking", Heading: "Ranking", Wide: true, Fresh: true, Blocks: []document.Block{riskTable(r, anchors)}},
		document.Section{ID: "rules", Heading: "How risk is weighed", Blocks: riskMethodBlocks(r.Rules)},
		document.Section{ID: "risks", Heading: "Each risk", Fresh: true, Blocks: []document.Block{document.P("The worst first, in the order of the ranking.")}},
	)
	group := ""
	for i := range r.Risks {
		e := &r.Risks[i]
		name := capital(e.Risk.Severity.String()) + " risks"
		if e.OutOfScope {
			name = "Out of scope"
		}
		if name != group {
			group = name
			d.Sections = append(d.Sections, document.Section{ID: "group-" + slug(name), Heading: name, Level: 2})
		}
		heading := riskTitle(e)
		if e.Rank > 0 {
			heading = fmt.Sprintf("%d. %s", e.Rank, heading)
		}
		d.Sections = append(d.Sections, document.Section{ID: anchors[e.Gap], Heading: heading, Level: 3, Blocks: []document.Block{riskPairs(e), riskFactorList(e)}})
	}
	return d
}

// riskTitle says what is wrong; the title of a control is what should be true.
func riskTitle(e *RiskEntry) string {
	g := GapEntry{ID: e.Gap, Control: e.Control, Title: e.Title, Kind: e.Kind, Failing: e.Failing}
	return gapHeading(&g)
}

func riskTable(r RiskReport, anchors map[string]string) document.Table {
	t := document.Table{
		Name: "risks", Caption: "Risks, the worst first", Empty: "There is no gap and so no risk of one, as far as was seen.",
		Columns: []document.Column{
			{Name: "Rank", Kind: document.NumberKind, Weight: 0.7},
			{Name: "Risk", Weight: 4.6},
			{Name: "Residual", Kind: document.StateKind, Weight: 1.5},
			{Name: "L×I", Weight: 0.8},
			{Name: "Score", Kind: document.NumberKind, Weight: 0.8},
			{Name: "Inherent", Kind: document.StateKind, Weight: 1.5},
			{Name: "L×I before", Weight: 0.9},
			{Name: "Threat source", Weight: 3},
			{Name: "Mitigations", Kind: document.NumberKind, Weight: 1},
			{Name: "Acceptance", Weight: 1.6},
			{Name: "Owner", Weight: 1.8},
			{Name: "Due", Kind: document.DateKind, Weight: 1.4},
			{Name: "Gap", Kind: document.IDKind, Weight: 3},
		},
	}
	t.Rows = func(yield func([]document.Cell, error) bool) {
		for i := range r.Risks {
			e := &r.Risks[i]
			rank, source := document.Number(e.Rank), e.Risk.ThreatSource
			if e.OutOfScope {
				rank = document.Text("out of scope")
			}
			if before, _, ok := strings.Cut(source, ": "); ok {
				source = before
			}
			if !yield([]document.Cell{
				rank, document.Text(riskTitle(e)).Linked(anchors[e.Gap]), severityCell(e.Risk.Severity), document.Text(e.Risk.Residual.String()), document.Number(e.Risk.Residual.Score()), severityCell(e.Risk.Inherent.Severity()), document.Text(e.Risk.Inherent.String()),
				document.Text(source), document.Number(len(e.Risk.Mitigations)), document.Text(acceptedWords(e)), document.Text(ownerWords(e.Owner)), dayCell(e.Due), document.ID(e.Gap),
			}, nil) {
				return
			}
		}
	}
	return t
}

func acceptedWords(e *RiskEntry) string {
	switch {
	case e.Accepted == 0:
		return "none"
	case e.Status == soc2.PlanAccepted:
		return "all, until " + day(e.Until)
	}
	return fmt.Sprintf("%d of %d failing", e.Accepted, e.Failing)
}

// riskPairs is one risk.
func riskPairs(e *RiskEntry) document.KeyValues {
	x := &e.Risk
	facts := document.KeyValues{
		{Key: "Risk", Value: document.Paragraph{{Text: fmt.Sprintf("%s, %s", capital(x.Severity.String()), x.Residual), Strong: true}, {Text: fmt.Sprintf(" residual; inherent %s, of the control by itself %s", x.Inherent, x.Start)}}},
		{Key: "Why", Value: document.P(sentence(x.Reason))},
		{Key: "Impact on the business", Value: document.P(sentence(x.Impact))},
		{Key: "Threat source", Value: document.P(sentence(x.ThreatSource))},
		{Key: "Weakness", Value: document.P(sentence(x.Weakness))},
		{Key: "Current state", Value: document.P(sentence(e.Current))},
		{Key: "Mitigations in place", Value: document.P(listed(x.Mitigations, "none: no other control of the same criteria is shown to hold"))},
		{Key: "Commitments and laws", Value: document.P(listed(append(orEmpty(x.Commitments), x.Laws...), "none is stated that rests on its criteria"))},
		{Key: "Criteria", Value: document.P(listed(e.Criteria, "none"))},
		{Key: "Acceptance", Value: document.P(acceptedWords(e))},
	}
	for i := range e.Acceptance {
		d := &e.Acceptance[i]
		says := fmt.Sprintf("%s, approved by %s, ends %s: %s Instead: %s", d.ID, ownerWords(d.Approver), day(d.Expires), sentence(d.Reason), sentence(orWord(d.Compensating, "nothing is named")))
		facts = append(facts, document.Pair{Key: "Accepted by", Value: document.P(says)})
	}
	due := day(e.Due)
	if e.Overdue {
		due += ", overdue"
	}
	return append(facts, document.Pair{Key: "Owner and date", Value: document.P(ownerWords(e.Owner) + ", " + due)})
}

func orWord(s, none string) string {
	if s == "" {
		return none
	}
	return s
}

// riskFactorList says what each fact changed.
func riskFactorList(e *RiskEntry) document.Block {
	list := document.List{}
	for _, f := range e.Risk.Factors {
		list.Items = append(list.Items, document.Paragraph{{Text: string(f.Fact), Strong: true}, {Text: ": " + factorWords(f) + "."}})
	}
	if len(list.Items) == 0 {
		return document.P("No fact applies: the risk is that of the control by itself.")
	}
	return list
}
