// Package sight says what of a snapshot can be relied on: which facts are fresh
// enough, and which populations were seen to their end. It judges nothing.
package sight

import (
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Sight is an index over one snapshot's feeds.
type Sight struct {
	at    time.Time
	feeds map[population][]evidence.FeedState
	kinds map[account][]population

	accounts map[evidence.Kind][]account // that have the kind, in the order of the feeds
}

type account struct {
	provider, account string
	kind              evidence.Kind
}

type population struct{ provider, account, typ string }

// Of indexes a snapshot.
func Of(s evidence.Snapshot) *Sight {
	v := &Sight{at: s.At, feeds: map[population][]evidence.FeedState{}, kinds: map[account][]population{}, accounts: map[evidence.Kind][]account{}}
	for _, f := range s.Feeds {
		for _, p := range f.Populations {
			key := population{f.ID.Scope.Provider, f.ID.Scope.Account, p.Type}
			v.feeds[key] = append(v.feeds[key], f)
			of := account{key.provider, key.account, p.Kind}
			if v.kinds[of] == nil {
				v.accounts[p.Kind] = append(v.accounts[p.Kind], of)
			}
			if !slices.Contains(v.kinds[of], key) {
				v.kinds[of] = append(v.kinds[of], key)
			}
		}
	}
	return v
}

// Fact says why a fact cannot be relied on any more: nobody is expected to
// deliver it, or nobody has for longer than its feed's maximum age. Where
// several feeds could own it, the strictest age counts.
func (v *Sight) Fact(f *evidence.Fact) (evidence.Hole, bool) {
	r := f.Resource
	feeds := v.feeds[population{r.Provider, r.Account, r.Type}]
	if len(feeds) == 0 {
		return evidence.Hole{Type: r.Type, Reason: evidence.NotConfigured, Detail: "no planned feed delivers it any more"}, true
	}
	var limit time.Duration
	exact := slices.ContainsFunc(feeds, func(s evidence.FeedState) bool { return s.ID.Scope.Region == r.Region })
	for _, s := range feeds {
		if exact && s.ID.Scope.Region != r.Region {
			continue
		}
		if s.MaxAge > 0 && (limit == 0 || s.MaxAge < limit) {
			limit = s.MaxAge
		}
	}
	h, old := evidence.StaleAt(v.at, f.Seen, limit, "last seen ")
	h.Type = r.Type
	if old && f.Seen.IsZero() {
		h.Since, h.Detail = time.Time{}, "never confirmed"
	}
	return h, old
}

// Kind says why not every resource of a kind in an account is known: no feed
// lists them, or a list was not seen to its end recently enough. The holes are in
// the order of the feeds.
func (v *Sight) Kind(provider, accountID string, kind evidence.Kind) []evidence.Hole {
	populations := v.kinds[account{provider, accountID, kind}]
	if len(populations) == 0 {
		return []evidence.Hole{{Reason: evidence.NotCollected, Detail: "no feed lists any " + string(kind) + " of the account", NeverSeen: true}}
	}
	var holes []evidence.Hole
	for _, p := range populations {
		for _, f := range v.feeds[p] {
			if h, ok := f.HoleAt(p.typ, v.at); ok {
				holes = append(holes, h)
			}
		}
	}
	return holes
}

// Type says why not every resource of one type in an account is known, as Kind
// does for a kind; beside that, each of the regions that no feed looks at is a
// reason. A feed without a region looks at all of them.
func (v *Sight) Type(provider, accountID, typ string, regions []string) []evidence.Hole {
	feeds := v.feeds[population{provider, accountID, typ}]
	if len(feeds) == 0 {
		return []evidence.Hole{{Type: typ, Reason: evidence.NotCollected, Detail: "no feed lists any " + typ + " of the account", NeverSeen: true}}
	}
	var holes []evidence.Hole
	looked := map[string]bool{}
	for _, f := range feeds {
		looked[f.ID.Scope.Region] = true
		if h, ok := f.HoleAt(typ, v.at); ok {
			holes = append(holes, h)
		}
	}
	for _, region := range regions {
		if !looked[""] && !looked[region] {
			holes = append(holes, evidence.Hole{Type: typ, Reason: evidence.NotConfigured, Detail: "the settings leave out regions, " + region + " among them"})
			break
		}
	}
	return holes
}
