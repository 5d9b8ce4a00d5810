package report_test

import (
	"bytes"
	"encoding/csv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

func TestSummaryOfSystems(t *testing.T) {
	t.Parallel()
	a := soc2.Assessment{
		Systems:  []soc2.System{{ID: "shop"}, {ID: "ledger"}},
		Assets:   soc2.AssetCounts{Assets: 9, Systems: map[string]int{"shop": 8}, Unscoped: 1, Unowned: 2, Unclassified: 3},
		Profile:  "baseline",
		Controls: []soc2.ControlResult{{ID: "a", State: soc2.Pass, NotYet: true}, {ID: "b", State: soc2.Fail, NotYet: true}, {ID: "c", State: soc2.Pass}},
	}
	show := func(a soc2.Assessment) string {
		var b bytes.Buffer
		require.NoError(t, report.Table(&b, a, report.Options{Width: 200}))
		return b.String()
	}
	out := show(a)
	require.Contains(t, out, "shop 8, ledger 0", "a system nothing belongs to is named")
	require.Contains(t, out, "1 resource belongs to no system, 2 have no owner, of 3 that can hold data the class is not known")
	require.Contains(t, out, "baseline: 2 controls above it")
	require.Regexp(t, `(?m)^advisory\s.*\ba\b`, out, "it is not shown as holding")
	require.Regexp(t, `(?m)^fail\s.*\bb\b`, out)
	require.Regexp(t, `(?m)^pass\s.*\bc\b`, out)

	a.Narrowed = &soc2.Narrowed{}
	require.NotContains(t, show(a), "no system", "a part cannot tell")
	require.NotContains(t, show(soc2.Assessment{Assets: soc2.AssetCounts{Unscoped: 4}}), "no system", "no system was stated")
}

func TestCSVNamesSystemsAndOwner(t *testing.T) {
	t.Parallel()
	a := soc2.Assessment{Findings: []soc2.Finding{
		{Control: "a", Outcome: soc2.Fail, Asset: &soc2.Asset{Systems: []string{"shop", "ledger"}, Owner: "=cmd"}},
		{Control: "b", Outcome: soc2.Fail},
	}}
	var b bytes.Buffer
	require.NoError(t, report.CSV(&b, a))
	rows, err := csv.NewReader(&b).ReadAll()
	require.NoError(t, err)
	n := len(rows[0])
	require.Equal(t, []string{"systems", "owner"}, rows[0][n-2:], "new columns are at the end")
	require.Equal(t, []string{"shop ledger", "'=cmd"}, rows[1][n-2:])
	require.Equal(t, []string{"", ""}, rows[2][n-2:])
}
