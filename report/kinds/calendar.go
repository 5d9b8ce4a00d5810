package kinds

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

// SchemaCalendar names the form of Calendar.
const SchemaCalendar = "controlwatch.report.calendar/v1"

// Calendar is who has to do what until when.
type Calendar struct {
	Schema       string `json:"schema"` // "controlwatch.report.calendar/v1"
	Sample       bool   `json:"sample_data"`
	Organization string `json:"organization,omitempty"`
	soc2.Calendar
}

// CalendarOf is the value of the report.
func CalendarOf(h Head, told soc2.Calendar, a soc2.Assessment) Calendar {
	return Calendar{Schema: SchemaCalendar, Sample: a.SampleData, Organization: h.Organization, Calendar: told}
}

// happenings are what a kind of date is called.
var happenings = map[soc2.CalendarKind]string{
	soc2.CalendarPeriod:      "Period",
	soc2.CalendarAudit:       "Audit",
	soc2.CalendarReview:      "Access review",
	soc2.CalendarInstance:    "Planned activity",
	soc2.CalendarLacking:     "No statement counts",
	soc2.CalendarAttestation: "Statement ends",
	soc2.CalendarDecision:    "Decision ends",
	soc2.CalendarPlan:        "Gap due",
}

// CalendarDocument is it as people read it: by month, then for each owner.
func CalendarDocument(h Head, c Calendar, a soc2.Assessment) document.Document {
	d := h.begin("calendar", "Calendar of control activities", "Who has to do what until when, as far as it is known today.", a)
	d.Main = "dates"
	zone := zoneOf(c.Zone)
	overdue, soon := 0, 0
	for _, e := range c.Entries {
		switch {
		case e.Overdue:
			overdue++
		case e.On.Before(c.At.AddDate(0, 0, 30)):
			soon++
		}
	}
	d.Summary = []document.Tile{
		{Label: "Overdue, or nothing counts", Value: fmt.Sprint(overdue), Note: "of " + counted(len(c.Entries), "date", "dates"), Tone: document.Bad},
		{Label: "Within 30 days", Value: fmt.Sprint(soon), Tone: document.Unseen},
		{Label: "Owners", Value: fmt.Sprint(len(ownersOf(c))), Note: "people, teams and roles", Tone: document.Plain},
	}
	months := document.Section{ID: "months", Heading: "Month by month", Wide: true}
	if len(c.Unseen) > 0 {
		months.Blocks = append(months.Blocks, document.Callout{Tone: document.Unseen, Title: "Dates are missing", Text: document.P(strings.Join(c.Unseen, "; ") + ".")})
	}
	months.Blocks = append(months.Blocks, monthTable(c, zone))
	d.Sections = append(d.Sections, months, document.Section{ID: "owners", Heading: "By owner", Fresh: true, Wide: true, Blocks: []document.Block{
		document.P("Days are those of " + c.Zone + ". Where nobody is named, the role that the catalogue proposes stands in; it is nobody until somebody is."),
	}})
	for i, owner := range ownersOf(c) {
		var own []soc2.CalendarDate
		for _, e := range c.Entries {
			if dateOwner(e) == owner {
				own = append(own, e)
			}
		}
		d.Sections = append(d.Sections, document.Section{ID: fmt.Sprintf("owner-%d", i+1), Heading: owner, Level: 2, Wide: true, Blocks: []document.Block{
			dateTable(fmt.Sprintf("owner-%d", i+1), counted(len(own), "date", "dates")+" of "+owner, own, zone, false),
		}})
	}
	d.Sections = append(d.Sections, document.Section{ID: "dates", Heading: "All dates", Wide: true, Blocks: []document.Block{dateTable("dates", "All dates", c.Entries, zone, true)}})
	return d
}

const nobody = "Nobody named"

func dateOwner(e soc2.CalendarDate) string {
	switch {
	case e.Kind == soc2.CalendarPeriod || e.Kind == soc2.CalendarAudit:
		return "Everybody"
	case e.Owner == "":
		return nobody
	case e.Proposed:
		return e.Owner + " (proposed role)"
	}
	return e.Owner
}

// ownersOf are all of them: who has most overdue is not shamed by coming first.
func ownersOf(c Calendar) []string {
	var all []string
	for _, e := range c.Entries {
		all = append(all, dateOwner(e))
	}
	slices.SortFunc(all, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a), strings.ToLower(b)), cmp.Compare(a, b))
	})
	return slices.Compact(all)
}

func monthTable(c Calendar, zone *time.Location) document.Table {
	t := document.Table{Name: "months", Caption: "Dates by month", Empty: "There is no date.", Columns: []document.Column{{Name: "Month", Weight: 2}}}
	for _, k := range soc2.CalendarKinds {
		t.Columns = append(t.Columns, document.Column{Name: happenings[k], Kind: document.NumberKind})
	}
	t.Columns = append(t.Columns, document.Column{Name: "Overdue", Kind: document.NumberKind}, document.Column{Name: "All", Kind: document.NumberKind})
	var rows [][]document.Cell
	row := func(name string, in func(soc2.CalendarDate) bool) []document.Cell {
		counts, overdue, all := map[soc2.CalendarKind]int{}, 0, 0
		for _, e := range c.Entries {
			if !in(e) {
				continue
			}
			counts[e.Kind]++
			all++
			if e.Overdue {
				overdue++
			}
		}
		cells := []document.Cell{document.Text(name)}
		for _, k := range soc2.CalendarKinds {
			cells = append(cells, document.Number(counts[k]))
		}
		return append(cells, document.Number(overdue), document.Number(all))
	}
	month := func(e soc2.CalendarDate) string { return e.On.In(zone).Format("2006-01") }
	last := ""
	for _, e := range c.Entries { // by day
		if m := month(e); m != last {
			rows = append(rows, row(m, func(e soc2.CalendarDate) bool { return month(e) == m }))
			last = m
		}
	}
	if len(rows) > 0 {
		t.Total = row("All", func(soc2.CalendarDate) bool { return true })
	}
	t.Rows = document.RowsOf(rows)
	return t
}

func dateTable(name, caption string, dates []soc2.CalendarDate, zone *time.Location, owners bool) document.Table {
	t := document.Table{Name: name, Caption: caption, Folded: owners, Empty: "There is no date.", Columns: []document.Column{
		{Name: "Day", Kind: document.DateKind, Weight: 1.3}, {Name: "State", Kind: document.StateKind, Weight: 1.4}, {Name: "What happens", Weight: 1.8}, {Name: "Title", Weight: 3.6}, {Name: "System", Weight: 1.2}, {Name: "What to do", Weight: 4},
	}}
	if owners {
		t.Columns = append(t.Columns, document.Column{Name: "Owner", Weight: 2}, document.Column{Name: "Id", Kind: document.IDKind, Weight: 2.4})
	}
	t.Rows = func(yield func([]document.Cell, error) bool) {
		for _, e := range dates {
			state := document.State(document.Plain, "to come")
			if e.Overdue {
				state = document.State(document.Bad, "overdue")
			}
			if !e.Overdue && (e.Kind == soc2.CalendarPeriod || e.Kind == soc2.CalendarAudit) {
				state = document.State(document.Info, "date")
			}
			row := []document.Cell{zonedDay(e.On, zone), state, document.Text(happenings[e.Kind]), document.Text(e.Title), document.Text(e.System), document.Text(e.What)}
			if owners {
				row = append(row, document.Text(dateOwner(e)), document.ID(e.ID))
			}
			if !yield(row, nil) {
				return
			}
		}
	}
	return t
}
