package kinds

import (
	"fmt"
	"strings"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

// AccessDocument is who can reach what as people read it.
func AccessDocument(h Head, r Access, a soc2.Assessment) document.Document {
	d := h.begin("access", "Access", "Who can reach what: by person and account, with privilege, the way it was given, and last use.", a)
	d.Main = "access"
	if !r.Complete {
		d.Notices = append(d.Notices, document.Notice{
			Tone: document.Unseen, Title: "The list is not complete.",
			Text: fmt.Sprintf("There may be access that is not in it: %s below.", counted(max(1, len(r.Unseen)), "reason stands", "reasons stand")),
		})
	}
	cut := 0
	for _, l := range r.Lists {
		if l.Hole != "" {
			cut++
		}
	}
	c := r.Counts
	d.Summary = []document.Tile{
		{Label: "Ways in", Value: fmt.Sprint(c.Rows), Note: "an account and what it reaches; as far as was seen", Tone: document.Plain},
		{Label: "Administer, or may", Value: fmt.Sprint(c.Privileged), Note: "a privilege that was not seen can be any", Tone: document.Info},
		{Label: "Of nobody known", Value: fmt.Sprint(c.Nobody), Note: fmt.Sprintf("accounts that join to no person; whose another %d are was not seen", c.Unjoined), Tone: toneIf(c.Nobody+c.Unjoined > 0, document.Bad)},
		{Label: "No second factor seen", Value: fmt.Sprint(c.NoFactor), Note: "none, or not seen", Tone: toneIf(c.NoFactor > 0, document.Bad)},
		{Label: "Lists not seen whole", Value: fmt.Sprint(cut), Note: fmt.Sprintf("of %d", len(r.Lists)), Tone: toneIf(cut > 0 || len(r.Lists) == 0, document.Unseen)},
	}
	var privileged []soc2.AccessRow
	for i := range r.Rows {
		if r.Rows[i].Privileged() {
			privileged = append(privileged, r.Rows[i])
		}
	}
	d.Sections = []document.Section{
		{ID: "privileged", Heading: "What administers, or may", Wide: true, Blocks: []document.Block{accessTable("privileged", "Privileged access", privileged, "Nothing that was seen administers anything.")}},
		{ID: "access", Heading: "Who can reach what", Wide: true, Fresh: true, Blocks: []document.Block{
			document.P("By person; accounts that join to nobody come last. The same thing given in several ways is one row with every way. The last use is of the account, the key or the role: no provider tells it of each thing that was given."),
			accessTable("access", "Access", r.Rows, "No access was seen."),
		}},
		{ID: "lists", Heading: "What the list was made of", Wide: true, Blocks: []document.Block{accessLists(r)}},
		{ID: "review", Heading: "Having it reviewed", Blocks: []document.Block{
			document.P("controlwatch review start makes a sheet of this list for reviewers to decide on, and follows each revocation until complete pulls show that it was made."),
		}},
	}
	return d
}

func accessTable(name, caption string, rows []soc2.AccessRow, empty string) document.Table {
	return document.Table{
		Name: name, Caption: caption, Empty: empty,
		Columns: []document.Column{
			{Name: "Person", Weight: 2.4},
			{Name: "Account", Weight: 2.2},
			{Name: "Reaches", Weight: 3.2},
			{Name: "Privilege", Weight: 1.3},
			{Name: "By way of", Weight: 2.4},
			{Name: "Last use", Weight: 1.6},
			{Name: "Second factor", Weight: 1.2},
		},
		Rows: func(yield func([]document.Cell, error) bool) {
			for i := range rows {
				r, shown := &rows[i], rows[i].Shown()
				reaches := string(r.What) + " " + r.Target
				if r.Role != "" && r.Role != r.Target {
					reaches = string(r.What) + " " + strings.TrimPrefix(r.Role, string(r.What)+" ") + " in " + r.Target
				}
				if !yield([]document.Cell{
					document.Text(shown[0]), document.Text(shown[1] + ", " + shown[2] + " " + shown[3]), document.Text(reaches),
					document.Text(shown[7]), document.Text(shown[8]), document.Text(shown[14]), document.Text(shown[15]),
				}, nil) {
					return
				}
			}
		},
	}
}

func accessLists(r Access) document.Table {
	var rows [][]document.Cell
	for _, l := range r.Lists {
		state := document.State(document.Good, "seen whole")
		if l.Hole != "" {
			state = document.State(document.Unseen, "not whole")
		}
		rows = append(rows, []document.Cell{document.Text(l.Type), document.Text(l.Scope.String()), document.Number(l.Records), state, document.Text(l.Hole)})
	}
	for _, why := range r.Unseen {
		rows = append(rows, []document.Cell{document.Text(""), document.Text(""), document.Text(""), document.State(document.Unseen, "hidden"), document.Text(why)})
	}
	return document.Table{
		Name: "lists", Caption: "Lists that access is known from, and what hides more", Rows: document.RowsOf(rows), Empty: "No list that access could be known from was ever read.",
		Columns: []document.Column{{Name: "List", Weight: 2}, {Name: "Of", Weight: 2.4}, {Name: "Records", Kind: document.NumberKind}, {Name: "Seen", Kind: document.StateKind, Weight: 1.4}, {Name: "Why not", Weight: 4}},
	}
}
