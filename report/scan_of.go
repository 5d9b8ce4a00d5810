package report

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// scanWithoutFindings is an assessment in the form of the JSON contract, its list
// of findings empty.
func scanWithoutFindings(a soc2.Assessment) Scan {
	s := Scan{
		Schema: SchemaV1,
		Scan: Run{
			ID: a.ID, StartedAt: a.StartedAt.UTC(), FinishedAt: a.FinishedAt.UTC(),
			Version: a.Version, Judge: a.Judge, SampleData: a.SampleData,
		},
		Summary: Summary{
			Outcomes: Outcomes{
				Pass: a.Outcomes[soc2.Pass], Fail: a.Outcomes[soc2.Fail],
				Unobserved: a.Outcomes[soc2.Unobserved], NotApplicable: a.Outcomes[soc2.NotApplicable],
			},
			DurationSeconds: a.FinishedAt.Sub(a.StartedAt).Seconds(),
		},
		Criteria:  []Criterion{},
		Controls:  []Control{},
		Decisions: decisionsOf(a.Decisions), Narrowings: narrowingsOf(a.Narrowings),
		Findings: []Finding{},
		Holes:    []Hole{},
		Pulls:    []Pull{},
	}
	for _, c := range a.Criteria {
		s.Criteria = append(s.Criteria, Criterion{ID: c.ID, Category: c.Category, State: c.State, Residual: c.Residual})
	}
	for _, c := range a.Controls {
		s.Controls = append(s.Controls, controlOf(c))
	}
	slices.SortStableFunc(s.Controls, func(a, b Control) int { return cmp.Compare(a.ID, b.ID) })
	for _, h := range a.Holes {
		s.Holes = append(s.Holes, holeOf(h))
	}
	slices.SortStableFunc(s.Holes, compareHoles)
	for _, p := range a.Pulls {
		s.Pulls = append(s.Pulls, pullOf(p))
		for _, n := range p.OperationCounts {
			s.Summary.APIRequests += n
		}
	}
	slices.SortStableFunc(s.Pulls, comparePulls)
	return s
}

func controlOf(c soc2.ControlResult) Control {
	out := Control{
		ID: c.ID, Title: c.Title, Adoption: c.Adoption, State: c.State, Severity: c.Severity, Criteria: []Mapping{},
		Failing: c.Failing, Unobserved: c.Unobserved, Accepted: c.Accepted, Excluded: c.Excluded,
	}
	for _, m := range c.Criteria {
		out.Criteria = append(out.Criteria, Mapping{ID: m.ID, Strength: m.Strength})
	}
	return out
}

func findingOf(f soc2.Finding) Finding {
	out := Finding{
		Control: f.Control, Check: f.Check, Covers: append([]string{}, f.Covers...),
		Outcome: f.Outcome, Reason: f.Reason, Severity: f.Severity,
		Resource: Resource{
			Provider: f.Resource.Provider, Account: f.Resource.Account, Region: f.Resource.Region,
			Kind: f.Resource.Kind, Type: f.Resource.Type, ID: f.Resource.ID, Name: f.Resource.Name,
		},
		Observed: f.Observed, Desired: f.Desired, Remediation: f.Remediation,
		FirstSeen: known(f.FirstSeen), LastChanged: known(f.LastChanged), ExcludedBy: given(f.ExcludedBy),
		Systems: []string{},
	}
	if f.Asset != nil {
		out.Systems = append(out.Systems, f.Asset.Systems...)
		out.Owner = f.Asset.Owner
	}
	if len(out.Observed) == 0 || string(out.Observed) == "null" {
		out.Observed = json.RawMessage("{}")
	}
	if f.Acceptance != nil {
		out.Acceptance = &Acceptance{
			ID: f.Acceptance.ID, Also: f.Acceptance.Also, Reason: f.Acceptance.Reason, Compensating: f.Acceptance.Compensating,
			Approver: f.Acceptance.Approver, Expires: f.Acceptance.Expires.UTC(),
		}
	}
	return out
}

func holeOf(h soc2.ScopedHole) Hole {
	return Hole{
		Provider: h.Provider, Account: h.Account, Region: h.Region, Collector: h.Collector,
		Field: h.Hole.Field, Reason: h.Hole.Reason, Detail: holeDetail(h), Since: known(h.Hole.Since),
	}
}

// holeDetail names what was not seen and the operation that would have told
// before what the provider said, because the contract has no keys for them.
func holeDetail(h soc2.ScopedHole) string {
	what := h.Hole.Type
	if h.Resource != "" {
		what = strings.TrimSpace(what + " " + h.Resource)
	}
	parts := []string{what, h.Hole.Operation, h.Hole.Detail}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ": ")
}

func pullOf(p evidence.Pull) Pull {
	out := Pull{
		Collector: p.Collector,
		Scope:     Scope{Provider: p.Scope.Provider, Account: p.Scope.Account, Region: p.Scope.Region, Shard: p.Scope.Shard},
		Pages:     p.Pages, Items: p.Items, ProviderTotal: p.ProviderTotal, ReconciledWith: given(p.ReconciledWith),
		Principal: p.Principal, StartedAt: p.StartedAt.UTC(), DurationSeconds: p.FinishedAt.Sub(p.StartedAt).Seconds(),
		OperationCounts: p.OperationCounts, Complete: p.Complete(),
	}
	if p.Clock != nil {
		out.Clock = &Clock{OffsetSeconds: p.Clock.OffsetSeconds, Answers: p.Clock.Answers}
	}
	if out.OperationCounts == nil {
		out.OperationCounts = map[string]int{}
	}
	return out
}

func compareHoles(a, b Hole) int {
	return cmp.Or(
		cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region),
		cmp.Compare(a.Collector, b.Collector), cmp.Compare(a.Field, b.Field),
		cmp.Compare(a.Detail, b.Detail), cmp.Compare(a.Reason, b.Reason),
	)
}

func comparePulls(a, b Pull) int {
	return cmp.Or(
		cmp.Compare(a.Collector, b.Collector), cmp.Compare(a.Scope.Provider, b.Scope.Provider),
		cmp.Compare(a.Scope.Account, b.Scope.Account), cmp.Compare(a.Scope.Region, b.Scope.Region),
		cmp.Compare(a.Scope.Shard, b.Scope.Shard),
	)
}

func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
