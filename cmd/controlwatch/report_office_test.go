//go:build office

package main

import (
	"bytes"
	stdcsv "encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestSampleReportsInLibreOffice has LibreOffice read every workbook of the sample
// company's reports, and compares each cell it shows with the CSV form of the same
// table. `make peers-office` runs it, and says what it needs.
func TestSampleReportsInLibreOffice(t *testing.T) {
	dir, to := t.TempDir(), t.TempDir()
	sampleReports(t, dir)
	books, err := filepath.Glob(filepath.Join(dir, "*.xlsx"))
	require.NoError(t, err)
	require.Len(t, books, len(reportKinds))
	// Each sheet as CSV, with what LibreOffice shows in each cell.
	args := append([]string{"-env:UserInstallation=file://" + t.TempDir(), "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1", "--outdir", to}, books...)
	out, err := exec.CommandContext(t.Context(), "soffice", args...).CombinedOutput()
	require.NoError(t, err, string(out))
	tables, cells := 0, 0
	for _, book := range books {
		kind := strings.TrimSuffix(filepath.Base(book), ".xlsx")
		first := readCSV(t, filepath.Join(to, kind+"-report.csv"))
		require.Greater(t, len(first), 10, kind)
		forms, err := filepath.Glob(filepath.Join(dir, kind+".*.csv"))
		require.NoError(t, err)
		require.NotEmpty(t, forms, kind)
		for _, form := range forms {
			table := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(form), kind+"."), ".csv")
			want, got := readCSV(t, form), readCSV(t, filepath.Join(to, kind+"-"+table+".csv"))
			require.GreaterOrEqual(t, len(got), len(want), "%s: %s: rows are missing", kind, table)
			require.LessOrEqual(t, len(got), len(want)+1, "%s: %s: more than a total is added", kind, table)
			for i, row := range want {
				for j, cell := range row {
					shown := ""
					if j < len(got[i]) {
						shown = got[i][j]
					}
					require.Equal(t, asProgram(cell), asShown(shown), "%s: %s: row %d, %s", kind, table, i+1, want[0][j])
					cells++
				}
			}
			tables++
		}
	}
	t.Logf("%d workbooks, %d tables, %d cells alike", len(books), tables, cells)
}

func readCSV(t *testing.T, file string) [][]string {
	t.Helper()
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	r := stdcsv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	require.NoError(t, err, file)
	return rows
}

var (
	guarded = regexp.MustCompile(`^'[=+\-@\t\r]`)
	mark    = regexp.MustCompile(`^(✕|◐|✓|–|▲▲|▲|◆|▽) `)
)

// asProgram is a cell of our CSV without the guard against formulas.
func asProgram(s string) string {
	if guarded.MatchString(s) {
		s = s[1:]
	}
	return s
}

// asShown is a cell of a sheet without the shape of its state. LibreOffice writes a
// moment as a number would be read, whatever format shows it.
func asShown(s string) string {
	if at, err := time.Parse(time.DateTime, s); err == nil {
		return at.Format(time.RFC3339)
	}
	return mark.ReplaceAllString(s, "")
}
