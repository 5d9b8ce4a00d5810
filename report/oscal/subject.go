package oscal

import (
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// toolID is the component that says everything in our documents.
var toolID = ID("tool", "controlwatch")

var byTool = []Origin{{[]Actor{{"tool", toolID}}}}

func tool(version string) Component {
	return Component{
		UUID: toolID, Type: "software", Title: "controlwatch",
		Description: "It reads the configuration of systems, judges it, and keeps what it saw.",
		Props:       []Prop{PropOf("version", version)}, Status: ComponentStatus{State: "operational"},
	}
}

// inventoryItem is a resource of a provider, or a scope that was not seen.
func inventoryItem(r evidence.Resource) InventoryItem {
	i := InventoryItem{
		UUID: itemID(r), Description: text(r.Label()),
		Props: []Prop{{Name: "asset-id", Value: stringOf(r.ID)}, PropOf("provider", r.Provider), PropOf("account", r.Account), PropOf("kind", string(r.Kind)), PropOf("type", r.Type)},
	}
	if r.Region != "" {
		i.Props = append(i.Props, PropOf("region", r.Region))
	}
	if r.Name != "" {
		i.Props = append(i.Props, PropOf("name", r.Name))
	}
	return i
}

func itemID(r evidence.Resource) string {
	return ID("resource", r.Provider, r.Account, r.Region, string(r.Kind), r.ID)
}

func subject(r evidence.Resource) Subject {
	return Subject{UUID: itemID(r), Type: "inventory-item", Title: line(r.Label())}
}

// assessmentResource is the assessment in the store that everything rests on.
func assessmentResource(a string) Resource {
	r := Resource{
		UUID: ID("assessment", a), Title: "Assessment in controlwatch's evidence log",
		Description: "What was judged, by what, and from which evidence. controlwatch replay judges it again, controlwatch verify checks the log it is in.",
		Props:       []Prop{PropOf("assessment", a)},
	}
	if a != "" {
		r.IDs = []DocumentID{{Namespace, stringOf(a)}}
	} else {
		r.Description = "It was judged from what the store holds, and was not kept."
	}
	return r
}

func recordResource(id string) Resource {
	return Resource{
		UUID: ID("record", id), Title: "Record in controlwatch's evidence log", Description: "What a person recorded, and how it is known who that was.",
		IDs: []DocumentID{{Namespace, stringOf(id)}},
	}
}

// decisionResource is a decision that narrows.
func decisionResource(d soc2.Decision) Resource {
	return Resource{
		UUID: decisionID(d.ID), Title: line("Decision " + d.ID), Description: text(d.Reason), IDs: []DocumentID{{Namespace, stringOf(d.ID)}},
		Props: []Prop{
			PropOf("kind", string(d.Kind)), PropOf("requester", d.Requester), PropOf("approver", d.Approver), PropOf("approved-as", d.ApprovedAs),
			PropOf("expires", stamp(d.Expires)), PropOf("compensating", d.Compensating),
		},
	}
}

func decisionID(id string) string { return ID("decision", id) }

func criteriaProps(all []soc2.Mapping) []Prop {
	var props []Prop
	for _, m := range all {
		p := PropOf("tsc-criterion", m.ID)
		if m.Strength != "" {
			p.Remarks = text(string(m.Strength) + ": " + m.Why)
		}
		props = append(props, p)
	}
	return props
}
