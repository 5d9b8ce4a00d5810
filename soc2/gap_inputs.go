package soc2

import (
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// GapInputs is what a gap analysis is made of. What people recorded is in force
// already: approved where it takes an approval. What is left empty was not asked
// for, and never makes a gap close.
type GapInputs struct {
	Now          time.Time // the clock; zero: when the assessment judged
	Assessment   *Assessment
	Catalogue    Catalogue
	Scope        Scope
	Adoptions    []Adoption
	Company      []CompanyControl
	Decisions    []Decision
	Walkthroughs []Walkthrough
	Designs      []DesignConclusion
	Dues         map[string][]AttestationDue // by control
	Assets       *UnknownAssets              // nil: no inventory was made
	AssetOf      func(evidence.Resource) Asset
	HeldBefore   map[string]bool // controls that are known to have held once; see HeldBefore
	Began        time.Time       // since when anything is known: what has no date is as old as that
	Rules        RiskRules       // zero: DefaultRiskRules
}

// UnknownAssets is what the inventory lacks.
type UnknownAssets struct {
	Complete              bool // every list it is made of was seen to its end: an empty one says so
	Unowned, Unclassified []Asset
	UnownedSince          time.Time
	UnclassifiedSince     time.Time
	UnownedTotal          int // where only some are given; 0: all are
	UnclassifiedTotal     int
}

// HeldBefore are the controls of which something passed before it failed.
func HeldBefore(drift []Drift) map[string]bool {
	held := map[string]bool{}
	for _, d := range drift {
		if (d.Change == Opened || d.Change == Reopened) && d.From == Pass || d.Change == Reopened {
			held[d.Control] = true
		}
	}
	return held
}

func (in *GapInputs) now() time.Time {
	if in.Now.IsZero() && in.Assessment != nil {
		return in.Assessment.At
	}
	return in.Now
}

// inScope says whether a criterion is. Where no categories are stated all are: a
// scope nobody stated leaves nothing out.
func (in *GapInputs) inScope(id string) bool {
	if len(in.Scope.Categories) == 0 {
		return true
	}
	for _, c := range in.Catalogue.Criteria {
		if c.ID == id {
			return slices.Contains(in.Scope.Categories, c.Category)
		}
	}
	return true // a criterion nobody knows is not known to be out of scope
}

func (in *GapInputs) outOfScope(criteria []Mapping) bool {
	return len(criteria) > 0 && !slices.ContainsFunc(criteria, func(m Mapping) bool { return in.inScope(m.ID) })
}
