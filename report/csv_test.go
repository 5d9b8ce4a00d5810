package report_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

func csvOf(t *testing.T, a soc2.Assessment) []map[string]string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, report.CSV(&b, a))
	require.True(t, strings.HasSuffix(b.String(), "\r\n"))
	records, err := csv.NewReader(&b).ReadAll()
	require.NoError(t, err)
	var rows []map[string]string
	for _, r := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = r[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func named(name string) soc2.Assessment {
	return soc2.Assessment{
		At: time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC),
		Findings: []soc2.Finding{{
			Control: "c", Check: "k", Outcome: soc2.Pass, Severity: soc2.High,
			Resource: evidence.Resource{Provider: "aws", Account: "1", Kind: "User", Type: "aws.iam.user", ID: "u", Name: name},
		}},
	}
}

// A name somebody else chose is a cell, never a formula, a second row or a turned line.
func TestCSVNamesAreSafe(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"=cmd|' /C calc'!A0": "'=cmd|' /C calc'!A0",
		"+1":                 "'+1",
		"-1":                 "'-1",
		"@SUM(A1)":           "'@SUM(A1)",
		"\t=1":               "'\t=1",
		"＝1":                 "'＝1",
		`say "hi", ok`:       `say "hi", ok`,
		"a\nb":               "a\nb",
		"ada\u202egpj":       `ada\u202egpj`,
		"nul\x00":            `nul\u0000`,
		"Ада עברית 日本":       "Ада עברית 日本",
		"plain":              "plain",
	} {
		rows := csvOf(t, named(name))
		require.Len(t, rows, 1, "%q", name)
		require.Equal(t, want, rows[0]["name"], "%q", name)
	}
	var b bytes.Buffer
	require.NoError(t, report.CSV(&b, named("\r=1")))
	require.Contains(t, b.String(), "\"'\r=1\"", "a carriage return stays in its quoted cell")
}

func TestCSVHoldsWhatIsNotHeldAndSaysWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	a := named("ada")
	all := a.Findings
	a.Findings = nil
	a.All = func(each func(soc2.Finding) error) error { return each(all[0]) }
	a.Narrowed = &soc2.Narrowed{Filter: soc2.Filter{Providers: []string{"aws"}}, Outcomes: map[soc2.Outcome]int{soc2.Fail: 2}, Controls: 1}
	rows := csvOf(t, a)
	require.Len(t, rows, 1)
	require.Equal(t, "pass", rows[0]["outcome"])
	require.Equal(t, "{}", rows[0]["observed"])
	require.Equal(t, "only provider aws; left out: 2 findings (2 fail, 0 unobserved), 1 controls, 0 holes", rows[0]["narrowed"])
	require.Empty(t, rows[0]["accepted_until"])
}
