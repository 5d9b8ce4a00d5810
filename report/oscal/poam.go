package oscal

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/controlwatch/controlwatch/soc2"
)

// Planned is what a plan of action and milestones is made of.
type Planned struct {
	System    string // what identifies the company's system for as long as it is looked at: UUIDs are made of it
	Version   string // of controlwatch
	Plan      soc2.Plan
	Analysis  soc2.GapAnalysis // the plan was made from
	Decisions []soc2.DecisionState
	Scope     soc2.Scope
}

// POAM writes a plan as a plan of action and milestones: for each gap an item, a
// risk and what was observed. The UUIDs of these stay the same for as long as the gap
// is about the same, as a reader of two of them needs it; that of the document is
// made of all it says. There is no system security plan: a system id stands for it.
func POAM(w io.Writer, p Planned) error {
	at, err := needed("the time of the plan", p.Plan.At)
	if err != nil {
		return err
	}
	x := &planned{Planned: &p, at: at, gaps: map[string]soc2.Gap{}, items: map[string]InventoryItem{}, parties: map[string]Party{}, resources: map[string]Resource{}}
	d := poamDocument{x.document()}
	b, err := json.Marshal(d)
	if err != nil {
		return err
	}
	sum := sha256.New()
	sum.Write(b)
	d.POAM.UUID = documentID(sum)
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(true)
	return e.Encode(d)
}

type planned struct {
	*Planned
	at        string
	gaps      map[string]soc2.Gap // by id
	inPlan    map[string]bool
	items     map[string]InventoryItem // by their UUIDs, as all below
	parties   map[string]Party
	resources map[string]Resource
}

// id is of something that a later plan of the same company has too.
func (x *planned) id(parts ...string) string { return ID(append(parts, x.System)...) }

// ownerRole is the one role that parties have.
const ownerRole = "owner"

func (x *planned) document() poam {
	d := poam{
		SystemID: systemID{Namespace, stringOf(or(x.System, "not-stated"))},
		Metadata: Metadata{
			Title: "Plan of action and milestones", LastModified: x.at, Version: stringOf(or(x.Plan.Assessment, x.at)), OSCALVersion: Version,
			Roles: []Role{{ownerRole, "Owner: who answers for closing it"}}, Remarks: remarks(x.Plan.SampleData),
			Props: []Prop{
				PropOf("sample-data", fmt.Sprint(x.Plan.SampleData)), PropOf("assessment", x.Plan.Assessment), PropOf("controls-counting", fmt.Sprint(x.Plan.Counting)),
				PropOf("controls-holding", fmt.Sprint(x.Plan.Holding)), PropOf("by-proposed", fmt.Sprint(x.Plan.ByProposed)), PropOf("schema", x.Plan.Schema),
			},
		},
	}
	if x.Scope.Organization != "" {
		d.Metadata.Title = line("Plan of action and milestones: " + x.Scope.Organization)
		d.Metadata.Props = append(d.Metadata.Props, PropOf("organization", x.Scope.Organization))
	}
	for _, g := range x.Analysis.Gaps {
		x.gaps[g.ID] = g
	}
	assessed := assessmentResource(x.Plan.Assessment)
	x.resources[assessed.UUID] = assessed
	items := x.all()
	x.inPlan = map[string]bool{}
	for _, i := range items {
		x.inPlan[i.Gap] = true
	}
	for _, i := range items {
		observed := x.observed(i)
		d.Observations = append(d.Observations, observed...)
		var related []RelatedObservation
		for _, o := range observed {
			related = append(related, RelatedObservation{o.UUID})
		}
		r := x.risk(i, related)
		d.Risks = append(d.Risks, r)
		item := x.item(i, r.UUID, related)
		if i.Status != soc2.PlanClosed {
			f := x.finding(i, r.UUID, related)
			d.Findings = append(d.Findings, f)
			item.Findings = []RelatedFinding{{f.UUID}}
		}
		d.Items = append(d.Items, item)
	}
	if len(d.Items) == 0 {
		d.Items = []poamItem{{
			UUID: x.id("no item", x.at), Title: "No gap is known", Origins: byTool, Props: []Prop{PropOf("no-gap-known", "true")},
			Description: fmt.Sprintf("OSCAL asks for one item at least. When the plan was made no gap was known; evidence showed %d of %d controls to hold.", x.Plan.Holding, x.Plan.Counting),
		}}
	}
	d.Local = local{Components: append([]Component{tool(x.Version)}, x.systems()...), Items: sorted(x.items)}
	d.Metadata.Parties = sorted(x.parties)
	d.BackMatter.Resources = sorted(x.resources)
	return d
}

// all are the items of the plan, and every gap it has no item for: an analysis that
// is newer than the plan loses nothing.
func (x *planned) all() []soc2.PlanItem {
	items := slices.Clone(x.Plan.Items)
	there := map[string]bool{}
	for _, i := range items {
		there[i.Gap] = true
	}
	for _, g := range x.Analysis.Gaps {
		if there[g.ID] {
			continue
		}
		i := soc2.PlanItem{
			Gap: g.ID, Title: g.Title, Control: g.Control, Company: g.Company, Kind: g.Kind, Adoption: g.Adoption, OutOfScope: g.OutOfScope, Systems: g.Systems,
			Severity: g.Risk.Severity, Inherent: g.Risk.Inherent, Residual: g.Risk.Residual, Owner: g.Owner, OwnerBy: g.OwnerBy, Opened: g.Since, Since: g.Since,
			Status: soc2.PlanOpen, Why: g.Current, Failing: g.Failing, Unobserved: g.Unobserved, Accepted: g.Accepted, Success: g.Desired,
		}
		if g.Blind() {
			i.Status = soc2.PlanUnobserved
		}
		items = append(items, i)
	}
	return items
}

// systems are those of the scope, and those that a plan names and the scope does not.
func (x *planned) systems() []Component {
	all := map[string]Component{}
	for _, s := range x.Scope.Systems {
		c := Component{
			UUID: x.systemID(s.ID), Type: "system", Title: line(or(s.Title, s.ID)), Description: text(or(s.Description, s.Title)), Props: []Prop{PropOf("system", s.ID)},
			Status: ComponentStatus{"other", "Whether it runs is not said in the scope."},
		}
		if s.Environment != "" {
			c.Props = append(c.Props, PropOf("environment", s.Environment))
		}
		for _, data := range s.Data {
			c.Props = append(c.Props, PropOf("data-class", data))
		}
		if s.Owner != "" {
			c.Roles = []Parties{{ownerRole, []string{x.party(s.Owner)}}}
		}
		all[c.UUID] = c
	}
	for _, i := range x.Plan.Items {
		for _, s := range i.Systems {
			if id := x.systemID(s); all[id].UUID == "" {
				all[id] = Component{
					UUID: id, Type: "system", Title: line(s), Description: "The scope does not describe it.", Props: []Prop{PropOf("system", s)},
					Status: ComponentStatus{State: "other", Remarks: "Whether it runs is not said in the scope."},
				}
			}
		}
	}
	return sorted(all)
}

func (x *planned) systemID(id string) string { return x.id("system", id) }

// party is who is named, and whether that is a team of the scope. Of any other name
// nobody knows whether it is one person's: OSCAL has no third word.
func (x *planned) party(name string) string {
	p := Party{UUID: x.id("party", name), Type: "person", Name: stringOf(name)}
	for _, t := range x.Scope.Teams {
		if t.ID == name {
			p.Type, p.Name = "organization", stringOf(or(t.Title, t.ID))
			p.Props = []Prop{PropOf("team", t.ID)}
			for _, m := range t.Members {
				p.Props = append(p.Props, PropOf("member", m))
			}
		}
	}
	if p.Type == "person" {
		p.Remarks = "As it was named. It may be a person or a role."
	}
	x.parties[p.UUID] = p
	return p.UUID
}

func (x *planned) record(id string) string {
	r := recordResource(id)
	x.resources[r.UUID] = r
	return "#" + r.UUID
}

// sorted are values by their keys, so that the same is written the same.
func sorted[V any](by map[string]V) []V {
	var all []V
	for _, k := range slices.SortedFunc(maps.Keys(by), cmp.Compare[string]) {
		all = append(all, by[k])
	}
	return all
}
