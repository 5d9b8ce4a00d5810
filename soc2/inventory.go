package soc2

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// InventoryItem is one asset with what is known of its security.
type InventoryItem struct {
	Asset
	Version string          // as the provider spells it; empty: none, or not seen
	Shows   json.RawMessage // its main security configuration: field to value, or to {"unseen": reason}
	Seen    time.Time       // when a pull last confirmed it
}

// InventoryFilter picks items; what is empty picks all.
type InventoryFilter struct {
	System  string
	Kinds   []evidence.Kind
	Missing []Missing // one of them is
}

// Empty says that nothing is left out.
func (f InventoryFilter) Empty() bool { return f.System == "" && len(f.Kinds)+len(f.Missing) == 0 }

// Picks says whether an asset is picked.
func (f InventoryFilter) Picks(a *Asset) bool {
	if f.System != "" && !slices.Contains(a.Systems, f.System) || len(f.Kinds) > 0 && !slices.Contains(f.Kinds, a.Resource.Kind) {
		return false
	}
	if len(f.Missing) == 0 {
		return true
	}
	missing := a.Missing()
	return slices.ContainsFunc(f.Missing, func(m Missing) bool { return slices.Contains(missing, m) })
}

// UnseenAssets are the lists of assets that were not seen to their end at a time:
// with any of them an inventory is not complete.
func UnseenAssets(feeds []evidence.FeedState, at time.Time) []ScopedHole {
	return UnseenLists(feeds, at, func(k evidence.Kind) bool { _, asset := AssetKindOf(k); return asset })
}

// UnseenLists are the lists of some kinds that were not seen to their end at a time.
func UnseenLists(feeds []evidence.FeedState, at time.Time, wanted func(evidence.Kind) bool) []ScopedHole {
	var all []ScopedHole
	for _, feed := range feeds {
		s := feed.ID.Scope
		for _, p := range feed.Populations {
			if !wanted(p.Kind) {
				continue
			}
			if h, ok := feed.HoleAt(p.Type, at); ok {
				all = append(all, ScopedHole{Lack: &Lack{Provider: s.Provider, Account: s.Account, Region: s.Region, Collector: feed.ID.Collector, Hole: h}})
			}
		}
	}
	return all
}
