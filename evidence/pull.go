package evidence

import (
	"slices"
	"strings"
	"time"
)

// Population is one list of resources that a collector reads to its end.
type Population struct {
	Kind Kind   `json:"kind"`
	Type string `json:"type"` // provider.service.kind
}

// Collector declares what one collector reads. It holds no code: providers pair
// it with a function when they plan their feeds.
type Collector struct {
	Name        string       // as in metrics and reports: "aws_iam_users"
	Doc         string       // what it reads, one sentence
	Populations []Population // what it owns: one collector and scope own a resource
	Reads       []string     // operations it may call; the guard refuses any other
	Permissions []string     // what the provider calls the rights these reads need; empty: same as Reads
	Optional    bool         // read only where the settings ask for it
}

// FeedID names one collector over one scope.
type FeedID struct {
	Collector string `json:"collector"`
	Scope     Scope  `json:"scope"`
}

// Pull is one collector run over one scope, with what it takes to judge its
// completeness and accuracy (promise 2).
type Pull struct {
	ID               string         `json:"id,omitempty"` // given by the store
	Source           string         `json:"source"`       // the configured source it belongs to
	Collector        string         `json:"collector"`
	CollectorVersion string         `json:"collector_version"`
	Scope            Scope          `json:"scope"`
	Populations      []Population   `json:"populations"`
	Principal        string         `json:"principal,omitempty"`        // as whom: ARN, login, client id
	PrincipalScopes  []string       `json:"principal_scopes,omitempty"` // rights the provider says the principal has
	Parameters       []string       `json:"parameters,omitempty"`       // filters and options that shape the answer, "operation key=value"
	StartedAt        time.Time      `json:"started_at"`
	FinishedAt       time.Time      `json:"finished_at"`
	OperationCounts  map[string]int `json:"operation_counts"` // calls made, by operation
	Pages            int            `json:"pages"`
	Items            int            `json:"items"`                     // facts obtained
	ProviderTotal    *int           `json:"provider_total,omitempty"`  // the provider's own total; counts only what the principal may see
	ReconciledWith   string         `json:"reconciled_with,omitempty"` // independent source; empty: not independently reconciled
	RequestIDs       RequestIDs     `json:"request_ids"`
	Clock            *Clock         `json:"clock,omitempty"`   // ours against the provider's; nil: no answer was dated
	Holes            []Hole         `json:"holes,omitempty"`   // populations that were not seen to their end
	Masked           []Masked       `json:"masked,omitempty"`  // what had the form of a secret and was taken out
	Answers          *AnswerRecord  `json:"answers,omitempty"` // what became of the provider's answers; nil: none were captured
}

// RequestIDs are the provider's own ids of our calls: a count and a digest for
// all, in full for those that failed.
type RequestIDs struct {
	Count  int      `json:"count"`
	Digest string   `json:"digest,omitempty"`
	Failed []string `json:"failed,omitempty"`
}

// Feed is the pull's feed.
func (p Pull) Feed() FeedID { return FeedID{Collector: p.Collector, Scope: p.Scope} }

// Complete says that every population was seen to its end. Fields that could
// not be read are holes in their facts and do not make a list incomplete.
func (p Pull) Complete() bool { return len(p.Holes) == 0 }

// CompleteFor says that one population was seen to its end.
func (p Pull) CompleteFor(populationType string) bool {
	_, hole := p.HoleFor(populationType)
	return !hole
}

// HoleFor returns the hole in one population.
func (p Pull) HoleFor(populationType string) (Hole, bool) {
	for _, h := range p.Holes {
		if h.Type == "" || h.Type == populationType {
			return h, true
		}
	}
	return Hole{}, false
}

// Owns says whether the pull's collector owns a population.
func (p Pull) Owns(populationType string) bool {
	for _, pop := range p.Populations {
		if pop.Type == populationType {
			return true
		}
	}
	return false
}

// Asked is the parameters in an order of their own: requests run side by side, and
// note theirs as they come. When a report was made is no parameter, though AWS
// credential reports note it among them (iam:GetCredentialReport GeneratedTime).
func (p Pull) Asked() []string {
	asked := slices.DeleteFunc(slices.Clone(p.Parameters), func(one string) bool { return strings.Contains(one, " GeneratedTime=") })
	slices.Sort(asked)
	return asked
}
