package soc2

import (
	"cmp"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// FlowNodeKind is what stands at an end of a flow.
type FlowNodeKind string

// The ends of flows.
const (
	FlowSystem   FlowNodeKind = "system"
	FlowUnscoped FlowNodeKind = "unscoped" // assets that no system claims
	FlowParty    FlowNodeKind = "third-party"
	FlowInternet FlowNodeKind = "internet" // anybody
	FlowIdentity FlowNodeKind = "identity-provider"
	FlowApps     FlowNodeKind = "applications" // of an identity provider, together
)

// FlowNode is one end of flows.
type FlowNode struct {
	ID    string       `json:"id"`
	Kind  FlowNodeKind `json:"kind"`
	Title string       `json:"title"`
	// Unstated: evidence shows it, and the scope does not name it.
	Unstated bool `json:"unstated"`
}

// FlowEdge is what crosses from one node to another in one way.
type FlowEdge struct {
	From string   `json:"from"`
	To   string   `json:"to"`
	What string   `json:"what"` // "requests", "data", "sign-in", "notices", "rights", "shared data"
	Data []string `json:"data"` // classes of data; none: not classified
	// Encrypted in transit: false where any of it is not, null where of any of it
	// nobody saw whether it is.
	Encrypted *bool `json:"encrypted"`
	// Stated by the scope; otherwise evidence shows it.
	Stated  bool     `json:"stated"`
	Count   int      `json:"count"`   // of the resources that show it
	Through []string `json:"through"` // the first few of them
}

// DataFlow is how data flows, as the scope states it and evidence shows it (R5). It
// is no proof that nothing else flows.
type DataFlow struct {
	Nodes []FlowNode `json:"nodes"`
	Edges []FlowEdge `json:"edges"`
}

// Flow gathers flows from a scope, and from facts after derivation given one after
// the other.
type Flow struct {
	scope Scope
	nodes map[string]FlowNode
	edges map[flowEdgeOf]*FlowEdge
}

type flowEdgeOf struct {
	from, to, what string
	stated         bool
}

// NewFlow begins with what the scope states.
func NewFlow(s Scope) *Flow {
	f := &Flow{scope: s, nodes: map[string]FlowNode{}, edges: map[flowEdgeOf]*FlowEdge{}}
	for _, system := range s.Systems {
		f.node(FlowNode{ID: "system " + system.ID, Kind: FlowSystem, Title: cmp.Or(system.Title, system.ID)})
	}
	for _, system := range s.Systems {
		for _, used := range system.Uses {
			to := "system " + used
			if _, ok := f.nodes[to]; !ok {
				to = f.party(used, false)
			}
			f.edge(flowEdgeOf{"system " + system.ID, to, "data", true}, system.Data, nil, "")
		}
	}
	return f
}

// All gives nodes and edges in an order that depends on nothing else. Of third
// parties only those are in it that anything flows to or from.
func (f *Flow) All() DataFlow {
	out := DataFlow{Nodes: []FlowNode{}, Edges: []FlowEdge{}}
	for _, n := range f.nodes {
		out.Nodes = append(out.Nodes, n)
	}
	for _, e := range f.edges {
		out.Edges = append(out.Edges, *e)
	}
	slices.SortFunc(out.Nodes, func(a, b FlowNode) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(out.Edges, func(a, b FlowEdge) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.What, b.What), compareBool(a.Stated, b.Stated))
	})
	return out
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

func (f *Flow) node(n FlowNode) string {
	if _, ok := f.nodes[n.ID]; !ok {
		f.nodes[n.ID] = n
	}
	return n.ID
}

func (f *Flow) party(name string, unstated bool) string {
	return f.node(FlowNode{ID: "party " + name, Kind: FlowParty, Title: name, Unstated: unstated})
}

// mostThrough bounds the resources named with an edge.
const mostThrough = 5

func (f *Flow) edge(of flowEdgeOf, data []string, encrypted *bool, through string) {
	e := f.edges[of]
	if e == nil {
		e = &FlowEdge{From: of.from, To: of.to, What: of.what, Stated: of.stated, Encrypted: encrypted, Data: []string{}, Through: []string{}}
		f.edges[of] = e
	}
	e.Encrypted = worstOf(e.Encrypted, encrypted)
	for _, class := range data {
		if !slices.Contains(e.Data, class) {
			e.Data = append(e.Data, class)
		}
	}
	slices.Sort(e.Data)
	if through == "" {
		return
	}
	e.Count++
	if len(e.Through) < mostThrough {
		e.Through = append(e.Through, through)
	}
}

// worstOf is false if either is, and not seen if either is not seen.
func worstOf(a, b *bool) *bool {
	switch {
	case a != nil && !*a:
		return a
	case b != nil && !*b:
		return b
	case a == nil || b == nil:
		return nil
	}
	return a
}

// systems are the nodes that an asset is in.
func (f *Flow) systems(a *Asset) []string {
	var all []string
	for _, id := range a.Systems {
		all = append(all, "system "+id)
	}
	if len(all) == 0 {
		all = append(all, f.node(FlowNode{ID: "unscoped", Kind: FlowUnscoped, Title: "In no system"}))
	}
	return all
}

// host is the third party that is reached at a host; one that the scope does not
// name is called as the host is.
func (f *Flow) host(name string) string {
	for _, p := range f.scope.Parties {
		if slices.ContainsFunc(p.Hosts, func(pattern string) bool { return wild(pattern, strings.ToLower(name)) && pattern != "" }) {
			return f.party(p.Name, false)
		}
	}
	return f.party(name, true)
}

// named is the third party of a name, or nothing.
func (f *Flow) named(name string) (string, bool) {
	for _, p := range f.scope.Parties {
		if strings.EqualFold(p.Name, name) {
			return f.party(p.Name, false), true
		}
	}
	return "", false
}

// FlowKinds are the kinds of fact that show a flow.
var FlowKinds = []evidence.Kind{"Application", "Datastore", "IdentityProvider", "LoadBalancer", "Queue", "Role", "Webhook", "Workload"}
