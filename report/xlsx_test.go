package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// Names are chosen by others: none may become a formula, break a line, or be cut
// without a word.
func TestPopulationCells(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	long := strings.Repeat("é", 40000)
	p := soc2.Population{Name: "users", From: day, To: day.AddDate(0, 6, 0), Items: []soc2.PopulationItem{
		{Key: "k1", Resource: evidence.Resource{Name: "=HYPERLINK(\"http://x\")"}},
		{Key: "k2", Resource: evidence.Resource{Name: "a\x01b\u202ec"}},
		{Key: "k3", Resource: evidence.Resource{Name: long}},
	}}
	var b bytes.Buffer
	require.NoError(t, report.PopulationXLSX(&b, p))
	book, err := excelize.OpenReader(&b)
	require.NoError(t, err)
	defer book.Close()
	const name = 15
	rows, err := book.GetRows("Items")
	require.NoError(t, err)
	require.Equal(t, "name", rows[0][name])
	require.Equal(t, `=HYPERLINK("http://x")`, rows[1][name])
	formula, err := book.GetCellFormula("Items", "P2")
	require.NoError(t, err)
	require.Empty(t, formula)
	require.Equal(t, `a\u0001b\u202ec`, rows[2][name])
	require.True(t, strings.HasSuffix(rows[3][name], "JSON has all of it)"), "what is cut says so")
	require.LessOrEqual(t, len([]rune(rows[3][name])), excelize.TotalCellChars)

	b.Reset()
	require.NoError(t, report.PopulationCSV(&b, p))
	require.Contains(t, b.String(), `"'=HYPERLINK(""http://x"")"`)
	require.Contains(t, b.String(), `a\u0001b\u202ec`)

	b.Reset()
	require.NoError(t, report.PopulationCSV(&b, soc2.Population{Name: "users", From: day, To: day}))
	require.Contains(t, b.String(), "no item was seen", "a file without items still says what it is of")
	b.Reset()
	require.NoError(t, report.Population(&b, soc2.Population{Name: "users", Kind: "User", From: day, To: day.AddDate(0, 1, 0)}, report.Options{}))
	require.Contains(t, b.String(), "NOT SEEN")
	require.Contains(t, b.String(), "2026-01-01 to 2026-01-31")
}
