//go:build browser

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSampleReportsInABrowser opens every report on the sample company in Chromium.
// `make peers-browser` runs it, and says what it needs; SHOTS keeps pictures, REPORTS
// the files.
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
}
