package kinds

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

// PlanDocument is the plan as people read it.
func PlanDocument(h Head, r PlanReport, a *soc2.Assessment) document.Document {
	if h.Organization == "" {
		h.Organization = r.Organization
	}
	d := h.begin("plan", "Remediation plan", "Who closes which gap, until when and in which steps, and how far that is by the evidence.", *a)
	d.Main = "plan"
	if r.ByProposed {
		d.Notices = append(d.Notices, adoptedByNobody)
	}
	if n := approvalNotice(r); n.Title != "" {
		d.Notices = append(d.Notices, n)
	}
	f := r.Figures
	slipped := document.Tile{Label: "Dates that slipped", Value: "–", Note: "no version is approved: there is nothing to slip from", Tone: document.Unseen}
	if r.Approved != nil {
		slipped = document.Tile{Label: "Dates that slipped", Value: fmt.Sprint(r.Approved.Slipped), Note: fmt.Sprintf("against version %d, approved", r.Approved.Version), Tone: toneIf(r.Approved.Slipped > 0, document.Bad)}
	}
	d.Summary = []document.Tile{
		{Label: "To close", Value: fmt.Sprint(f.ToClose), Note: "about " + f.Effort.String() + " of work, by rule of thumb", Tone: toneIf(f.ToClose > 0, document.Bad)},
		{Label: "Overdue", Value: fmt.Sprint(f.Overdue), Tone: toneIf(f.Overdue > 0, document.Bad)},
		{Label: "Due within 30 days", Value: fmt.Sprint(f.Soon), Note: "and not overdue", Tone: toneIf(f.Soon > 0, document.Medium)},
		{Label: "Without an owner", Value: fmt.Sprint(f.Unowned), Tone: toneIf(f.Unowned > 0, document.Bad)},
		slipped,
	}
	anchors := map[string]string{}
	for i := range r.Items {
		anchors[r.Items[i].Gap] = "item-" + strconv.Itoa(i+1)
	}
	d.Sections = append(d.Sections,
		document.Section{ID: "summary", Heading: "Summary", Blocks: planSummary(r, anchors)},
		document.Section{ID: "by-date", Heading: "By due date", Wide: true, Fresh: true, Blocks: []document.Block{
			document.P("Overdue gaps first, then by date; after them what is accepted, out of scope and closed. The status follows evidence, and nobody can set it."), planTable(r, anchors),
		}},
		document.Section{ID: "by-owner", Heading: "By owner", Fresh: true, Blocks: []document.Block{planOwnersTable(r)}},
	)
	d.Sections = append(d.Sections, ownerSections(r, anchors)...)
	d.Sections = append(d.Sections,
		document.Section{ID: "versions", Heading: "Versions, approval and slippage", Fresh: true, Blocks: versionBlocks(r)},
		planProgress(r),
		document.Section{ID: "tasks", Heading: "All tasks", Wide: true, Fresh: true, Blocks: []document.Block{tasksTable(r)}},
		document.Section{ID: "items", Heading: "Each gap", Fresh: true, Blocks: []document.Block{document.P("In the order of the plan. Words in capitals in a command are left to fill in.")}},
	)
	group := ""
	for i := range r.Items {
		item := &r.Items[i]
		if name := []string{"Overdue", "To close", "Accepted", "Out of scope", "Closed"}[planRank(item)]; name != group {
			group = name
			d.Sections = append(d.Sections, document.Section{ID: "group-" + slug(name), Heading: name, Level: 2})
		}
		if item.Status == soc2.PlanClosed {
			d.Sections = append(d.Sections, document.Section{ID: anchors[item.Gap], Heading: itemTitle(item), Level: 3, Blocks: []document.Block{document.P("Closed. " + sentence(item.Why))}})
			continue
		}
		d.Sections = append(d.Sections, document.Section{ID: anchors[item.Gap], Heading: itemTitle(item), Level: 3, Blocks: itemBlocks(r, item, anchors)})
	}
	return d
}

// itemTitle says what is wrong; the title of a control is what should be true.
func itemTitle(i *soc2.PlanItem) string {
	title := orWord(strings.TrimSpace(i.Title), i.Gap)
	switch {
	case i.Gap != soc2.ControlGap(i.Control):
		return title
	case i.Status == soc2.PlanClosed:
		return "Shown to hold now: " + title
	case i.Failing == 0:
		return "Not shown to hold: " + title
	}
	return "Does not hold: " + title
}

func approvalNotice(r PlanReport) document.Notice {
	switch {
	case len(r.Versions) == 0:
		return document.Notice{Tone: document.Unseen, Title: "Nobody approved this plan.", Text: "It follows from evidence and rules; no version of it was ever frozen, and so none could be approved."}
	case r.Approved == nil:
		return document.Notice{Tone: document.Unseen, Title: "No version of this plan is approved.", Text: fmt.Sprintf("Version %d was frozen on %s by %s; no other person's newest word on any version is yes.", r.Frozen.Version, day(r.Frozen.At), r.Frozen.By)}
	}
	return document.Notice{Tone: document.Info, Title: fmt.Sprintf("Version %d is approved.", r.Approved.Version), Text: fmt.Sprintf("Frozen on %s by %s, approved by %s. What is shown is the plan as of now; where it differs from that version is said below.", day(r.Approved.At), r.Approved.By, r.Approved.Approver)}
}

func planSummary(r PlanReport, anchors map[string]string) []document.Block {
	f := r.Figures
	chart := document.Chart{Name: "by-status", Kind: document.Stacked, Title: "The plan by severity and status", Label: "Severity", Says: "For each severity, how many gaps in scope are in which status."}
	for _, status := range soc2.PlanStatuses {
		tone, word := planTone(status)
		s := document.Series{Name: word, Tone: tone}
		for _, severity := range soc2.Severities {
			n := 0
			for i := range r.Items {
				if item := &r.Items[i]; !item.OutOfScope && item.Severity == severity && item.Status == status {
					n++
				}
			}
			s.Values = append(s.Values, float64(n))
		}
		chart.Series = append(chart.Series, s)
	}
	for _, severity := range soc2.Severities {
		chart.Labels = append(chart.Labels, severity.String())
	}
	blocks := []document.Block{
		document.P(fmt.Sprintf("Of %s in scope %d are left to close: %d open, %d in progress, %d reopened, and of %d it cannot be told. %d are accepted and %d closed. %s overdue.",
			counted(f.Items, "gap", "gaps"), f.ToClose, f.Statuses[soc2.PlanOpen], f.Statuses[soc2.PlanInProgress], f.Statuses[soc2.PlanReopened], f.Statuses[soc2.PlanUnobserved], f.Statuses[soc2.PlanAccepted], f.Statuses[soc2.PlanClosed], capital(counted(f.Overdue, "gap is", "gaps are")))),
		chart,
	}
	return append(blocks, firstBlocks(GapReport{First: r.First}, anchors)...)
}

func planTable(r PlanReport, anchors map[string]string) document.Table {
	t := document.Table{
		Name: "plan", Caption: "The plan", Empty: "No gap is left to close, as far as was seen.",
		Columns: []document.Column{
			{Name: "Due", Kind: document.DateKind, Weight: 1.4},
			{Name: "Late", Kind: document.StateKind, Weight: 1.5},
			{Name: "Gap", Weight: 4.4},
			{Name: "Severity", Kind: document.StateKind, Weight: 1.5},
			{Name: "Status", Kind: document.StateKind, Weight: 1.8},
			{Name: "Owner", Weight: 1.9},
			{Name: "Criteria", Weight: 2.2},
			{Name: "Failing", Kind: document.NumberKind, Weight: 1},
			{Name: "Tasks", Kind: document.NumberKind, Weight: 0.8},
			{Name: "Effort", Weight: 1.5},
			{Name: "After", Kind: document.NumberKind, Weight: 0.8},
			{Name: "Id", Kind: document.IDKind, Weight: 3},
		},
	}
	t.Rows = func(yield func([]document.Cell, error) bool) {
		for i := range r.Items {
			item := &r.Items[i]
			late := document.Cell{}
			if item.Overdue && item.Live() && !item.OutOfScope {
				late = document.State(document.Bad, "overdue")
			}
			status := statusCell(item)
			if item.OutOfScope {
				status = document.State(document.None, "out of scope")
			}
			if !yield([]document.Cell{
				dayCell(item.Due), late, document.Text(itemTitle(item)).Linked(anchors[item.Gap]), severityCell(item.Severity), status, document.Text(ownerWords(item.Owner)), document.Text(strings.Join(item.Criteria, ", ")),
				document.Number(item.Failing), document.Number(len(item.Tasks)), document.Text(item.Effort.String()), document.Number(len(item.After)), document.ID(item.Gap),
			}, nil) {
				return
			}
		}
	}
	return t
}

func planOwnersTable(r PlanReport) document.Table {
	var rows [][]document.Cell
	for i, o := range r.Owners {
		rows = append(rows, []document.Cell{document.Text(ownerWords(o.Owner)).Linked(ownerAnchor(i)), document.Number(o.ToClose), document.Number(o.Overdue), dayCell(o.Next), document.Text(o.Effort.String())})
	}
	return document.Table{
		Name: "owners", Caption: "Gaps to close, by owner", Rows: document.RowsOf(rows), Empty: "No gap is left to close, as far as was seen.",
		Columns: []document.Column{{Name: "Owner", Weight: 3.6}, {Name: "To close", Kind: document.NumberKind, Weight: 1.2}, {Name: "Overdue", Kind: document.NumberKind}, {Name: "Next due", Kind: document.DateKind, Weight: 1.6}, {Name: "Effort", Weight: 1.8}},
		Total:   totalIf(len(rows) > 1, document.Text("All"), document.Number(r.Figures.ToClose), document.Number(r.Figures.Overdue), document.Cell{}, document.Text(r.Figures.Effort.String())),
	}
}

func ownerAnchor(i int) string { return "owner-" + strconv.Itoa(i+1) }

// ownerSections are what each owner has to do, in the order of dates.
func ownerSections(r PlanReport, anchors map[string]string) (all []document.Section) {
	items := map[string]*soc2.PlanItem{}
	for i := range r.Items {
		items[r.Items[i].Gap] = &r.Items[i]
	}
	if len(r.Owners) > 0 {
		all = append(all, document.Section{ID: "owner-lists", Heading: "What each has to close", Level: 2})
	}
	for i, o := range r.Owners {
		list := document.List{}
		for _, id := range o.Gaps {
			item := items[id]
			list.Items = append(list.Items, document.Paragraph{
				{Text: dueWords(item, r.At) + ": ", Strong: item.Overdue}, {Text: itemTitle(item), To: anchors[id]}, {Text: fmt.Sprintf(" (%s, %s)", item.Severity, item.Effort)},
			})
		}
		all = append(all, document.Section{ID: ownerAnchor(i), Heading: capital(ownerWords(o.Owner)), Level: 3, Blocks: []document.Block{list}})
	}
	return all
}

func versionBlocks(r PlanReport) []document.Block {
	var rows, slips [][]document.Cell
	for _, v := range r.Versions {
		tone := map[string]document.Tone{"approved": document.Good, "refused": document.Bad, "nobody": document.Unseen}[v.Word]
		word := v.Word
		if word == "nobody" {
			word = "not approved"
		}
		rows = append(rows, []document.Cell{document.Number(v.Version), dayCell(v.At), document.Text(v.By), document.State(tone, word), document.Text(v.Approver), dayCell(v.SaidAt), document.Text(v.Note), document.Number(v.Items)})
	}
	blocks := []document.Block{document.Table{
		Name: "versions", Caption: "Versions", Rows: document.RowsOf(rows), Empty: "No version of the plan was ever frozen.",
		Columns: []document.Column{{Name: "Version", Kind: document.NumberKind}, {Name: "Frozen", Kind: document.DateKind, Weight: 1.5}, {Name: "By", Weight: 2}, {Name: "Approval", Kind: document.StateKind, Weight: 1.9}, {Name: "By whom", Weight: 2}, {Name: "On", Kind: document.DateKind, Weight: 1.5}, {Name: "Note", Weight: 2}, {Name: "Gaps", Kind: document.NumberKind}},
	}}
	against, which := r.Approved, "approved"
	if against == nil {
		against, which = r.Frozen, "frozen, and not approved"
	}
	if against == nil {
		return append(blocks, frozenBlocks(nil)...)
	}
	for _, c := range against.Diff.Changes {
		later := document.Cell{}
		if c.Days != 0 {
			later = document.Number(c.Days)
		}
		slips = append(slips, []document.Cell{document.Text(orWord(c.Title, c.Gap)), document.Text(c.What), document.Text(c.From), document.Text(c.To), later, document.Text(c.Who), document.Text(c.Why), document.ID(c.Gap)})
	}
	return append(blocks,
		document.P(fmt.Sprintf("Compared with version %d (%s): the dates of %s slipped, %d opened, %d closed, %d reopened, and of %d it cannot be told any more.", against.Version, which, counted(against.Slipped, "gap", "gaps"), len(against.Opened), len(against.Closed), len(against.Reopened), len(against.Lost))),
		document.Table{
			Name: "slippage", Caption: fmt.Sprintf("What differs from version %d, slippage first", against.Version), Rows: document.RowsOf(slips), Empty: "Nothing differs.",
			Columns: []document.Column{{Name: "Gap", Weight: 3}, {Name: "What", Weight: 1.1}, {Name: "Was", Weight: 1.5}, {Name: "Is", Weight: 1.5}, {Name: "Days later", Kind: document.NumberKind, Weight: 1}, {Name: "By whom", Weight: 1.5}, {Name: "Why", Weight: 2.4}, {Name: "Id", Kind: document.IDKind, Weight: 2}},
		})
}

func planProgress(r PlanReport) document.Section {
	s := document.Section{ID: "progress", Heading: "Progress and forecast", Fresh: true}
	if chart, ok := burnDown(r.Progress); ok {
		s.Blocks = append(s.Blocks, overTime(), chart, weekTable(r.Progress))
	} else {
		s.Blocks = append(s.Blocks, document.P("There are not two whole weeks of history yet: nothing can be drawn over time."))
	}
	s.Blocks = append(s.Blocks, fixTable(r.Progress), document.Callout{Tone: toneIf(!r.Progress.Forecast.Known, document.Unseen), Title: "When it may be done", Text: document.P(forecastWords(r.Progress.Forecast))})
	return s
}

// tasksTable are all tasks of what is to be closed.
func tasksTable(r PlanReport) document.Table {
	return document.Table{
		Name: "tasks", Caption: "Tasks", Folded: true, Empty: "Nothing is left to do, as far as was seen.",
		Columns: []document.Column{
			{Name: "Due", Kind: document.DateKind, Weight: 1.4}, {Name: "Owner", Weight: 1.8}, {Name: "Gap", Kind: document.IDKind, Weight: 2.6}, {Name: "Task", Weight: 4.4}, {Name: "Provider", Weight: 1.3}, {Name: "Resources", Kind: document.NumberKind, Weight: 1.2}, {Name: "Effort", Weight: 1.4}, {Name: "How", Weight: 4.4},
		},
		Rows: func(yield func([]document.Cell, error) bool) {
			for i := range r.Items {
				item := &r.Items[i]
				if item.OutOfScope || !item.Live() {
					continue
				}
				for _, t := range item.Tasks {
					row := []document.Cell{
						dayCell(item.Due), document.Text(ownerWords(item.Owner)), document.ID(item.Gap), document.Text(t.Text), document.Text(providerWord(t.Provider)), document.Number(t.Resources), document.Text(t.Effort.String()), document.Text(strings.Join(strings.Fields(strings.ReplaceAll(t.How, "`", "")), " ")),
					}
					if !yield(row, nil) {
						return
					}
				}
			}
		},
	}
}

func itemBlocks(r PlanReport, item *soc2.PlanItem, anchors map[string]string) []document.Block {
	_, word := planTone(item.Status)
	facts := document.KeyValues{
		{Key: "Status", Value: document.Paragraph{{Text: capital(word), Strong: true}, {Text: ", since " + day(item.Since) + ". " + sentence(item.Why)}}},
		{Key: "Owner", Value: document.P(ownerWords(item.Owner) + " (" + item.OwnerBy + ")")},
		{Key: "Due", Value: document.P(dueWords(item, r.At) + " (" + item.DueBy + ")")},
		{Key: "Risk", Value: document.P(fmt.Sprintf("%s, %s; inherent %s", capital(item.Severity.String()), item.Residual, item.Inherent))},
		{Key: "Failing", Value: document.P(fmt.Sprintf("%d, of %d when it began; %d not seen, %d accepted", item.Failing, item.Began, item.Unobserved, item.Accepted))},
		{Key: "Effort", Value: document.P(item.Effort.String())},
		{Key: "Done when", Value: document.P(sentence(item.Success))},
	}
	if item.Set != nil {
		facts = append(facts, document.Pair{Key: "A person said", Value: document.P(fmt.Sprintf("%s, on %s: %s", item.Set.By, day(item.Set.At), sentence(item.Set.Reason)))})
	}
	var gaps GapReport
	for i := range r.Items {
		gaps.Gaps = append(gaps.Gaps, GapEntry{ID: r.Items[i].Gap, Title: r.Items[i].Title})
	}
	if len(item.After) > 0 {
		facts = append(facts, document.Pair{Key: "Comes after", Value: afterWords(item.After, gaps, anchors)})
	}
	return append([]document.Block{facts}, taskBlocks(item)...)
}
