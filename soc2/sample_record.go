package soc2

import (
	"strconv"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// The kinds of entries that populations and samples are recorded as.
const (
	EntryPopulationConfirmed = "population-confirmed"
	EntrySample              = "sample"
	EntrySampleDeviation     = "sample-deviation"
)

// DrawAlgorithm names how samples are drawn; docs/sampling.md describes it.
const DrawAlgorithm = "sha256(seed 0x00 key), first n of each stratum"

// Sample is a draw as it is recorded: what it takes to draw it again, and what was
// drawn.
type Sample struct {
	Population     string    `json:"population"`
	From           time.Time `json:"from"`
	To             time.Time `json:"to"` // not in it
	Narrowed       string    `json:"narrowed,omitempty"`
	Providers      []string  `json:"providers,omitempty"`
	Accounts       []string  `json:"accounts,omitempty"`
	Digest         string    `json:"population_digest"`
	Count          int       `json:"population_items"`
	Uncertain      int       `json:"population_items_not_certain"`
	Complete       bool      `json:"population_complete"`
	Holes          []string  `json:"population_holes"`
	Unconfirmed    int       `json:"unconfirmed_exports"`
	ReconciledWith string    `json:"reconciled_with,omitempty"`
	Running        bool      `json:"period_running"`
	KnownAt        time.Time `json:"known_at"`
	Commit         int64     `json:"known_commit"`
	SampleData     bool      `json:"sample_data"`

	Algorithm string   `json:"algorithm,omitempty"` // empty: nothing was drawn, the list was given
	Seed      string   `json:"seed,omitempty"`
	Size      int      `json:"size,omitempty"`      // of each stratum
	Frequency string   `json:"frequency,omitempty"` // whose configured size it is
	By        string   `json:"by,omitempty"`        // quarter or month
	Auditor   string   `json:"auditor,omitempty"`   // whose seed or list it is; empty: management's own
	List      []string `json:"list,omitempty"`      // the list that was given
	// Missing are those of the list that the population does not have.
	Missing []string `json:"missing,omitempty"`
	// Earlier are samples of the same population, period and part that were drawn before.
	Earlier []string `json:"earlier,omitempty"`

	Items []SampleItem `json:"items"`
}

// SampleItem is one item, and where its evidence is.
type SampleItem struct {
	Drawn
	Resource   evidence.Resource `json:"resource"`
	Certain    bool              `json:"certain"`
	Why        string            `json:"why,omitempty"`
	At         *time.Time        `json:"at,omitempty"`
	Began      *Bounds           `json:"began,omitempty"`
	Ended      *Bounds           `json:"ended,omitempty"`
	Fact       string            `json:"fact"` // digest
	Pull       string            `json:"pull"`
	FindingsAt time.Time         `json:"findings_at"` // the moment whose findings show how it was judged
}

// Title is what the sample may be called. A draw by management proves nothing to
// an auditor, who must choose the items or the seed.
func (s Sample) Title() string {
	switch {
	case s.Auditor == "":
		return "management's pre-test"
	case s.Algorithm == "":
		return "items chosen by the auditor " + s.Auditor
	}
	return "sample drawn by the seed of the auditor " + s.Auditor
}

// NewSample takes what was drawn or picked from a population into a record.
func NewSample(p Population, drawn []Drawn) Sample {
	s := Sample{
		Population: p.Name, From: p.From, To: p.To, Narrowed: p.Narrowed, Digest: p.Digest, Count: len(p.Items), Uncertain: p.Uncertain(),
		Complete: p.Complete, Holes: []string{}, Unconfirmed: p.Unconfirmed, ReconciledWith: p.ReconciledWith,
		Running: p.Running, KnownAt: p.KnownAt, Commit: p.Commit, SampleData: p.SampleData, Items: []SampleItem{},
	}
	for _, l := range p.Lists {
		for _, h := range l.Holes {
			s.Holes = append(s.Holes, l.Type+" of "+l.Scope.String()+": "+h.String())
		}
	}
	for _, d := range drawn {
		item := p.Items[d.Index]
		s.Items = append(s.Items, SampleItem{
			Drawn: d, Resource: item.Resource, Certain: item.Certain, Why: item.Why, At: item.At, Began: item.Began, Ended: item.Ended,
			Fact: item.Fact, Pull: item.Pull, FindingsAt: p.findingsAt(item),
		})
	}
	return s
}

// findingsAt is the moment that shows how an item was judged: the end of the
// period, when it was last seen there, or now for what was seen only later.
func (p Population) findingsAt(item PopulationItem) time.Time {
	switch {
	case item.Ended != nil:
		return *item.Ended.After
	case p.Running || p.Dated:
		return p.KnownAt
	}
	return p.To
}

// Find gives the item that a word names: its place ("3", or "2026-Q1/3"), its key,
// id or name; false where none or several are.
func (s Sample) Find(word string) (SampleItem, bool) {
	var found []SampleItem
	for _, item := range s.Items {
		r := item.Resource
		place := item.PlaceName()
		if word == item.Key || word == place || word == r.ID || r.Name != "" && word == r.Name {
			found = append(found, item)
		}
	}
	if len(found) != 1 {
		return SampleItem{}, false
	}
	return found[0], true
}

// PlaceName is the place within the sample: 3, or 2026-Q1/3.
func (d Drawn) PlaceName() string {
	place := strconv.Itoa(d.Place)
	if d.Stratum == StratumAll {
		return place
	}
	return d.Stratum + "/" + place
}

// SampleDeviation is what a test of an item found, and what is known of it.
type SampleDeviation struct {
	Sample              string `json:"sample"` // id
	Item                string `json:"item"`   // key
	Cause               string `json:"cause"`
	Extent              string `json:"extent"`
	CompensatingControl string `json:"compensating_control"`
}

// PopulationConfirmation is a second person's word on an export.
type PopulationConfirmation struct {
	Name     string `json:"name"` // system/kind
	Digest   string `json:"digest"`
	Export   Export `json:"export"`
	Preparer string `json:"preparer"`
}

// String is the time of a hole and why there is one.
func (h ListHole) String() string {
	parts := []string{string(h.Reason)}
	if h.Operation != "" {
		parts = append(parts, h.Operation)
	}
	if h.Detail != "" {
		parts = append(parts, h.Detail)
	}
	return h.From.UTC().Format(time.RFC3339) + " to " + h.To.UTC().Format(time.RFC3339) + ": " + strings.Join(parts, ": ")
}
