package kinds

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

// How many of the worst, and of those that others wait for, the summary names.
const (
	worstNamed = 5
	firstNamed = 5
)

// GapDocument is the gap report as people read it.
func GapDocument(h Head, r GapReport, a *soc2.Assessment) document.Document {
	if h.Organization == "" {
		h.Organization = r.Organization
	}
	d := h.begin("gap", "Gap assessment", "What the Trust Services Criteria of SOC 2 ask for that does not hold or cannot be told, what it can lead to, and what is to be done.", *a)
	d.Main = "gaps"
	d.Notices = append(d.Notices, gapNotices(r)...)
	d.Summary = gapTiles(r)
	anchors := gapAnchors(r.Gaps)
	d.Sections = append(d.Sections, document.Section{ID: "summary", Heading: "Executive summary", Blocks: summaryBlocks(r, anchors)})
	d.Sections = append(d.Sections, scopeSections(r, a)...)
	d.Sections = append(d.Sections, document.Section{ID: "method", Heading: "Method", Blocks: methodBlocks(r)})
	d.Sections = append(d.Sections, observedSections(r)...)
	d.Sections = append(d.Sections, document.Section{ID: "criteria", Heading: "Results by criterion", Fresh: true, Wide: true, Blocks: criteriaBlocks(r)})
	d.Sections = append(d.Sections, gapSections(r, anchors)...)
	d.Sections = append(d.Sections, progressSection(r))
	return withAppendices(d, r, a)
}

// gapAnchors are the ids of the sections of gaps, in their order.
func gapAnchors(gaps []GapEntry) map[string]string {
	by := map[string]string{}
	for i := range gaps {
		by[gaps[i].ID] = "gap-" + strconv.Itoa(i+1)
	}
	return by
}

// adoptedByNobody is said where proposed controls count.
var adoptedByNobody = document.Notice{Tone: document.Info, Title: "Nobody has adopted a control.", Text: "The company has not said which controls it goes by: all that the catalogue proposes count."}

func gapNotices(r GapReport) (all []document.Notice) {
	if !r.Stated {
		all = append(all, document.Notice{Tone: document.Unseen, Title: "No scope is stated.", Text: "No system, period or commitment is in the configuration, so that nothing is left out and nothing can be placed: scope in the configuration states them."})
	}
	if r.ByProposed {
		all = append(all, adoptedByNobody)
	}
	if n := len(soc2.Unrecorded(r.Narrowings)); n > 0 {
		all = append(all, document.Notice{Tone: document.Bad, Title: "Narrowed without a decision.", Text: counted(n, "setting lowers", "settings lower") + " a bar or " + map[bool]string{true: "leaves", false: "leave"}[n == 1] + " something out, and nobody recorded a decision to do so. The appendix on decisions names each."})
	}
	return all
}

func gapTiles(r GapReport) []document.Tile {
	f := r.Figures
	inScope := len(r.Criteria) - f.Criteria[soc2.OutOfScope]
	return []document.Tile{
		{Label: "Gaps to close", Value: fmt.Sprint(f.ToClose), Note: fmt.Sprintf("%d seen to be wrong; of %d nothing shows that they hold", f.Failing, f.Blind), Tone: toneIf(f.ToClose > 0, document.Bad)},
		{Label: "Critical and high", Value: fmt.Sprint(f.Severity[soc2.Critical] + f.Severity[soc2.High]), Note: fmt.Sprintf("%d critical, %d high, by residual risk; accepted ones among them", f.Severity[soc2.Critical], f.Severity[soc2.High]), Tone: toneIf(f.Severity[soc2.Critical]+f.Severity[soc2.High] > 0, document.Critical)},
		{Label: "Overdue", Value: fmt.Sprint(f.Overdue), Note: counted(f.Unowned, "gap has no owner", "gaps have no owner"), Tone: toneIf(f.Overdue > 0, document.Bad)},
		{Label: "Criteria with a gap seen", Value: fmt.Sprint(f.Criteria[soc2.GapSeen]), Note: fmt.Sprintf("of %d in scope; evidence of %d is incomplete", inScope, f.Criteria[soc2.EvidenceIncomplete]), Tone: toneIf(f.Criteria[soc2.GapSeen] > 0, document.Bad)},
		{Label: "Controls shown to hold", Value: fmt.Sprint(f.Holding), Note: fmt.Sprintf("of %d that count and are in scope", f.Counting), Tone: document.Plain},
	}
}

// toneIf is a tone where something is there, and none where nothing is: that nothing
// was found is not that all is well.
func toneIf(is bool, t document.Tone) document.Tone {
	if is {
		return t
	}
	return document.Plain
}

func summaryBlocks(r GapReport, anchors map[string]string) []document.Block {
	f := r.Figures
	inScope := len(r.Criteria) - f.Criteria[soc2.OutOfScope]
	who := "the company"
	if r.Organization != "" {
		who = r.Organization
	}
	blocks := []document.Block{
		document.P(fmt.Sprintf("As of %s, evidence collected from the systems of %s shows a gap in %d of the %d Trust Services Criteria in scope; of %d more the evidence is incomplete, and in %d no gap was seen. Of %s that count, %d are shown to hold.",
			document.Date(r.At), who, f.Criteria[soc2.GapSeen], inScope, f.Criteria[soc2.EvidenceIncomplete], f.Criteria[soc2.NoGapSeen], counted(f.Counting, "control", "controls"), f.Holding)),
		document.P(fmt.Sprintf("%s to be closed: in %d something is seen to be wrong, and of %d nothing shows that the control holds, which is as much of a gap to an auditor until evidence says otherwise. %s overdue, and %s nobody who answers for it. %s accepted by decision, and %s no criterion in scope.",
			counted(f.ToClose, "gap is", "gaps are"), f.Failing, f.Blind, counted(f.Overdue, "is", "are"), counted(f.Unowned, "has", "have"), counted(f.Accepted, "gap is", "gaps are"), counted(f.OutOfScope, "more bears on", "more bear on"))),
	}
	blocks = append(blocks, severityChart(r.Gaps))
	blocks = append(blocks, worstBlocks(r, anchors)...)
	blocks = append(blocks, firstBlocks(r, anchors)...)
	blocks = append(blocks,
		document.Callout{Tone: toneIf(!r.Progress.Forecast.Known, document.Unseen), Title: "When it may be done", Text: document.P(forecastWords(r.Progress.Forecast))},
		riskChart("risk-matrix", "Residual risk: gaps by likelihood and impact", matrixWords("residual", r.Residual), r.Residual),
		criteriaChart(r.Criteria),
		document.Callout{Tone: document.Info, Title: "This is no opinion", Text: document.P("This report says what evidence shows. Whether a criterion is fulfilled is for an independent auditor to say, who will also look at what no program can: design, people, and what stands in “residual” of each criterion.")},
	)
	return blocks
}

func worstBlocks(r GapReport, anchors map[string]string) []document.Block {
	list := document.List{Ordered: true}
	for i := range r.Gaps {
		g := &r.Gaps[i]
		if g.OutOfScope || g.accepted() || len(list.Items) == worstNamed {
			continue
		}
		why := g.Risk.Reason
		if why == "" {
			why = g.Risk.Impact
		}
		item := document.Paragraph{
			{Text: sentence(gapHeading(g)), Strong: true, To: anchors[g.ID]},
			{Text: " " + sentence(g.Current) + " " + sentence(why) + " "},
			{Text: fmt.Sprintf("Risk %s (%s).", g.Risk.Severity, g.Risk.Residual)},
		}
		if g.Plan != nil {
			item = append(item, document.Span{Text: fmt.Sprintf(" %s answers for it, until %s.", capital(ownerWords(g.Plan.Owner)), dueWords(g.Plan, r.At))})
		}
		list.Items = append(list.Items, item)
	}
	if len(list.Items) == 0 {
		return []document.Block{document.P("There is no gap in scope that is left to close, as far as was seen.")}
	}
	return []document.Block{document.Paragraph{{Text: fmt.Sprintf("The worst %d, by residual risk", len(list.Items)), Strong: true}}, list}
}

func firstBlocks(r GapReport, anchors map[string]string) []document.Block {
	if len(r.First) == 0 {
		return []document.Block{document.P("No gap waits for another: they can be closed in any order, the worst first.")}
	}
	list := document.List{}
	for i, g := range r.First {
		if i == firstNamed {
			break
		}
		list.Items = append(list.Items, document.Paragraph{{Text: sentence(g.Title), To: anchors[g.Gap]}, {Text: " " + capital(counted(len(g.Waiting), "other gap waits", "other gaps wait")) + " for it."}})
	}
	says := " To mend what waits for these before them is work done twice."
	if more := len(r.First) - firstNamed; more > 0 {
		says += fmt.Sprintf(" %d more have others waiting for them; each gap names what it comes after.", more)
	}
	return []document.Block{document.Paragraph{{Text: "What must come first.", Strong: true}, {Text: says}}, list}
}

// capital is a text with a capital in front, where it begins with a letter of ASCII
// and is no address, which is written as it is.
func capital(s string) string {
	if !strings.Contains(s, "@") && s != "" && s[0] >= 'a' && s[0] <= 'z' {
		return strings.ToUpper(s[:1]) + s[1:]
	}
	return s
}

func scopeSections(r GapReport, a *soc2.Assessment) []document.Section {
	s := r.Scope
	period := "not stated"
	if !s.From.IsZero() && !s.To.IsZero() {
		period = day(s.From) + " to " + day(s.To.Add(-1))
	}
	in, out := map[string]int{}, map[string]int{}
	var categories []string
	for _, c := range r.Criteria {
		if in[c.Category]+out[c.Category] == 0 {
			categories = append(categories, c.Category)
		}
		if c.State == soc2.OutOfScope {
			out[c.Category]++
		} else {
			in[c.Category]++
		}
	}
	var inside, outside []string
	for _, c := range categories {
		if in[c] > 0 {
			inside = append(inside, fmt.Sprintf("%s (%d)", c, in[c]))
		}
		if out[c] > 0 {
			outside = append(outside, fmt.Sprintf("%s (%d)", c, out[c]))
		}
	}
	stated := func(s string) document.Paragraph {
		if s == "" {
			return document.P("not stated")
		}
		return document.P(s)
	}
	facts := document.KeyValues{
		{Key: "Organisation", Value: stated(r.Organization)},
		{Key: "Categories in scope", Value: document.P(listed(inside, "none"))},
		{Key: "Categories out of scope", Value: document.P(listed(outside, "none"))},
		{Key: "Type of report", Value: stated(typeWords(s.Type))},
		{Key: "Observation period", Value: document.P(period)},
		{Key: "Audit", Value: stated(document.Date(s.Audit).String())},
		{Key: "Profile", Value: stated(s.Profile)},
		{Key: "Assets", Value: document.P(fmt.Sprintf("%d: %d that no system claims, %d without an owner, %d that can hold data and are not classified", a.Assets.Assets, a.Assets.Unscoped, a.Assets.Unowned, a.Assets.Unclassified))},
	}
	systems := document.Table{
		Name: "systems", Caption: "Systems", Empty: "No system is stated: every resource is unscoped.",
		Columns: []document.Column{{Name: "System", Weight: 2.4}, {Name: "Owner", Weight: 1.6}, {Name: "Environment", Weight: 1.6}, {Name: "Data", Weight: 2.4}, {Name: "Assets", Kind: document.NumberKind}, {Name: "Gaps", Kind: document.NumberKind}, {Name: "Id", Kind: document.IDKind, Weight: 1.6}},
	}
	var rows [][]document.Cell
	gaps := map[string]int{}
	unscoped := 0
	for i := range r.Gaps {
		if r.Gaps[i].OutOfScope {
			continue
		}
		for _, id := range r.Gaps[i].Systems {
			gaps[id]++
		}
		if r.Gaps[i].Unscoped > 0 {
			unscoped++
		}
	}
	for _, x := range s.Systems {
		title := x.Title
		if title == "" {
			title = x.ID
		}
		rows = append(rows, []document.Cell{
			document.Text(title), document.Text(ownerWords(x.Owner)), document.Text(orNotStated(x.Environment)), document.Text(listed(x.Data, "not classified")),
			document.Number(a.Assets.Systems[x.ID]), document.Number(gaps[x.ID]), document.ID(x.ID),
		})
	}
	if a.Assets.Unscoped > 0 || unscoped > 0 {
		rows = append(rows, []document.Cell{document.Text("In no system: unscoped"), {}, {}, {}, document.Number(a.Assets.Unscoped), document.Number(unscoped), {}})
	}
	systems.Rows = document.RowsOf(rows)
	commitments := document.Table{
		Name: "commitments", Caption: "Commitments", Empty: "No commitment is stated.", Rows: document.RowsOf(commitmentRows(r)),
		Columns: []document.Column{{Name: "Commitment", Weight: 4}, {Name: "Law", Weight: 1.6}, {Name: "Rests on", Weight: 2.4}, {Name: "Gaps that touch it", Kind: document.NumberKind, Weight: 1.2}, {Name: "Id", Kind: document.IDKind, Weight: 1.6}},
	}
	says := "An asset may be in several systems, and a gap may affect several. What no system claims is judged like everything else, and counted as unscoped: nothing leaves this report for not being placed."
	return []document.Section{{ID: "scope", Heading: "Scope", Blocks: []document.Block{facts, document.P(says), systems, commitments}}}
}

func orNotStated(s string) string {
	if s == "" {
		return "not stated"
	}
	return s
}

func typeWords(t soc2.PeriodType) string {
	if t == "" {
		return ""
	}
	return "Type " + strings.ToUpper(string(t))
}

func commitmentRows(r GapReport) (rows [][]document.Cell) {
	for _, c := range r.Scope.Commitments {
		n := 0
		for i := range r.Gaps {
			for _, id := range r.Gaps[i].Risk.Commitments {
				if id == c.ID && !r.Gaps[i].OutOfScope {
					n++
				}
			}
		}
		rows = append(rows, []document.Cell{document.Text(c.Text), document.Text(c.Law), document.Text(strings.Join(c.Criteria, ", ")), document.Number(n), document.ID(c.ID)})
	}
	return rows
}

func methodBlocks(r GapReport) []document.Block {
	code := func(s string) document.Paragraph {
		if s == "" {
			return document.P("none: it was made for this report and not kept")
		}
		return document.Paragraph{{Text: s, Code: true}}
	}
	digest := func(s string) document.Paragraph {
		if s == "" {
			return document.P("not stated")
		}
		return document.Paragraph{{Text: s, Code: true}}
	}
	return []document.Block{
		document.P("Evidence is read from the providers' own interfaces by collectors that can only read, each list to its end. What was read is kept with when, as whom and by which calls, in a log where each record holds the digest of the one before it."),
		document.P("Each control of the catalogue is a statement that should be true. It is tested by checks on what was read, or attested by a person with evidence and an end of validity. A check passes, fails, does not apply, or could not observe. A control that has something that fails, fails; else, where anything was not observed, it is unobserved; a criterion shows a gap where any of its controls in scope fails. What was not seen never counts as holding."),
		document.P("A gap is a control that does not hold or cannot be told to, or a criterion, a control of the company or a list of assets that lacks something. It is closed by evidence only: a decision to accept it marks it, and takes nothing away. Risk is likelihood times impact, each from 1 to 5, from the catalogue and from facts about what is affected, by the rules in the appendix. Dates follow from severity, unless a person set them."),
		document.P("No opinion is given: neither this report nor any state in it says that a criterion is fulfilled."),
		document.KeyValues{
			{Key: "Judged at", Value: document.P(document.Date(r.At).String())},
			{Key: "Assessment", Value: code(r.Assessment)},
			{Key: "Catalogue, digest", Value: digest(r.Judge.Catalogue)},
			{Key: "Parameters, digest", Value: digest(r.Judge.Parameters)},
			{Key: "Engine and derivations", Value: digest(strings.TrimSpace(r.Judge.Engine + " " + r.Judge.Derive))},
			{Key: "To judge it again", Value: document.Paragraph{{Text: "controlwatch replay --from " + r.At.UTC().Format(time.RFC3339), Code: true}, {Text: " gives the same verdicts from the same evidence, or names those that differ."}}},
		},
	}
}
