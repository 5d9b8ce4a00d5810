package report_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

func TestAdministrationNeverShowsAClaimAsAProof(t *testing.T) {
	t.Parallel()
	before, after := "a", "=b"
	a := soc2.Administration{Began: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Acts: []soc2.Act{
		{
			ID: "e1.0", At: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC), Kind: "scope-changed", Actor: evidence.Actor{Name: "root@host"},
			Changes: []soc2.SettingChange{{Path: "x", Before: &before, After: &after}, {Path: "y", After: &after, Unknown: true}},
			Change:  soc2.ChangeReference{Reference: "CHG-1", ApprovedBy: "Grace", Apart: soc2.ApartUnverified, Reused: true},
		},
		{ID: "e2.0", Kind: "retention-changed", Actor: evidence.Actor{Name: "Ada", Identity: evidence.IdentityKey}, Changes: []soc2.SettingChange{{Path: "z"}}},
		{ID: "e3.0", Kind: "hold\x1b[2J", Actor: evidence.Actor{Name: "Mallory\nAda (personal-key)"}},
	}}
	var text, csv, json bytes.Buffer
	require.NoError(t, report.AdministrationText(&text, a, report.Options{Width: 200}))
	for _, want := range []string{
		"3 records, 2 of them by somebody whose identity is not verified", "root@host (identity not verified)", "Ada (personal-key)",
		"x: a -> =b", "y: nothing -> =b (digests under different keys", "approved by Grace; as somebody wrote; that they are two people is not verified",
		"the reference was given with an earlier change too", "no change reference and no approver given", `"Mallory\nAda (personal-key) (identity not verified)"`,
	} {
		require.Contains(t, text.String(), want)
	}
	require.NotContains(t, text.String(), "\x1b")
	require.NoError(t, report.AdministrationCSV(&csv, a))
	require.Contains(t, csv.String(), `root@host (identity not verified),,false,x,a,"'=b",CHG-1,,Grace,names-differ`)
	require.NoError(t, report.AdministrationJSON(&json, a))
	require.Contains(t, json.String(), `"schema": "controlwatch.log/v1"`)
	require.Contains(t, json.String(), `"unverified": 2`)
}
