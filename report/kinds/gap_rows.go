package kinds

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// CriterionRow is one of the Trust Services Criteria.
type CriterionRow struct {
	ID        string              `json:"id"`
	Category  string              `json:"category"`
	Series    string              `json:"series"`
	Title     string              `json:"title"` // in our own words
	State     soc2.CriterionState `json:"state"`
	Judged    bool                `json:"judged"`        // false: the assessment did not speak of it; its evidence is incomplete
	Automated []CriterionControl  `json:"automated"`     // tested by checks
	Attested  []CriterionControl  `json:"attested"`      // stated by a person; those that are tested too are in both
	Gaps      []string            `json:"gaps"`          // ids of those that bear on it
	Residual  string              `json:"residual"`      // what always remains for a person to judge
	Why       string              `json:"why,omitempty"` // it is out of scope
}

// CriterionControl is a control that bears on a criterion.
type CriterionControl struct {
	ID       string        `json:"id"`
	State    soc2.Outcome  `json:"state"`
	Strength soc2.Strength `json:"strength"`
}

// criterionRows are all criteria. One that the assessment did not speak of is incomplete.
func criterionRows(cat soc2.Catalogue, a *soc2.Assessment, gaps []soc2.Gap) []CriterionRow {
	results := map[string]soc2.CriterionResult{}
	for _, c := range a.Criteria {
		results[c.ID] = c
	}
	states := map[string]soc2.Outcome{}
	for _, c := range a.Controls {
		states[c.ID] = c.State
	}
	decided := map[string]string{}
	for _, n := range a.Narrowings {
		if n.Kind == soc2.LeaveOut {
			decided[n.Leaves] = " (" + cmp.Or(n.Decision, "taken out, and no decision is recorded") + ")"
		}
	}
	rows := []CriterionRow{}
	for _, c := range cat.Criteria {
		result, judged := results[c.ID]
		row := CriterionRow{
			ID: c.ID, Category: c.Category, Series: c.Series, Title: c.Title, State: soc2.EvidenceIncomplete, Judged: judged,
			Automated: []CriterionControl{}, Attested: []CriterionControl{}, Gaps: []string{}, Residual: strings.TrimSpace(cmp.Or(c.Residual, result.Residual)),
		}
		if judged {
			row.State = result.State
		}
		if row.State == soc2.OutOfScope {
			row.Why = "The category " + c.Category + " is not in scope" + decided[c.Category] + "."
		}
		for _, k := range cat.Controls {
			i := slices.IndexFunc(k.Criteria, func(m soc2.Mapping) bool { return m.ID == c.ID })
			if i < 0 {
				continue
			}
			one := CriterionControl{k.ID, states[k.ID], k.Criteria[i].Strength}
			if len(k.Checks) > 0 {
				row.Automated = append(row.Automated, one)
			}
			if k.AttestationAsked != nil {
				row.Attested = append(row.Attested, one)
			}
		}
		for i := range gaps {
			if slices.ContainsFunc(gaps[i].Criteria, func(m soc2.Mapping) bool { return m.ID == c.ID }) {
				row.Gaps = append(row.Gaps, gaps[i].ID)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// ControlRow is one control of the catalogue, or one that was judged without being in it.
type ControlRow struct {
	ID         string        `json:"id"`
	Title      string        `json:"title"`
	State      soc2.Outcome  `json:"state"`
	Judged     bool          `json:"judged"`
	Adoption   string        `json:"adoption,omitempty"`
	Owner      string        `json:"owner,omitempty"` // the role that the catalogue names
	Nature     string        `json:"nature,omitempty"`
	Frequency  string        `json:"frequency,omitempty"`
	Tested     string        `json:"tested"` // checks, attestation or both
	Criteria   []string      `json:"criteria"`
	Failing    int           `json:"failing"`
	Unobserved int           `json:"unobserved"`
	Passing    int           `json:"passing"`
	NotApply   int           `json:"not_applicable"`
	Accepted   int           `json:"accepted"`
	Excluded   int           `json:"excluded"`
	Gap        string        `json:"gap,omitempty"` // id
	NotYet     bool          `json:"not_yet"`       // above the company's profile
	Version    int           `json:"version"`
	Severity   soc2.Severity `json:"severity"` // before any fact
}

func controlRows(cat soc2.Catalogue, a *soc2.Assessment, gaps soc2.GapAnalysis) []ControlRow {
	results := map[string]soc2.ControlResult{}
	for _, r := range a.Controls {
		results[r.ID] = r
	}
	gap := map[string]string{}
	for _, g := range gaps.Gaps {
		if g.ID == soc2.ControlGap(g.Control) {
			gap[g.Control] = g.ID
		}
	}
	rows := []ControlRow{}
	put := func(r soc2.ControlResult, judged bool, row ControlRow) {
		row.State, row.Judged, row.Adoption, row.NotYet, row.Gap = r.State, judged, r.Adoption, r.NotYet, gap[row.ID]
		row.Failing, row.Unobserved, row.Passing, row.NotApply = r.Failing, r.Unobserved, r.Passing, r.NotApplicable
		row.Accepted, row.Excluded = r.Accepted, r.Excluded
		rows = append(rows, row)
	}
	for _, c := range cat.Controls {
		tested := "checks"
		switch {
		case c.AttestationAsked != nil && len(c.Checks) > 0:
			tested = "checks and attestation"
		case c.AttestationAsked != nil:
			tested = "attestation"
		}
		row := ControlRow{
			ID: c.ID, Title: c.Title, Owner: c.Owner, Nature: c.Nature, Frequency: c.Frequency, Tested: tested, Criteria: []string{}, Version: c.Version, Severity: c.Severity(),
		}
		for _, m := range c.Criteria {
			row.Criteria = append(row.Criteria, m.ID)
		}
		r, judged := results[c.ID]
		delete(results, c.ID)
		put(r, judged, row)
	}
	for _, id := range slices.Sorted(maps.Keys(results)) {
		r := results[id]
		put(r, true, ControlRow{ID: id, Title: cmp.Or(r.Title, id), Tested: "not described by the catalogue", Criteria: []string{}, Severity: r.Severity})
	}
	slices.SortFunc(rows, func(a, b ControlRow) int { return strings.Compare(a.ID, b.ID) })
	return rows
}

// DecisionRow is a decision and where it is in its life.
type DecisionRow struct {
	ID           string            `json:"id"`
	Kind         soc2.DecisionKind `json:"kind"`
	About        string            `json:"about"`
	State        soc2.DecisionLife `json:"state"`
	Expiring     bool              `json:"expiring"` // ends soon
	Unused       bool              `json:"unused"`   // in force, and picks nothing
	Picks        int               `json:"picks"`
	Reason       string            `json:"reason"`
	Compensating string            `json:"compensating,omitempty"`
	Requester    string            `json:"requester"`
	Approver     string            `json:"approver,omitempty"`
	ApprovedAs   string            `json:"approved_as,omitempty"` // how it is known who approved
	Expires      time.Time         `json:"expires"`
	Unreadable   string            `json:"unreadable,omitempty"` // why
}

func decisionRows(all []soc2.DecisionState) []DecisionRow {
	rows := []DecisionRow{}
	for i := range all {
		d := &all[i]
		row := DecisionRow{
			d.ID, d.Kind, d.Subject(), d.Life, d.Expiring, d.Unused, d.Picks, d.Reason, d.Compensating, d.Requester, d.Approver, d.ApprovedAs, d.Expires, d.Unreadable,
		}
		if d.Unreadable != "" {
			row.About = "its record cannot be read"
		}
		rows = append(rows, row)
	}
	return rows
}
