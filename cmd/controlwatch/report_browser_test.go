//go:build browser

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSampleReportsInABrowser opens every report on the sample company in Chromium,
// and its workbook in LibreOffice. `make peers-browser` runs it, and says what it
// needs; SHOTS keeps pictures, REPORTS the files.
func TestSampleReportsInABrowser(t *testing.T) {
	dir := os.Getenv("REPORTS")
	if dir == "" {
		dir = t.TempDir()
	}
	require.NoError(t, os.MkdirAll(dir, 0o700))
	sampleReports(t, dir)
	pages, err := filepath.Glob(filepath.Join(dir, "*.html"))
	require.NoError(t, err)
	require.Len(t, pages, len(reportKinds))
	out, err := exec.CommandContext(t.Context(), "node", append([]string{"../../tools/browser/check.mjs"}, pages...)...).CombinedOutput()
	require.NoError(t, err, string(out))
	t.Log(string(out))

	if _, err := exec.LookPath("soffice"); err != nil {
		t.Log("LibreOffice opens no workbook: it is not installed (apt-get install libreoffice-calc)")
		return
	}
	books, err := filepath.Glob(filepath.Join(dir, "*.xlsx"))
	require.NoError(t, err)
	to := t.TempDir()
	// Each sheet as CSV, with what LibreOffice makes of each cell.
	args := append([]string{"-env:UserInstallation=file://" + t.TempDir(), "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1", "--outdir", to}, books...)
	out, err = exec.CommandContext(t.Context(), "soffice", args...).CombinedOutput()
	require.NoError(t, err, string(out))
	for _, book := range books {
		name := filepath.Base(book[:len(book)-len(".xlsx")])
		sheets, err := filepath.Glob(filepath.Join(to, name+"-*.csv"))
		require.NoError(t, err)
		require.Greater(t, len(sheets), 1, "%s: %s", book, out)
		for _, sheet := range sheets {
			read, err := os.ReadFile(sheet)
			require.NoError(t, err)
			require.NotEmpty(t, read, sheet)
			require.NotRegexp(t, `#(REF|NAME|VALUE|DIV/0)[!?]|Err:\d`, string(read), sheet)
		}
	}
}
