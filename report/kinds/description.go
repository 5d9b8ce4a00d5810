package kinds

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

// SchemaDescription names the form of Description.
const SchemaDescription = "controlwatch.report.description/v1"

// Description is what is known for the description of the system that a SOC 2 report
// opens with, by AICPA's description criteria (DC section 200), and what is missing.
type Description struct {
	Schema       string             `json:"schema"` // "controlwatch.report.description/v1"
	At           time.Time          `json:"at"`
	Sample       bool               `json:"sample_data"`
	Organization string             `json:"organization,omitempty"`
	Zone         string             `json:"zone"`
	Scope        soc2.Scope         `json:"scope"` // as stated
	Assets       soc2.AssetCounts   `json:"assets"`
	AssetsSeen   bool               `json:"assets_complete"` // every list was read to its end: else there are more
	Seen         []SeenAccount      `json:"seen"`
	NotRelevant  []NotRelevant      `json:"not_relevant"`
	Missing      []MissingStatement `json:"missing"`
}

// SeenAccount is a provider's account that was looked at.
type SeenAccount struct {
	Provider string `json:"provider"`
	Account  string `json:"account"`
}

// NotRelevant is a criterion that is stated not to be relevant, and what evidence shows.
type NotRelevant struct {
	Criterion string              `json:"criterion"`
	Reason    string              `json:"reason"`
	State     soc2.CriterionState `json:"state"`
}

// MissingStatement is a part of the description that nobody has stated.
type MissingStatement struct {
	Part  string `json:"part"` // "DC 3"
	What  string `json:"what"`
	Field string `json:"field"` // of the configuration
}

// DescriptionOf makes it.
func DescriptionOf(h Head, scope soc2.Scope, zone *time.Location, a soc2.Assessment) Description {
	d := Description{
		Schema: SchemaDescription, At: a.At, Sample: a.SampleData, Organization: h.Organization, Zone: zone.String(), Scope: scope, Assets: a.Assets,
		AssetsSeen: len(a.Feeds) > 0 && !slices.ContainsFunc(a.Holes, func(h soc2.ScopedHole) bool { return h.Hole.Field == "" }),
		Seen:       []SeenAccount{}, NotRelevant: []NotRelevant{}, Missing: []MissingStatement{},
	}
	for _, f := range a.Feeds {
		one := SeenAccount{f.ID.Scope.Provider, f.ID.Scope.Account}
		if one.Account != "" && !slices.Contains(d.Seen, one) {
			d.Seen = append(d.Seen, one)
		}
	}
	slices.SortFunc(d.Seen, func(a, b SeenAccount) int { return strings.Compare(a.Provider+" "+a.Account, b.Provider+" "+b.Account) })
	for _, n := range scope.Description.NotRelevant {
		one := NotRelevant{n.Criterion, n.Reason, soc2.EvidenceIncomplete}
		for _, c := range a.Criteria {
			if c.ID == n.Criterion {
				one.State = c.State
			}
		}
		d.NotRelevant = append(d.NotRelevant, one)
	}
	d.missing()
	return d
}

// missing names what a description needs and nobody stated. That there were no
// incidents or changes cannot be told from an empty list.
func (d *Description) missing() {
	add := func(absent bool, part, field, what string) {
		if absent {
			d.Missing = append(d.Missing, MissingStatement{part, what, field})
		}
	}
	s, own := d.Scope, d.Scope.Description
	add(len(own.Services) == 0, "DC 1", "scope.description.services", "The services that are provided")
	add(len(s.Commitments) == 0, "DC 2", "scope.commitments", "The principal commitments to customers")
	add(len(own.Requirements) == 0, "DC 2", "scope.description.requirements", "The principal requirements of the system")
	add(strings.TrimSpace(own.Boundary) == "", "DC 3", "scope.description.boundary", "What belongs to the system and what does not")
	add(len(s.Systems) == 0, "DC 3", "scope.systems", "The systems")
	for _, system := range s.Systems {
		add(strings.TrimSpace(system.Description) == "", "DC 3", "scope.systems."+system.ID+".description", "What system "+system.ID+" does")
	}
	add(len(own.Components.Infrastructure) == 0, "DC 3", "scope.description.components.infrastructure", "Components: infrastructure")
	add(len(own.Components.Software) == 0, "DC 3", "scope.description.components.software", "Components: software")
	add(len(own.Components.People) == 0, "DC 3", "scope.description.components.people", "Components: people")
	add(len(own.Components.Procedures) == 0, "DC 3", "scope.description.components.procedures", "Components: procedures")
	add(len(own.Components.Data) == 0 && len(s.Data) == 0, "DC 3", "scope.description.components.data", "Components: data")
	add(len(own.Incidents) == 0, "DC 4", "scope.description.incidents", "Incidents that kept a commitment from being kept; if there were none, a person says so in the description")
	add(len(own.UserControls) == 0, "DC 6", "scope.description.user_controls", "What customers must do themselves")
	add(len(own.Subservices) == 0, "DC 7", "scope.description.subservices", "Subservice organisations, carved out or included")
	for _, o := range own.Subservices {
		add(len(o.Controls) == 0, "DC 7", "scope.description.subservices."+o.Name+".controls", "Controls that "+o.Name+" is assumed to have")
	}
	add(len(own.Changes) == 0, "DC 9", "scope.description.changes", "Significant changes within the period; if there were none, a person says so in the description")
	add(s.From.IsZero() || s.To.IsZero(), "DC 9", "period", "The period")
}

// DescriptionDocument is it as people read it, in the order of the description criteria.
func DescriptionDocument(h Head, d Description, a soc2.Assessment) document.Document {
	doc := h.begin("description", "Inputs of the system description", "What is stated and what is seen of the system, by the description criteria, and what nobody has stated yet.", a)
	doc.Main = "missing"
	own, zone := d.Scope.Description, zoneOf(d.Zone)
	doc.Summary = []document.Tile{
		{Label: "Not stated yet", Value: fmt.Sprint(len(d.Missing)), Tone: document.Unseen},
		{Label: "Systems", Value: fmt.Sprint(len(d.Scope.Systems)), Tone: document.Plain},
		{Label: "Assets seen", Value: fmt.Sprint(d.Assets.Assets), Note: seenNote(d), Tone: document.Plain},
		{Label: "Third parties", Value: fmt.Sprint(len(d.Scope.Parties)), Tone: document.Plain},
	}
	list := func(items []string) document.Block {
		if len(items) == 0 {
			return document.Callout{Tone: document.Unseen, Title: "Not stated", Text: document.P("Nobody has stated it.")}
		}
		out := document.List{}
		for _, i := range items {
			out.Items = append(out.Items, document.P(i))
		}
		return out
	}
	text := func(s string) document.Block {
		if strings.TrimSpace(s) == "" {
			return list(nil)
		}
		return document.P(s)
	}
	section := func(id, heading string, blocks ...document.Block) {
		doc.Sections = append(doc.Sections, document.Section{ID: id, Heading: heading, Blocks: blocks})
	}
	table := func(name, caption, empty string, columns []document.Column, rows [][]document.Cell) document.Table {
		return document.Table{Name: name, Caption: caption, Empty: empty, Columns: columns, Rows: document.RowsOf(rows)}
	}
	named := func(names ...string) []document.Column {
		var out []document.Column
		for i, n := range names {
			c := document.Column{Name: n, Weight: 2}
			if i == 0 {
				c.Weight = 1.4
			}
			out = append(out, c)
		}
		return out
	}
	var rows [][]document.Cell
	for _, m := range d.Missing {
		rows = append(rows, []document.Cell{document.Text(m.Part), document.Text(m.What), document.ID(m.Field)})
	}
	section("missing", "What nobody has stated yet",
		document.P("The description is management's, and an auditor examines it. Here are its inputs: what was stated in the configuration, and counts of what was seen. Nothing is made up where nothing is stated."),
		table("missing", "Not stated", "Everything that is asked for here is stated. Whether it is right, management says.", []document.Column{{Name: "Part", Weight: 1.5}, {Name: "What", Weight: 5}, {Name: "Field of the configuration", Kind: document.IDKind, Weight: 4}}, rows))
	section("services", "DC 1: services", list(own.Services))
	rows = nil
	for _, c := range d.Scope.Commitments {
		rows = append(rows, []document.Cell{document.ID(c.ID), document.Text(c.Text), document.Text(strings.Join(c.Criteria, ", ")), document.Text(c.Law)})
	}
	section("commitments", "DC 2: commitments and requirements", table("commitments", "Commitments", "None is stated.", named("Id", "Text", "Rests on", "Law or contract"), rows), list(own.Requirements))
	rows = nil
	for _, s := range d.Scope.Systems {
		rows = append(rows, []document.Cell{
			document.ID(s.ID), document.Text(s.Title), document.Text(s.Description), document.Text(s.Owner), document.Text(s.Environment), document.Text(strings.Join(s.Data, ", ")), document.Text(strings.Join(s.Uses, ", ")), document.Number(d.Assets.Systems[s.ID]),
		})
	}
	systems := table("systems", "Systems", "None is stated.", append(named("Id", "System", "What it does", "Owner", "Environment", "Data", "Sends data to"), document.Column{Name: "Assets seen", Kind: document.NumberKind}), rows)
	rows = nil
	for _, s := range d.Seen {
		rows = append(rows, []document.Cell{document.Text(s.Provider), document.ID(s.Account)})
	}
	accounts := table("accounts", "Accounts that were looked at", "None was looked at.", named("Provider", "Account"), rows)
	doc.Sections = append(doc.Sections, document.Section{ID: "system", Heading: "DC 3: the system", Wide: true, Blocks: []document.Block{
		text(own.Boundary), systems,
		document.P(fmt.Sprintf("%s: %d belong to no system, %d have no owner, %d that can hold data are in no class.", seenNote(d), d.Assets.Unscoped, d.Assets.Unowned, d.Assets.Unclassified)), accounts,
	}})
	for _, part := range []struct {
		id, name string
		items    []string
	}{
		{"infrastructure", "Infrastructure", own.Components.Infrastructure},
		{"software", "Software", own.Components.Software},
		{"people", "People", own.Components.People},
		{"procedures", "Procedures", own.Components.Procedures},
		{"data", "Data", dataOf(d)},
	} {
		doc.Sections = append(doc.Sections, document.Section{ID: "component-" + part.id, Heading: part.name, Level: 2, Blocks: []document.Block{list(part.items)}})
	}
	rows = nil
	for _, i := range own.Incidents {
		rows = append(rows, []document.Cell{zonedDay(i.On, time.UTC), document.Text(i.Text), document.Text(strings.Join(i.Criteria, ", "))})
	}
	section("incidents", "DC 4: incidents", table("incidents", "Incidents", "None is stated, which does not say that there was none.", []document.Column{{Name: "Day", Kind: document.DateKind}, {Name: "What", Weight: 5}, {Name: "Criteria", Weight: 2}}, rows))
	rows = nil
	for _, u := range own.UserControls {
		rows = append(rows, []document.Cell{document.Text(u.Text), document.Text(strings.Join(u.Criteria, ", "))})
	}
	section("user-controls", "DC 6: what customers must do", table("user-controls", "Complementary controls of user entities", "None is stated.", []document.Column{{Name: "What", Weight: 5}, {Name: "Criteria", Weight: 2}}, rows))
	rows = nil
	for _, o := range own.Subservices {
		rows = append(rows, []document.Cell{document.Text(o.Name), document.Text(o.Services), document.Text(string(o.Method)), document.Text(strings.Join(o.Controls, "; ")), document.Text(strings.Join(o.Criteria, ", "))})
	}
	subservices := table("subservices", "Subservice organisations", "None is stated.", named("Name", "Services", "Method", "Controls assumed", "Criteria"), rows)
	rows = nil
	for _, t := range d.Scope.Parties {
		rows = append(rows, []document.Cell{document.Text(t.Name), document.Text(t.Purpose), document.Text(strings.Join(t.Hosts, ", "))})
	}
	section("subservices", "DC 7: other companies", subservices, table("third-parties", "Companies that systems send data to", "None is stated.", named("Name", "Purpose", "Reached at"), rows))
	rows = nil
	for _, n := range d.NotRelevant {
		tone, word := criterionTone(n.State)
		rows = append(rows, []document.Cell{document.ID(n.Criterion), document.Text(n.Reason), document.State(tone, word)})
	}
	section("not-relevant", "DC 8: criteria that are not relevant", table("not-relevant", "Criteria stated not to be relevant", "None is stated: all criteria of the categories in scope are asked.", []document.Column{{Name: "Criterion", Kind: document.IDKind}, {Name: "Reason", Weight: 5}, {Name: "What evidence shows", Kind: document.StateKind, Weight: 2}}, rows))
	rows = nil
	for _, c := range own.Changes {
		rows = append(rows, []document.Cell{zonedDay(c.On, time.UTC), document.Text(c.Text)})
	}
	period := "The period is not stated."
	if !d.Scope.To.IsZero() {
		period = "The period is " + dayIn(d.Scope.From, zone) + " to " + dayIn(d.Scope.To.Add(-1), zone) + "."
	}
	section("changes", "DC 9: changes in the period", document.P(period), table("changes", "Significant changes", "None is stated, which does not say that there was none.", []document.Column{{Name: "Day", Kind: document.DateKind}, {Name: "What", Weight: 6}}, rows))
	return doc
}

// dataOf are the classes of data, and what else is stated of data.
func dataOf(d Description) []string {
	out := slices.Clone(d.Scope.Description.Components.Data)
	for _, c := range d.Scope.Data {
		text := c.ID + " (" + c.Level
		if len(c.Holds) > 0 {
			text += "; holds " + strings.Join(c.Holds, ", ")
		}
		out = append(out, text+"), owner "+c.Owner)
	}
	return out
}

func seenNote(d Description) string {
	if !d.AssetsSeen {
		return "At least, as not every list was seen to its end"
	}
	return "Of every list that was read"
}
