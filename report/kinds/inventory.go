package kinds

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// SchemaInventory names the form of Inventory.
const SchemaInventory = "controlwatch.inventory-report/v1"

// Inventory is everything a company has, as far as it was seen, and what is not
// known of it.
type Inventory struct {
	Schema       string            `json:"schema"` // "controlwatch.inventory-report/v1"
	At           time.Time         `json:"at"`
	Sample       bool              `json:"sample_data"`
	Organization string            `json:"organization,omitempty"`
	Stated       bool              `json:"scope_stated"` // false: no system is stated, and everything is unscoped
	Complete     bool              `json:"complete"`     // every list of assets was seen to its end
	Counts       soc2.AssetCounts  `json:"counts"`
	Systems      []InventorySystem `json:"systems"` // those that are stated, then what no system claims
	Kinds        []InventoryKind   `json:"kinds"`
	Gaps         []soc2.AssetGap   `json:"gaps"`
	Assets       []InventoryAsset  `json:"assets"`
	Unseen       []UnseenPiece     `json:"unseen"` // lists of assets that were not seen to their end
	Flow         soc2.DataFlow     `json:"data_flow"`
	FlowUnseen   []UnseenPiece     `json:"data_flow_unseen"` // lists that would show flows and were not seen to their end
}

// InventorySystem is one system, or with an empty id what none claims.
type InventorySystem struct {
	ID           string   `json:"id"`
	Title        string   `json:"title"`
	Owner        string   `json:"owner,omitempty"`
	Environment  string   `json:"environment,omitempty"`
	Data         []string `json:"data"`
	Assets       int      `json:"assets"`
	Unowned      int      `json:"unowned"`
	Unclassified int      `json:"unclassified"`
	Exposed      int      `json:"exposed"` // known to be reached from the internet
}

// InventoryKind is one kind of asset.
type InventoryKind struct {
	Kind         evidence.Kind `json:"kind"`
	Assets       int           `json:"assets"`
	Unscoped     int           `json:"unscoped"`
	Unowned      int           `json:"unowned"`
	Unclassified int           `json:"unclassified"`
	Exposed      int           `json:"exposed"`
}

// InventoryAsset is one asset.
type InventoryAsset struct {
	Resource      ResourceRef     `json:"resource"`
	Systems       []string        `json:"systems"`
	Owner         string          `json:"owner,omitempty"`
	OwnerBy       string          `json:"owner_by,omitempty"`
	Environment   string          `json:"environment,omitempty"`
	Data          []string        `json:"data"`
	Exposed       *bool           `json:"exposed"`    // null: not seen, or the kind cannot tell
	Privileged    *bool           `json:"privileged"` // likewise
	Version       string          `json:"version,omitempty"`
	Missing       []soc2.Missing  `json:"missing"` // what should be known of it and is not
	Configuration json.RawMessage `json:"configuration,omitempty"`
	Seen          time.Time       `json:"seen"`
}

// InventoryInputs is what the report is made from.
type InventoryInputs struct {
	Head       Head
	Assessment *soc2.Assessment
	Scope      soc2.Scope
	Items      []soc2.InventoryItem
	Unseen     []soc2.ScopedHole
	Flow       soc2.DataFlow
	FlowUnseen []soc2.ScopedHole
}

// InventoryOf makes the report.
func InventoryOf(in InventoryInputs) Inventory {
	a := in.Assessment
	r := Inventory{
		Schema: SchemaInventory, At: a.At, Sample: a.SampleData, Organization: cmp.Or(in.Head.Organization, in.Scope.Organization), Stated: len(in.Scope.Systems) > 0,
		Complete: len(in.Unseen) == 0 && len(a.Feeds) > 0, Systems: []InventorySystem{}, Kinds: []InventoryKind{}, Assets: []InventoryAsset{},
		Unseen: pieces(in.Unseen), Flow: in.Flow, FlowUnseen: pieces(in.FlowUnseen),
	}
	systems, kinds := map[string]*InventorySystem{}, map[evidence.Kind]*InventoryKind{}
	for _, s := range in.Scope.Systems {
		systems[s.ID] = &InventorySystem{ID: s.ID, Title: cmp.Or(s.Title, s.ID), Owner: s.Owner, Environment: s.Environment, Data: orEmpty(s.Data)}
	}
	var gaps soc2.AssetGaps
	for i := range in.Items {
		item := &in.Items[i]
		r.Counts.Add(&item.Asset)
		gaps.Add(item.Asset)
		missing := item.Missing()
		r.Assets = append(r.Assets, InventoryAsset{
			resourceRef(item.Resource), orEmpty(item.Systems), item.Owner, item.OwnerBy, item.Environment, orEmpty(item.Data), item.Exposed, item.Privileged, item.Version, orEmpty(missing), item.Shows, item.Seen,
		})
		unowned, unclassified := slices.Contains(missing, soc2.MissingOwner), slices.Contains(missing, soc2.MissingClassification)
		exposed := item.Exposed != nil && *item.Exposed
		ids := item.Systems
		if len(ids) == 0 {
			ids = []string{""}
		}
		for _, id := range ids {
			s := systems[id]
			if s == nil {
				s = &InventorySystem{ID: id, Title: cmp.Or(id, "In no system: unscoped"), Data: []string{}}
				systems[id] = s
			}
			s.Assets++
			s.Unowned, s.Unclassified, s.Exposed = s.Unowned+one(unowned), s.Unclassified+one(unclassified), s.Exposed+one(exposed)
		}
		k := kinds[item.Resource.Kind]
		if k == nil {
			k = &InventoryKind{Kind: item.Resource.Kind}
			kinds[item.Resource.Kind] = k
		}
		k.Assets++
		k.Unscoped, k.Unowned, k.Unclassified, k.Exposed = k.Unscoped+one(item.Unscoped()), k.Unowned+one(unowned), k.Unclassified+one(unclassified), k.Exposed+one(exposed)
	}
	for _, s := range in.Scope.Systems {
		r.Systems = append(r.Systems, *systems[s.ID])
		delete(systems, s.ID)
	}
	for _, id := range slices.SortedFunc(maps.Keys(systems), func(a, b string) int { return cmp.Or(cmp.Compare(one(a == ""), one(b == "")), strings.Compare(a, b)) }) {
		r.Systems = append(r.Systems, *systems[id])
	}
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		r.Kinds = append(r.Kinds, *kinds[k])
	}
	r.Gaps = gaps.All()
	// By system, then kind and name, as people look for things; what no system claims last.
	slices.SortStableFunc(r.Assets, func(a, b InventoryAsset) int {
		return cmp.Or(
			cmp.Compare(one(len(a.Systems) == 0), one(len(b.Systems) == 0)), slices.Compare(a.Systems, b.Systems), strings.Compare(a.Resource.Kind, b.Resource.Kind),
			strings.Compare(a.Resource.label(), b.Resource.label()), strings.Compare(a.Resource.ID, b.Resource.ID),
		)
	})
	return r
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

func pieces(holes []soc2.ScopedHole) []UnseenPiece {
	out := []UnseenPiece{}
	for _, g := range report.Unseen(holes) {
		for _, l := range g.Lines {
			out = append(out, UnseenPiece{g.Reason, l.Provider, l.Account, l.Collector, l.What, l.Operation, l.Detail, l.Count})
		}
	}
	return out
}
