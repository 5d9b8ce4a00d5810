package report_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

func scanned(catalogue, observed string, outcomes map[string]soc2.Outcome) report.Scan {
	s := report.Scan{Schema: report.SchemaV1, Pulls: []report.Pull{{Collector: "c", Scope: report.Scope{Provider: "aws", Account: "1"}}}}
	s.Scan.Judge.Catalogue = catalogue
	s.Scan.StartedAt = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
	s.Controls = []report.Control{{ID: "a"}}
	for name, o := range outcomes {
		s.Findings = append(s.Findings, report.Finding{
			Control: "a", Check: "k", Outcome: o, Severity: soc2.High, Observed: json.RawMessage(observed),
			Resource: report.Resource{Provider: "aws", Account: "1", Kind: "User", Type: "aws.iam.user", ID: name, Name: name},
		})
	}
	return s
}

// What two files show tells why a finding differs.
func TestCompareTellsCauses(t *testing.T) {
	t.Parallel()
	pass := map[string]soc2.Outcome{"ada": soc2.Pass}
	fail := map[string]soc2.Outcome{"ada": soc2.Fail}
	for name, c := range map[string]struct {
		from, to report.Scan
		change   soc2.Change
		cause    soc2.Cause
	}{
		"the system changed":    {scanned("1", `{"mfa":true}`, pass), scanned("1", `{"mfa": false}`, fail), soc2.Opened, soc2.CauseSystem},
		"the catalogue changed": {scanned("1", `{"mfa":false}`, pass), scanned("2", `{"mfa": false}`, fail), soc2.Opened, soc2.CauseJudgement},
		"mended":                {scanned("1", `{"mfa":false}`, fail), scanned("1", `{"mfa":true}`, pass), soc2.Resolved, soc2.CauseSystem},
		"gone":                  {scanned("1", `{}`, fail), scanned("1", `{}`, nil), soc2.Resolved, soc2.CauseSystem},
		"came":                  {scanned("1", `{}`, nil), scanned("1", `{}`, fail), soc2.Opened, soc2.CauseSystem},
		"lost sight of": {
			scanned("1", `{"mfa":true}`, pass), scanned("1", `{"mfa":{"unseen":"denied"}}`, map[string]soc2.Outcome{"ada": soc2.Unobserved}),
			soc2.LostSight, soc2.CauseSight,
		},
	} {
		got := report.Compare(c.from, c.to)
		require.Len(t, got.Drift, 1, name)
		require.Equal(t, c.change, got.Drift[0].Change, name)
		require.Equal(t, c.cause, got.Drift[0].Cause, name)
	}
	same := report.Compare(scanned("1", `{"a": 1}`, fail), scanned("1", `{"a":1}`, fail))
	require.Empty(t, same.Drift)
}

func TestChangesNamesAreSafe(t *testing.T) {
	t.Parallel()
	evil := "a\nopened (9)\u202e\x1b[2J"
	c := report.Compare(
		scanned("1", `{"a":1}`, map[string]soc2.Outcome{evil: soc2.Pass}), scanned("1", `{"a":2}`, map[string]soc2.Outcome{evil: soc2.Fail}))
	c.From.Name, c.To.Name = "x\x1b[2J", "y"
	var b bytes.Buffer
	require.NoError(t, report.ChangesTable(&b, c, report.Options{}))
	require.Contains(t, b.String(), "opened (1)")
	require.NotContains(t, b.String(), "\u202e")
	require.NotContains(t, b.String(), "\x1b")
	require.NotContains(t, b.String(), "\nopened (9)")
}
