package soc2

import "github.com/controlwatch/controlwatch/evidence"

// feedIndex finds the feeds that own a resource.
type feedIndex struct {
	owners   map[owned][]AssessedFeed
	accounts map[[2]string]bool // provider and account that anything is planned of; without an account: anything of the provider
}

type owned struct{ provider, account, populationType string }

func indexOf(feeds []AssessedFeed) feedIndex {
	x := feedIndex{owners: map[owned][]AssessedFeed{}, accounts: map[[2]string]bool{}}
	for _, f := range feeds {
		s := f.ID.Scope
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
// going is a matter of scope. What stands for all accounts has none.
func (x feedIndex) of(r evidence.Resource, found func(AssessedFeed) (more bool)) {
	for _, f := range x.owners[owned{r.Provider, r.Account, r.Type}] {
		if region := f.ID.Scope.Region; (region == "" || region == r.Region) && !found(f) {
			return
		}
	}
}

// planned says whether any feed owns a resource.
func (x feedIndex) planned(r evidence.Resource) bool {
	planned := false
	x.of(r, func(AssessedFeed) bool {
		planned = true
		return false
	})
	return planned
}

// unpulled says that feeds are planned that own a resource, and that none of
// them was ever pulled.
func (x feedIndex) unpulled(r evidence.Resource) bool {
	found, pulled := false, false
	x.of(r, func(f AssessedFeed) bool {
		found, pulled = true, f.Pulled
		return !pulled
	})
	return found && !pulled
}
