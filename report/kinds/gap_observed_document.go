package kinds

import (
	"fmt"

	"github.com/controlwatch/controlwatch/report/document"
)

// observedSections say what was looked at, and what was not seen and why.
func observedSections(r GapReport) []document.Section {
	o := r.Observed
	feeds, whole, never := 0, 0, 0
	var rows [][]document.Cell
	for _, x := range o.Accounts {
		feeds, whole, never = feeds+x.Feeds, whole+x.Complete, never+x.Never
		tone, word := document.Good, "complete"
		switch {
		case x.Feeds == 0:
			tone, word = document.Unseen, "not looked at"
		case x.Complete < x.Feeds:
			tone, word = document.Unseen, "lists incomplete"
		case x.Holes > 0:
			tone, word = document.Unseen, "fields unseen"
		}
		rows = append(rows, []document.Cell{
			document.Text(x.Provider), document.ID(x.Account), document.State(tone, word), document.Number(x.Feeds), document.Number(x.Complete), document.Number(x.Incomplete),
			document.Number(x.Never), document.Number(x.Holes), document.Date(x.Oldest), document.Text(listed(x.As, "not told")),
		})
	}
	accounts := document.Table{
		Name: "observed", Caption: "What was looked at, by account", Rows: document.RowsOf(rows), Empty: "No source had been looked at.",
		Columns: []document.Column{
			{Name: "Provider", Weight: 1.4},
			{Name: "Account", Kind: document.IDKind, Weight: 1.8},
			{Name: "Sight", Kind: document.StateKind, Weight: 2},
			{Name: "Lists", Kind: document.NumberKind},
			{Name: "Complete", Kind: document.NumberKind, Weight: 1.1},
			{Name: "Incomplete", Kind: document.NumberKind, Weight: 1.2},
			{Name: "Never read", Kind: document.NumberKind},
			{Name: "Holes", Kind: document.NumberKind},
			{Name: "Oldest pull", Kind: document.DateKind, Weight: 1.8},
			{Name: "Looked as", Weight: 2.6},
		},
	}
	sum := 0
	var reasons [][]document.Cell
	for _, x := range o.Reasons {
		sum += x.Holes
		reasons = append(reasons, []document.Cell{document.State(document.Unseen, string(x.Reason)), document.Number(x.Holes), document.Text(x.Remedy)})
	}
	says := fmt.Sprintf("%s read from %s: %d whole and recent enough, %d not, %d never. %s missing; what would have rested on them counts as holding nowhere.",
		counted(feeds, "list is", "lists are"), counted(len(o.Accounts), "account", "accounts"), whole, feeds-whole-never, never, counted(o.Holes, "piece of evidence is", "pieces of evidence are"))
	if feeds == 0 {
		says = "No source had been looked at: nothing in this report rests on evidence of a provider."
	}
	return []document.Section{
		{ID: "observed", Heading: "What was and was not observed", Wide: true, Blocks: []document.Block{
			document.P(says), accounts,
		}},
		{ID: "unseen", Heading: "What was not seen, and why", Level: 2, Wide: true, Blocks: []document.Block{
			document.Table{
				Name: "unseen-by-reason", Caption: "By reason", Rows: document.RowsOf(reasons), Empty: nothingMissing(r),
				Columns: []document.Column{{Name: "Reason", Kind: document.StateKind, Weight: 2}, {Name: "Holes", Kind: document.NumberKind}, {Name: "What to do", Weight: 7}},
				Total:   totalIf(len(reasons) > 1, document.Text("All"), document.Number(sum), document.Cell{}),
			},
		}},
	}
}

func totalIf(is bool, cells ...document.Cell) []document.Cell {
	if is {
		return cells
	}
	return nil
}

// unseenBlocks name each piece of evidence that was not seen, alike ones together.
func unseenBlocks(r GapReport) []document.Block {
	var rows [][]document.Cell
	for _, x := range r.Observed.Unseen {
		rows = append(rows, []document.Cell{
			document.Text(string(x.Reason)), document.Text(x.Provider), document.ID(x.Account), document.ID(x.What), document.Number(x.Holes), document.Text(bounded(x.Detail)), document.ID(x.Operation), document.ID(x.Collector),
		})
	}
	return []document.Block{document.Table{
		Name: "unseen", Caption: "Each, alike ones together", Rows: document.RowsOf(rows), Empty: nothingMissing(r),
		Columns: []document.Column{
			{Name: "Reason", Weight: 1.4},
			{Name: "Provider", Weight: 1.2},
			{Name: "Account", Kind: document.IDKind, Weight: 1.6},
			{Name: "What was not seen", Kind: document.IDKind, Weight: 3.4},
			{Name: "Holes", Kind: document.NumberKind, Weight: 0.7},
			{Name: "What the provider said of the first", Weight: 5},
			{Name: "Read", Kind: document.IDKind, Weight: 2.6},
			{Name: "Collector", Kind: document.IDKind, Weight: 2},
		},
	}}
}

// nothingMissing is said where no hole is known, which is much only where something
// was looked at.
func nothingMissing(r GapReport) string {
	for _, x := range r.Observed.Accounts {
		if x.Feeds > 0 {
			return "Nothing that was to be read was missing."
		}
	}
	return "No source had been looked at: nothing was seen."
}
