package oscal_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/oscaltest"
	"github.com/controlwatch/controlwatch/report/oscal"
	"github.com/controlwatch/controlwatch/soc2"
)

var now = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

// evil is a name that breaks what does not expect it.
const evil = "  \u202e<script>alert(1)</script>\r\n# [x](javascript:1) *b* {{ insert: param, p }} `c` \x00\xff مرحبا 你好 &lt;\u2028 "

// world is a company of a few controls whose findings a test decides.
type world struct {
	in       soc2.GapInputs
	findings []soc2.Finding
	holes    []soc2.ScopedHole
	previous *soc2.Plan
	changes  []soc2.PlanChange
}

func newWorld() *world {
	w := &world{}
	w.in = soc2.GapInputs{Now: now, Began: now.AddDate(0, -3, 0), HeldBefore: map[string]bool{}}
	w.in.Scope = soc2.Scope{
		Organization: "Acme", Categories: []string{"Security"}, Teams: []soc2.Team{{ID: "platform", Title: "Platform", Members: []string{"ada", "grace"}}},
		Systems:     []soc2.System{{ID: "payments", Title: "Payments", Owner: "platform", Environment: "production", Data: []string{"customers"}}},
		Commitments: []soc2.Commitment{{ID: "dpa", Text: "We keep it safe.", Criteria: []string{"CC6.1"}, Law: "GDPR"}},
	}
	w.in.Catalogue.Digest = "abc"
	w.in.Catalogue.Criteria = []soc2.Criterion{{ID: "CC6.1", Category: "Security", Title: "Access"}, {ID: "CC7.1", Category: "Security", Title: "Detection"}, {ID: "A1.2", Category: "Availability", Title: "Backups"}}
	for _, c := range []struct{ id, criterion, after string }{{"people-use-mfa", "CC6.1", ""}, {"keys-are-young", "CC6.1", "people-use-mfa"}, {"systems-are-patched", "CC7.1", ""}} {
		control := soc2.Control{
			ID: c.id, Title: "Title of " + c.id, Statement: "Statement of " + c.id, Owner: "Head of IT", Likelihood: 3, Impact: 4, RiskReason: "It happens.",
			Criteria: []soc2.Mapping{{ID: c.criterion, Strength: soc2.Direct, Why: "It is it."}},
			Checks:   []soc2.Check{{ID: "user", Effort: "low", Desired: "It is so.", Remediation: map[string]string{"aws": "`aws iam do-it --user-name NAME`."}}},
		}
		if c.after != "" {
			control.After = []string{c.after}
		}
		w.in.Catalogue.Controls = append(w.in.Catalogue.Controls, control)
	}
	return w
}

// find adds findings of a control, each on a resource of its own.
func (w *world) find(control, name string, outcome soc2.Outcome, n int) *world {
	for range n {
		id := fmt.Sprintf("%s-%d", control, len(w.findings))
		f := soc2.Finding{
			Control: control, Check: "user", Outcome: outcome, Desired: "It is so.", Remediation: "`aws iam do-it --user-name NAME`.", Observed: []byte(`{"mfa":false}`),
			Severity: soc2.High, Inputs: "00ff",
			Resource:  evidence.Resource{Provider: "aws", Account: "1", Kind: "User", Type: "aws.iam.user", ID: id, Name: name},
			FirstSeen: now.AddDate(0, 0, -20), LastChanged: now.AddDate(0, 0, -10),
		}
		if outcome == soc2.Unobserved {
			f.Reason = "denied: " + name
		}
		w.findings = append(w.findings, f)
	}
	return w
}

func (w *world) hostile() *world {
	w.find("people-use-mfa", evil, soc2.Fail, 3).find("keys-are-young", evil, soc2.Unobserved, 2)
	w.in.Scope.Organization = evil
	w.in.Scope.Systems = append(w.in.Scope.Systems, soc2.System{ID: evil, Title: evil, Description: evil, Owner: evil, Data: []string{evil}, Select: []soc2.AssetSelector{{}}})
	w.in.Company = []soc2.CompanyControl{{ID: evil, Owner: evil, Controls: []string{"people-use-mfa"}}, {ID: "\t"}}
	w.changes = []soc2.PlanChange{{ID: "e1.0", Gap: "control:people-use-mfa", Owner: evil, Due: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), Reason: evil, By: evil, At: now.Add(-time.Hour)}}
	w.holes = []soc2.ScopedHole{{Lack: &soc2.Lack{Provider: evil, Account: evil, Collector: evil, Hole: evidence.Hole{Reason: evidence.Reason(evil), Field: evil}}, Resource: evil}}
	return w
}

func (w *world) assessment() soc2.Assessment {
	soc2.Decide(w.findings, w.in.Decisions, now)
	a := soc2.Assessment{ID: "as1", At: now, StartedAt: now.Add(-time.Minute), FinishedAt: now.Add(time.Second), Version: "v1", Findings: w.findings, Holes: w.holes}
	soc2.SortFindings(a.Findings)
	soc2.Summarise(&a, w.in.Catalogue, evidence.Snapshot{At: now}, w.in.Scope.Categories)
	known := soc2.Configured(w.in.Decisions)
	a.Decisions = soc2.NewDecider(w.in.Decisions, now).States(known, nil, soc2.DefaultExpiring)
	return a
}

func (w *world) planned() oscal.Planned {
	a := w.assessment()
	w.in.Assessment = &a
	analysis := soc2.AnalyseGaps(w.in)
	plan := soc2.PlanOf(soc2.PlanInputs{Analysis: analysis, Catalogue: w.in.Catalogue, Previous: w.previous, Changes: w.changes, Scope: w.in.Scope})
	return oscal.Planned{System: "a store", Version: "v1", Plan: plan, Analysis: analysis, Decisions: a.Decisions, Scope: w.in.Scope}
}

func poam(t require.TestingT, p oscal.Planned) string {
	var b bytes.Buffer
	require.NoError(t, oscal.POAM(&b, p))
	return b.String()
}

func results(t require.TestingT, a soc2.Assessment, c soc2.Catalogue) string {
	var b bytes.Buffer
	require.NoError(t, oscal.AssessmentResults(&b, a, c))
	return b.String()
}

// valid is by NIST's schema, and every reference leads somewhere.
func valid(t require.TestingT, schema *jsonschema.Schema, text string) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(text)))
	require.NoError(t, err)
	require.NoError(t, schema.Validate(document))
	require.Empty(t, oscaltest.Problems(document))
}

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	return oscaltest.Schema(t)
}
