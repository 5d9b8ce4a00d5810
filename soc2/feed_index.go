package soc2

import (
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// feedIndex finds the feeds that own a resource.
type feedIndex struct {
	owners   map[owned][]AssessedFeed
	accounts map[[2]string]bool // provider and account that anything is planned of; without an account: anything of the provider
	byID     map[evidence.FeedID]AssessedFeed
	pulledAt map[evidence.FeedID]time.Time // start of the newest pull; of the assessment being made only
}

type owned struct{ provider, account, populationType string }

func indexOf(feeds []AssessedFeed) feedIndex {
	x := feedIndex{owners: map[owned][]AssessedFeed{}, accounts: map[[2]string]bool{}, byID: map[evidence.FeedID]AssessedFeed{}, pulledAt: map[evidence.FeedID]time.Time{}}
	for _, f := range feeds {
		s := f.ID.Scope
		x.byID[f.ID] = f
		for _, account := range []string{s.Account, ""} {
			x.accounts[[2]string{s.Provider, account}] = true
			seen := map[string]bool{}
			for _, p := range f.Populations {
				if !seen[p.Type] {
					key := owned{s.Provider, account, p.Type}
					x.owners[key] = append(x.owners[key], f)
				}
				seen[p.Type] = true
			}
			if s.Account == "" {
				break
			}
		}
	}
	return x
}

// of gives the feeds that own resources of this type and place. What no source
// was configured for stands on a resource without a provider: its coming and
// going is a matter of scope. What stands for all accounts has none. A scope is
// owned by the one feed it is of, where that is known.
func (x feedIndex) of(r evidence.Resource, found func(AssessedFeed) (more bool)) {
	all := x.owners[owned{r.Provider, r.Account, r.Type}]
	if r.Kind == evidence.KindScope {
		itself := func(f AssessedFeed) bool { return f.ID.Scope.Resource(r.Type).ID == r.ID }
		if i := slices.IndexFunc(all, itself); i >= 0 {
			found(all[i])
			return
		}
	}
	for _, f := range all {
		if region := f.ID.Scope.Region; (region == "" || region == r.Region) && !found(f) {
			return
		}
	}
}

// any says whether something holds of any feed that owns a resource.
func (x feedIndex) any(r evidence.Resource, holds func(AssessedFeed) bool) bool {
	held := false
	x.of(r, func(f AssessedFeed) bool {
		held = holds(f)
		return !held
	})
	return held
}

// planned says whether any feed owns a resource.
func (x feedIndex) planned(r evidence.Resource) bool {
	return x.any(r, func(AssessedFeed) bool { return true })
}

// unpulled says that feeds are planned that own a resource, and that none of
// them was ever pulled.
func (x feedIndex) unpulled(r evidence.Resource) bool {
	return x.planned(r) && !x.any(r, func(f AssessedFeed) bool { return f.Pulled })
}

// unpulledBefore says that one of several feeds that may own a resource had not
// been pulled, and has been now.
func (x feedIndex) unpulledBefore(r evidence.Resource, now feedIndex) bool {
	return x.any(r, func(f AssessedFeed) bool { return !f.Pulled && now.byID[f.ID].Pulled })
}

// plans says that all feeds that may own a resource now were planned.
func (x feedIndex) plans(r evidence.Resource, now feedIndex) bool {
	return !now.any(r, func(f AssessedFeed) bool {
		_, planned := x.byID[f.ID]
		return !planned
	})
}

// bringsFirstLook says that some feed was pulled for the first time, or some list
// of one seen to its end for the first time.
func (x feedIndex) bringsFirstLook(then feedIndex) bool {
	for id, f := range x.byID {
		was := then.byID[id]
		if f.Pulled && !was.Pulled {
			return true
		}
		for _, p := range f.Populations {
			if f.everSaw(p) && !was.everSaw(p) {
				return true
			}
		}
	}
	return false
}

// unseen says that a list which may hold a resource was not seen.
func (x feedIndex) unseen(r evidence.Resource) bool {
	return x.any(r, func(f AssessedFeed) bool { return slices.Contains(f.Unseen, r.Type) })
}

// newestPull is the start of the newest pull of what owns a resource; zero if there is none.
func (x feedIndex) newestPull(r evidence.Resource) (newest time.Time) {
	x.of(r, func(f AssessedFeed) bool {
		if at := x.pulledAt[f.ID]; at.After(newest) {
			newest = at
		}
		return true
	})
	return newest
}
