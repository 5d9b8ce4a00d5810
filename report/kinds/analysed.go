package kinds

import (
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// Analysed is what the reports on gaps, risks and the plan are made from: one
// assessment, and all that follows from it.
type Analysed struct {
	Head       Head
	Catalogue  soc2.Catalogue
	Assessment *soc2.Assessment
	Scope      soc2.Scope
	Rules      soc2.RiskRules // as stated; what is not stated is the default
	Analysis   soc2.GapAnalysis
	Plan       soc2.Plan
	Versions   []soc2.PlanVersion // frozen ones, oldest first
	Progress   soc2.Progress
}

// items are the plan's items by the gap they are about.
func (in *Analysed) items() map[string]*soc2.PlanItem {
	by := map[string]*soc2.PlanItem{}
	for i := range in.Plan.Items {
		by[in.Plan.Items[i].Gap] = &in.Plan.Items[i]
	}
	return by
}

// ResourceRef names a resource.
type ResourceRef struct {
	Provider string `json:"provider"`
	Account  string `json:"account"`
	Region   string `json:"region,omitempty"`
	Kind     string `json:"kind"`
	ID       string `json:"id"`
	Name     string `json:"name,omitempty"`
}

func resourceRef(r evidence.Resource) ResourceRef {
	return ResourceRef{r.Provider, r.Account, r.Region, string(r.Kind), r.ID, r.Name}
}

// place is where a resource is, and what it is called there.
func (r ResourceRef) place() string {
	s := r.Provider + " " + r.Account
	if r.Region != "" {
		s += " " + r.Region
	}
	return s
}

func (r ResourceRef) label() string {
	if r.Name != "" {
		return r.Name
	}
	return r.ID
}

// FindingRef is the key of a finding: what it is found by for ever.
type FindingRef struct {
	Control  string `json:"control"`
	Check    string `json:"check"`
	Provider string `json:"provider"`
	Account  string `json:"account"`
	Region   string `json:"region,omitempty"`
	Kind     string `json:"kind"`
	ID       string `json:"id"`
}

func findingRef(k soc2.FindingKey) FindingRef {
	r := k.Resource
	return FindingRef{k.Control, k.Check, r.Provider, r.Account, r.Region, string(r.Kind), r.ID}
}

// day is a day for people; of none it says so.
func day(t time.Time) string {
	if t.IsZero() {
		return "not known"
	}
	return t.UTC().Format(time.DateOnly)
}

// orEmpty is a list that is empty rather than null in JSON.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return slices.Clone(list)
}
