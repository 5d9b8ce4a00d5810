package kinds

import (
	"fmt"
	"strings"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

// InventoryDocument is the inventory as people read it.
func InventoryDocument(h Head, r Inventory, a *soc2.Assessment) document.Document {
	if h.Organization == "" {
		h.Organization = r.Organization
	}
	d := h.begin("inventory", "Inventory and data flow", "What the company has, whose it is, what data it holds, what the internet reaches, and where data flows.", *a)
	d.Main = "assets"
	if !r.Stated {
		d.Notices = append(d.Notices, document.Notice{Tone: document.Unseen, Title: "No system is stated.", Text: "Nothing can be placed: every asset is unscoped until scope.systems of the configuration states the systems."})
	}
	if !r.Complete {
		d.Notices = append(d.Notices, document.Notice{Tone: document.Unseen, Title: "The inventory is not complete.", Text: fmt.Sprintf("%s not seen to the end: there may be assets that are not in it.", counted(len(r.Unseen), "list of assets was", "lists of assets were"))})
	}
	c := r.Counts
	d.Summary = []document.Tile{
		{Label: "Assets", Value: fmt.Sprint(c.Assets), Note: "as far as was seen", Tone: document.Plain},
		{Label: "In no system", Value: fmt.Sprint(c.Unscoped), Note: "unscoped", Tone: toneIf(c.Unscoped > 0, document.Bad)},
		{Label: "Without an owner", Value: fmt.Sprint(c.Unowned), Tone: toneIf(c.Unowned > 0, document.Bad)},
		{Label: "Not classified", Value: fmt.Sprint(c.Unclassified), Note: "of those that can hold data", Tone: toneIf(c.Unclassified > 0, document.Bad)},
		{Label: "Lists not seen whole", Value: fmt.Sprint(len(r.Unseen)), Tone: toneIf(len(r.Unseen) > 0, document.Unseen)},
	}
	d.Sections = []document.Section{
		{ID: "systems", Heading: "By system", Wide: true, Blocks: inventorySystems(r)},
		{ID: "kinds", Heading: "By kind", Blocks: []document.Block{inventoryKinds(r)}},
		{ID: "gaps", Heading: "What is not known", Blocks: []document.Block{inventoryGaps(r)}},
		{ID: "flow", Heading: "Data flow", Wide: true, Fresh: true, Blocks: flowBlocks(r, len(a.Feeds) > 0)},
		{ID: "assets", Heading: "Assets", Wide: true, Fresh: true, Blocks: []document.Block{
			document.P("By system, kind and name; what no system claims comes last. Where it says not seen, the provider did not show it, or nothing of the kind can tell."), assetTable(r),
		}},
		{ID: "unseen", Heading: "Lists that were not seen to their end", Wide: true, Blocks: []document.Block{piecesTable("unseen", "Lists of assets", r.Unseen, len(a.Feeds) > 0)}},
	}
	return d
}

func inventorySystems(r Inventory) []document.Block {
	var rows [][]document.Cell
	chart := document.Chart{
		Name: "system-chart", Kind: document.Bars, Title: "Assets by system", Label: "System", Says: "How many assets each system has; one may be in several.", Series: []document.Series{{Name: "assets", Tone: document.Info}},
	}
	for _, s := range r.Systems {
		owner, environment, data := ownerWords(s.Owner), orNotStated(s.Environment), listed(s.Data, "not classified")
		if s.ID == "" {
			owner, environment, data = "", "", ""
		}
		rows = append(rows, []document.Cell{
			document.Text(s.Title), document.Text(owner), document.Text(environment), document.Text(data), document.Number(s.Assets), document.Number(s.Unowned), document.Number(s.Unclassified), document.Number(s.Exposed), document.ID(s.ID),
		})
		chart.Labels = append(chart.Labels, s.Title)
		chart.Series[0].Values = append(chart.Series[0].Values, float64(s.Assets))
	}
	return []document.Block{chart, document.Table{
		Name: "systems", Caption: "Systems", Rows: document.RowsOf(rows), Empty: "No system is stated, and no asset was seen.",
		Columns: []document.Column{
			{Name: "System", Weight: 2.6}, {Name: "Owner", Weight: 1.7}, {Name: "Environment", Weight: 1.5}, {Name: "Data", Weight: 2}, {Name: "Assets", Kind: document.NumberKind}, {Name: "No owner", Kind: document.NumberKind}, {Name: "No class", Kind: document.NumberKind}, {Name: "On the internet", Kind: document.NumberKind, Weight: 1.2}, {Name: "Id", Kind: document.IDKind, Weight: 2.2},
		},
	}}
}

func inventoryKinds(r Inventory) document.Table {
	var rows [][]document.Cell
	exposed := 0
	for _, k := range r.Kinds {
		exposed += k.Exposed
		rows = append(rows, []document.Cell{document.Text(string(k.Kind)), document.Number(k.Assets), document.Number(k.Unscoped), document.Number(k.Unowned), document.Number(k.Unclassified), document.Number(k.Exposed)})
	}
	return document.Table{
		Name: "kinds", Caption: "Kinds of assets", Rows: document.RowsOf(rows), Empty: "No asset was seen.",
		Columns: []document.Column{{Name: "Kind", Weight: 2.4}, {Name: "Assets", Kind: document.NumberKind}, {Name: "In no system", Kind: document.NumberKind, Weight: 1.2}, {Name: "Without owner", Kind: document.NumberKind, Weight: 1.2}, {Name: "Not classified", Kind: document.NumberKind, Weight: 1.2}, {Name: "Reached from the internet", Kind: document.NumberKind, Weight: 1.6}},
		Total:   totalIf(len(rows) > 1, document.Text("All"), document.Number(r.Counts.Assets), document.Number(r.Counts.Unscoped), document.Number(r.Counts.Unowned), document.Number(r.Counts.Unclassified), document.Number(exposed)),
	}
}

func inventoryGaps(r Inventory) document.Table {
	titles := map[string]string{"": "In no system"}
	for _, s := range r.Systems {
		if s.ID != "" {
			titles[s.ID] = s.Title
		}
	}
	var rows [][]document.Cell
	for _, g := range r.Gaps {
		var names []string
		for _, x := range g.Examples {
			names = append(names, x.Label())
		}
		if more := g.Count - len(names); more > 0 {
			names = append(names, fmt.Sprintf("and %d more", more))
		}
		word := map[soc2.Missing]string{soc2.MissingSystem: "in no system", soc2.MissingOwner: "no owner", soc2.MissingClassification: "not classified"}[g.Missing]
		rows = append(rows, []document.Cell{document.Text(titles[g.System]), document.State(document.Bad, word), document.Number(g.Count), document.Text(strings.Join(names, ", "))})
	}
	empty := "Of every asset that was seen, system, owner and class of data are known."
	if r.Counts.Assets == 0 {
		empty = "No asset was seen."
	}
	return document.Table{
		Name: "missing", Caption: "What is not known of assets", Rows: document.RowsOf(rows), Empty: empty,
		Columns: []document.Column{{Name: "System", Weight: 2}, {Name: "Missing", Kind: document.StateKind, Weight: 1.8}, {Name: "Assets", Kind: document.NumberKind}, {Name: "The first", Weight: 5}},
	}
}

func assetTable(r Inventory) document.Table {
	return document.Table{
		Name: "assets", Caption: "Assets", Empty: "No asset was seen.",
		Columns: []document.Column{
			{Name: "Asset", Weight: 3},
			{Name: "Kind", Weight: 1.7},
			{Name: "Systems", Weight: 1.6},
			{Name: "Owner", Weight: 1.8},
			{Name: "Environment", Weight: 1.5},
			{Name: "Data", Weight: 1.8},
			{Name: "Internet", Kind: document.StateKind, Weight: 1.6},
			{Name: "Privileged", Kind: document.StateKind, Weight: 1.6},
			{Name: "Where", Weight: 2},
			{Name: "Missing", Weight: 1.6},
			{Name: "Id", Kind: document.IDKind, Weight: 2.8},
		},
		Rows: func(yield func([]document.Cell, error) bool) {
			for i := range r.Assets {
				x := &r.Assets[i]
				var missing []string
				for _, m := range x.Missing {
					missing = append(missing, string(m))
				}
				if !yield([]document.Cell{
					document.Text(x.Resource.label()), document.Text(x.Resource.Kind), document.Text(listed(x.Systems, "none")), document.Text(ownerWords(x.Owner)), document.Text(orWord(x.Environment, "not known")), document.Text(strings.Join(x.Data, ", ")),
					knownCell(x.Exposed, "reached"), knownCell(x.Privileged, "privileged"), document.Text(x.Resource.place()), document.Text(strings.Join(missing, ", ")), document.ID(x.Resource.ID),
				}, nil) {
					return
				}
			}
		},
	}
}

// knownCell says yes, no, or that nobody saw.
func knownCell(is *bool, yes string) document.Cell {
	switch {
	case is == nil:
		return document.State(document.Unseen, "not seen")
	case *is:
		return document.State(document.Medium, yes)
	}
	return document.State(document.None, "no")
}

func flowBlocks(r Inventory, looked bool) []document.Block {
	blocks := []document.Block{document.P("What the scope states and what evidence shows of where data goes. It is no proof that nothing else flows. What the scope does not name says so.")}
	titles := map[string]string{}
	for _, n := range r.Flow.Nodes {
		titles[n.ID] = n.Title
		if n.Unstated {
			titles[n.ID] += " (not in the scope)"
		}
	}
	var rows [][]document.Cell
	plain, unseen := 0, 0
	for i, e := range r.Flow.Edges {
		encrypted := document.State(document.Unseen, "not seen")
		switch {
		case e.Encrypted == nil:
			unseen++
		case *e.Encrypted:
			encrypted = document.State(document.Good, "encrypted")
		default:
			plain++
			encrypted = document.State(document.Bad, "not encrypted")
		}
		from := "evidence"
		if e.Stated {
			from = "the scope"
		}
		through := strings.Join(e.Through, ", ")
		if more := e.Count - len(e.Through); more > 0 && through != "" {
			through += fmt.Sprintf(", and %d more", more)
		}
		rows = append(rows, []document.Cell{document.Number(i + 1), document.Text(titles[e.From]), document.Text(titles[e.To]), document.Text(e.What), document.Text(listed(e.Data, "not classified")), encrypted, document.Text(from), document.Text(through)})
	}
	table := document.Table{
		Name: "flows", Caption: "Flows", Rows: document.RowsOf(rows), Empty: "No flow is stated, and evidence shows none.",
		Columns: []document.Column{{Name: "No.", Kind: document.NumberKind, Weight: 0.6}, {Name: "From", Weight: 2}, {Name: "To", Weight: 2}, {Name: "What", Weight: 1.3}, {Name: "Data", Weight: 2}, {Name: "In transit", Kind: document.StateKind, Weight: 1.7}, {Name: "Known from", Weight: 1.2}, {Name: "Through", Weight: 3}},
	}
	says := fmt.Sprintf("%s between %s: %d not encrypted in transit, of %d nobody saw whether they are.", capital(counted(len(r.Flow.Edges), "flow", "flows")), counted(len(r.Flow.Nodes), "place", "places"), plain, unseen)
	picture, drawn := report.DataFlowSVG(r.Flow)
	switch {
	case drawn:
		blocks = append(blocks, document.Figure{SVG: picture, Alt: says + " The table names each by its number.", Caption: "How data flows, from left to right", Data: &table})
	default:
		blocks = append(blocks, document.P(says))
		var text strings.Builder
		if len(r.Flow.Nodes) > 0 && report.DataFlowMermaid(&text, r.Flow, r.Sample) == nil {
			blocks = append(blocks, document.P(fmt.Sprintf("More than %d places cannot be drawn to be read; as a Mermaid flowchart:", report.MostFlowNodes)), document.Code(text.String()))
		}
		blocks = append(blocks, table)
	}
	return append(blocks, piecesTable("flows-unseen", "Lists that would show flows and were not seen to their end", r.FlowUnseen, looked))
}

// piecesTable names lists that were not seen. That none is missing says something
// only where anything was looked at.
func piecesTable(name, caption string, all []UnseenPiece, looked bool) document.Table {
	empty := "Every list that was to be read was seen to its end."
	if !looked {
		empty = "No source had been looked at: no list was seen."
	}
	var rows [][]document.Cell
	for _, x := range all {
		rows = append(rows, []document.Cell{document.State(document.Unseen, string(x.Reason)), document.Text(x.Provider), document.ID(x.Account), document.ID(x.What), document.Text(bounded(x.Detail)), document.ID(x.Operation)})
	}
	return document.Table{
		Name: name, Caption: caption, Rows: document.RowsOf(rows), Empty: empty,
		Columns: []document.Column{{Name: "Reason", Kind: document.StateKind, Weight: 1.8}, {Name: "Provider", Weight: 1.2}, {Name: "Account", Kind: document.IDKind, Weight: 1.8}, {Name: "List", Kind: document.IDKind, Weight: 3}, {Name: "What the provider said", Weight: 4}, {Name: "Read", Kind: document.IDKind, Weight: 2.6}},
	}
}
