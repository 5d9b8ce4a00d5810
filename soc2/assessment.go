package soc2

import (
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Judge names what judged: same judge and same evidence, same verdict.
type Judge struct {
	Catalogue  string `json:"catalogue"`  // digest of the catalogue's bytes
	Parameters string `json:"parameters"` // digest of the parameters in force
	Engine     string `json:"engine"`     // version of the evaluation engine
	Derive     string `json:"derive"`     // version of the derivations
}

// Assessment is one judgement of everything at a clock time, over the latest
// pulls of every feed.
type Assessment struct {
	ID         string
	At         time.Time // the clock time judged at
	StartedAt  time.Time
	FinishedAt time.Time
	Version    string // of controlwatch
	Binary     string // SHA-256 of its file; empty: not known
	Judge      Judge
	SampleData bool
	AsOf       bool      // judged from what the store held at At; nothing was looked at and nothing kept
	Narrowed   *Narrowed // what is left out; nil: nothing

	Decisions  []DecisionState // all that are known, with what each picks
	Narrowings []Narrowing     // what lowers a bar or leaves something out, with the decision that it rests on

	Outcomes map[Outcome]int // findings by outcome; excluded ones not counted
	Criteria []CriterionResult
	Controls []ControlResult
	Places   map[Place]map[Outcome]int // findings by control and account, excluded ones not counted; nil: see CountsByPlace
	Findings []Finding                 // those that fail or are unobserved, sorted
	All      AllFindings               // nil: Findings are all
	Holes    []ScopedHole
	Pulls    []evidence.Pull // the newest of each feed
	Feeds    []evidence.FeedState
	Drift    []Drift
	Pending  Pending     // drift that is not announced
	Profile  string      // of the company; empty: every control is asked
	Systems  []System    // that the company states; none: nothing can be unscoped
	Assets   AssetCounts // of all of them; nothing counted where a part is shown
}

// Place is where findings of a control are counted.
type Place struct{ Control, Provider, Account string }

// AllFindings gives every finding, those that pass included, one resource after
// the other; an error of each ends it. They are judged again from the same
// evidence by the same judge, which takes as long as it took the first time.
type AllFindings func(each func(Finding) error) error

// Every gives every finding, one resource after the other.
func (a *Assessment) Every(each func(Finding) error) error {
	if a.All != nil {
		return a.All(each)
	}
	for _, f := range a.Findings {
		if err := each(f); err != nil {
			return err
		}
	}
	return nil
}

// CriterionResult is the state of one criterion.
type CriterionResult struct {
	ID       string
	Category string
	Series   string // "CC6 Logical and physical access"
	Title    string
	State    CriterionState
	Residual string
	Controls []string // in scope and mapped to it
}

// ControlResult is the state of one control.
type ControlResult struct {
	ID       string
	Title    string
	Adoption string // adopted, advisory or declined
	Owner    string // role that answers for it, by the catalogue
	State    Outcome
	Severity Severity
	Criteria []Mapping
	Checks   []string // ids
	Failing, Unobserved, Passing, NotApplicable,
	Accepted, Excluded int
	NotYet bool // above the company's profile: shown, and no criterion holds by it
}

// ScopedHole is a hole and where it is. What a hundred thousand resources lack
// alike is there once, and must not be changed.
type ScopedHole struct {
	*Lack
	Resource string // label; empty for a whole population
}

// Lack is what is not seen somewhere.
type Lack struct {
	Provider, Account, Region string
	Collector                 string
	Hole                      evidence.Hole
}

// CountsByPlace counts findings by control, provider and account. A place whose
// findings are all excluded is there, with nothing counted.
func (a *Assessment) CountsByPlace() map[Place]map[Outcome]int {
	if a.Places != nil {
		return a.Places
	}
	counts := map[Place]map[Outcome]int{}
	for i := range a.Findings {
		countIn(counts, &a.Findings[i])
	}
	return counts
}

func countIn(counts map[Place]map[Outcome]int, f *Finding) {
	place := Place{f.Control, f.Resource.Provider, f.Resource.Account}
	if counts[place] == nil {
		counts[place] = map[Outcome]int{}
	}
	if f.ExcludedBy == "" {
		counts[place][f.Outcome]++
	}
}
