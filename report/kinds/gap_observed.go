package kinds

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// Observed is what was looked at and what was not seen.
type Observed struct {
	Accounts []ObservedAccount `json:"accounts"`
	Reasons  []UnseenReason    `json:"reasons"` // of holes
	Holes    int               `json:"holes"`   // all of them
	Unseen   []UnseenPiece     `json:"unseen"`  // holes that are alike put together
}

// ObservedAccount is one account, organisation or tenant of a provider.
type ObservedAccount struct {
	Provider   string    `json:"provider"`
	Account    string    `json:"account"`
	Feeds      int       `json:"feeds"`      // lists of one collector in one place
	Complete   int       `json:"complete"`   // all of what they list was seen, recently enough
	Incomplete int       `json:"incomplete"` // pulled, and not all was seen
	Never      int       `json:"never"`      // never pulled
	Items      int       `json:"items"`      // that the newest pulls brought
	Holes      int       `json:"holes"`
	Newest     time.Time `json:"newest,omitzero"` // when the newest pull ended
	Oldest     time.Time `json:"oldest,omitzero"` // of the newest pulls of each feed, when the oldest ended
	As         []string  `json:"as"`              // whom it was looked as
}

// UnseenReason is why something was not seen.
type UnseenReason struct {
	Reason evidence.Reason `json:"reason"`
	Holes  int             `json:"holes"`
	Remedy string          `json:"remedy"`
}

// UnseenPiece is holes that are alike but for the resource or the region.
type UnseenPiece struct {
	Reason    evidence.Reason `json:"reason"`
	Provider  string          `json:"provider"`
	Account   string          `json:"account"`
	Collector string          `json:"collector"`
	What      string          `json:"what"`
	Operation string          `json:"operation,omitempty"`
	Detail    string          `json:"detail,omitempty"` // what the provider said of the first
	Holes     int             `json:"holes"`
}

func observedOf(a *soc2.Assessment) Observed {
	o := Observed{Accounts: []ObservedAccount{}, Reasons: []UnseenReason{}, Unseen: []UnseenPiece{}, Holes: len(a.Holes)}
	index := map[[2]string]int{}
	at := func(provider, account string) *ObservedAccount {
		key := [2]string{provider, account}
		i, ok := index[key]
		if !ok {
			i = len(o.Accounts)
			index[key] = i
			o.Accounts = append(o.Accounts, ObservedAccount{Provider: provider, Account: account, As: []string{}})
		}
		return &o.Accounts[i]
	}
	for _, feed := range a.Feeds {
		x := at(feed.ID.Scope.Provider, feed.ID.Scope.Account)
		x.Feeds++
		switch {
		case feed.Last == nil:
			x.Never++
			continue
		case seenWhole(feed, a.At):
			x.Complete++
		default:
			x.Incomplete++
		}
		x.Items += feed.Last.Items
		if p := feed.Last.Principal; p != "" && !slices.Contains(x.As, p) {
			x.As = append(x.As, p)
		}
		if x.Newest.Before(feed.Last.FinishedAt) {
			x.Newest = feed.Last.FinishedAt
		}
		if x.Oldest.IsZero() || feed.Last.FinishedAt.Before(x.Oldest) {
			x.Oldest = feed.Last.FinishedAt
		}
	}
	for _, h := range a.Holes {
		at(h.Provider, h.Account).Holes++
	}
	slices.SortFunc(o.Accounts, func(a, b ObservedAccount) int {
		return cmp.Or(strings.Compare(a.Provider, b.Provider), strings.Compare(a.Account, b.Account))
	})
	for _, g := range report.Unseen(a.Holes) {
		o.Reasons = append(o.Reasons, UnseenReason{g.Reason, g.Count, g.Remedy})
		for _, l := range g.Lines {
			o.Unseen = append(o.Unseen, UnseenPiece{g.Reason, l.Provider, l.Account, l.Collector, l.What, l.Operation, l.Detail, l.Count})
		}
	}
	return o
}

// seenWhole says that all that a feed lists was seen, recently enough.
func seenWhole(feed evidence.FeedState, at time.Time) bool {
	for _, p := range feed.Populations {
		if _, hole := feed.HoleAt(p.Type, at); hole {
			return false
		}
	}
	return len(feed.Populations) > 0
}

// PopulationRow is everything of one type in one account, and whether the list of
// it is whole.
type PopulationRow struct {
	Provider string        `json:"provider"`
	Account  string        `json:"account"`
	Kind     evidence.Kind `json:"kind"`
	Type     string        `json:"type"`
	Lists    int           `json:"lists"`           // one for each region or shard
	Whole    int           `json:"whole"`           // of them
	Items    *int          `json:"items"`           // that the newest pulls brought; null: they list other types too, so that it cannot be told
	Oldest   time.Time     `json:"oldest,omitzero"` // of the lists that are whole, when the oldest was begun
	Reasons  []string      `json:"reasons"`         // why the others are not
}

func populationsOf(a *soc2.Assessment) []PopulationRow {
	rows := []PopulationRow{}
	index := map[[3]string]int{}
	for _, feed := range a.Feeds {
		for _, p := range feed.Populations {
			key := [3]string{feed.ID.Scope.Provider, feed.ID.Scope.Account, p.Type}
			i, ok := index[key]
			if !ok {
				i = len(rows)
				index[key] = i
				rows = append(rows, PopulationRow{Provider: key[0], Account: key[1], Kind: p.Kind, Type: p.Type, Items: new(int), Reasons: []string{}})
			}
			row := &rows[i]
			row.Lists++
			if len(feed.Populations) > 1 || feed.Last == nil {
				row.Items = nil
			} else if row.Items != nil {
				*row.Items += feed.Last.Items
			}
			h, hole := feed.HoleAt(p.Type, a.At)
			if hole {
				if why := string(h.Reason); !slices.Contains(row.Reasons, why) {
					row.Reasons = append(row.Reasons, why)
				}
				continue
			}
			row.Whole++
			if seen := feed.Complete[p.Type]; row.Oldest.IsZero() || seen.Before(row.Oldest) {
				row.Oldest = seen
			}
		}
	}
	slices.SortFunc(rows, func(a, b PopulationRow) int {
		return cmp.Or(strings.Compare(a.Provider, b.Provider), strings.Compare(a.Account, b.Account), strings.Compare(a.Type, b.Type))
	})
	return rows
}
