package soc2

import (
	"cmp"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Population is everything of a kind that existed in a period, or happened in it,
// with the record of how the list was made. Nothing that may belong to it is left
// out: what is not certain to is marked.
type Population struct {
	Name       string        `json:"name"`
	Doc        string        `json:"doc"`
	Kind       evidence.Kind `json:"kind"`
	Dated      bool          `json:"dated"` // it is of what happened, not of what existed
	From       time.Time     `json:"from"`
	To         time.Time     `json:"to"` // not in it
	KnownAt    time.Time     `json:"known_at"`
	Commit     int64         `json:"known_commit"`       // the newest commit of the store that is in it
	Running    bool          `json:"running"`            // the period has not ended
	SampleData bool          `json:"sample_data"`        // of a made-up company
	Narrowed   string        `json:"narrowed,omitempty"` // which part was asked for
	Digest     string        `json:"digest"`             // of its canonical form; docs/sampling.md

	// Complete: every list was under observation for all of the period.
	Complete bool `json:"complete"`
	// LongestInterval is the longest time between two pulls that saw all of a list:
	// what lived shorter can be missed.
	LongestInterval Seconds `json:"longest_interval_seconds"`
	// CanMiss is how short something can have lived without being seen: the longest
	// interval, or less where the provider's event log was read and shows what came and went.
	CanMiss Seconds `json:"can_miss_seconds"`
	// ReconciledWith is the independent source that every pull in the period agreed
	// with; empty: not independently reconciled.
	ReconciledWith string `json:"reconciled_with,omitempty"`
	// Unconfirmed counts the exports it is made from that no second person confirmed.
	Unconfirmed int `json:"unconfirmed_exports"`

	Lists []ListRecord `json:"lists"`
	// NotLookedAt are lists that were looked at before the period only: what they
	// held is out of scope since, and not in the population.
	NotLookedAt []string         `json:"not_looked_at,omitempty"`
	Items       []PopulationItem `json:"items"`
}

// Seconds is a length of time, in JSON as a number of seconds.
type Seconds time.Duration

// PopulationItem is one of a population.
type PopulationItem struct {
	Key      string            `json:"key"` // what samples are drawn by
	Resource evidence.Resource `json:"resource"`
	Part     string            `json:"part,omitempty"`
	// Certain: it is proven to belong. Why says what is missing to the proof.
	Certain bool `json:"certain"`
	// FromLog: no pull saw it. It is known from the provider's event log, and the fact is an entry of that.
	FromLog bool   `json:"from_event_log,omitempty"`
	Why     string `json:"why,omitempty"`
	// At is when it happened; only in dated populations, and nil where it was not seen.
	At *time.Time `json:"at,omitempty"`
	// Began and Ended are nil where that was not in the period.
	Began *Bounds `json:"began,omitempty"`
	Ended *Bounds `json:"ended,omitempty"`
	Times int     `json:"times"` // how often it began: 2 and more have come back
	// CountedAt is the moment by which it belongs to a quarter or month; nil: not known.
	CountedAt *time.Time `json:"counted_at,omitempty"`
	Fact      string     `json:"fact"`              // digest of the fact that shows it, as it was in the period
	Missing   string     `json:"missing,omitempty"` // why that fact is not kept any more: pruned or erased, when and by which rule
	Pull      string     `json:"pull"`              // that brought the fact
	Source    string     `json:"source"`

	Seq  int64         `json:"-"` // of the pull
	Body evidence.Fact `json:"-"`
}

// Bounds are between which two moments something happened.
type Bounds struct {
	After *time.Time `json:"after"` // nil: not known, nothing was looked at before
	By    time.Time  `json:"by"`
	// FromProvider: the provider dates it itself, and both are its date.
	FromProvider bool `json:"from_provider,omitempty"`
}

// PopulationQuery is what is asked of a history.
type PopulationQuery struct {
	Of        PopulationKind
	From, To  time.Time // To is not in the period
	Providers []string  // empty: all
	Accounts  []string
	// Events are the histories of providers' event logs; without lists: none is read.
	Events History
}

// PopulationFrom lists what belonged to a population in a period.
func PopulationFrom(h History, q PopulationQuery) Population {
	p := Population{
		Name: q.Of.Name, Doc: q.Of.Doc, Kind: q.Of.Kind, Dated: q.Of.Dated(), From: q.From.UTC(), To: q.To.UTC(),
		KnownAt: h.KnownAt.UTC(), Commit: h.Commit, SampleData: h.SampleData, Running: q.To.After(h.KnownAt),
		Narrowed: Filter{Providers: q.Providers, Accounts: q.Accounts}.String(),
		Lists:    []ListRecord{}, Items: []PopulationItem{},
	}
	until := q.To
	if p.Running {
		until = h.KnownAt
	}
	found := map[string][]PopulationItem{}
	for _, l := range h.Lists {
		place := l.Feed.Scope
		if l.Of.Kind != q.Of.Kind || !q.Of.takes(l.Of.Type) || !among(q.Providers, place.Provider) || !among(q.Accounts, place.Account) {
			continue
		}
		if start, end := l.inScope(q.From, until); len(l.Looks) == 0 && !start.Before(end) {
			continue
		}
		if l.DroppedAt != nil && !l.DroppedAt.After(q.From) {
			p.NotLookedAt = append(p.NotLookedAt, l.Of.Type+" of "+place.String()+", since "+instant(*l.DroppedAt))
			continue
		}
		record := recordOf(l, q, until)
		var items []PopulationItem
		for _, versions := range byResource(l.Versions) {
			items = append(items, q.itemsOf(l, versions)...)
		}
		from, end := l.inScope(q.From, until)
		var only []PopulationItem
		record.EventLog, only = q.reconciled(l, items, from, end)
		p.Lists = append(p.Lists, record)
		for _, item := range append(items, only...) {
			found[item.Key] = append(found[item.Key], item)
		}
	}
	for _, same := range found {
		p.Items = append(p.Items, joined(same))
	}
	slices.SortFunc(p.Items, func(a, b PopulationItem) int { return cmp.Compare(a.Key, b.Key) })
	p.conclude()
	p.Digest = p.digest()
	return p
}

// conclude says of the whole what its lists say.
func (p *Population) conclude() {
	p.Complete = len(p.Lists) > 0
	reconciled := map[string]bool{}
	for i := range p.Lists {
		l := &p.Lists[i]
		p.Complete = p.Complete && len(l.Holes) == 0
		p.LongestInterval = max(p.LongestInterval, l.LongestInterval)
		can, with := l.LongestInterval, l.ReconciledWith
		if e := l.EventLog; e != nil {
			can = e.CanMiss
			if with == "" && len(e.NotRead)+len(e.NotThere) == 0 {
				with = e.Name
			}
		}
		p.CanMiss = max(p.CanMiss, can)
		reconciled[with] = true
	}
	if len(reconciled) == 1 {
		for with := range reconciled {
			p.ReconciledWith = with
		}
	}
	p.Confirm(nil)
}

// Uncertain counts the items that may not belong.
func (p *Population) Uncertain() (n int) {
	for i := range p.Items {
		if !p.Items[i].Certain {
			n++
		}
	}
	return n
}

func among(asked []string, name string) bool { return len(asked) == 0 || slices.Contains(asked, name) }

// byResource cuts a list's versions where the resource changes.
func byResource(versions []Version) [][]Version {
	var out [][]Version
	for start, i := 0, 1; i <= len(versions); i++ {
		if i == len(versions) || versions[i].Key != versions[start].Key {
			out = append(out, versions[start:i])
			start = i
		}
	}
	return out
}

func (q PopulationQuery) itemsOf(l ListHistory, versions []Version) []PopulationItem {
	if q.Of.Dated() {
		return q.datedItems(l, versions)
	}
	if item, in := q.existing(l, versions); in {
		return []PopulationItem{item}
	}
	return nil
}

// joined makes one item of what several lists say of it.
func joined(same []PopulationItem) PopulationItem {
	slices.SortFunc(same, func(a, b PopulationItem) int {
		return cmp.Or(-cmp.Compare(truth(a.Certain), truth(b.Certain)), -cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.Source, b.Source))
	})
	out := same[0]
	for _, other := range same[1:] {
		out.Times = max(out.Times, other.Times)
		out.Began = earlier(out.Began, other.Began)
		if other.Ended == nil || out.Ended != nil && other.Ended.By.After(out.Ended.By) {
			out.Ended = other.Ended
		}
		if out.CountedAt == nil || other.CountedAt != nil && other.CountedAt.Before(*out.CountedAt) {
			out.CountedAt = other.CountedAt
		}
	}
	return out
}

// earlier is the beginning by two lists; nil began before the period.
func earlier(a, b *Bounds) *Bounds {
	switch {
	case a == nil || b == nil:
		return nil
	case b.By.Before(a.By):
		return b
	}
	return a
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}
