package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var writesAssessment = regexp.MustCompile(`(?m)^func ([A-Z]\w*)\(w io\.Writer, a soc2\.Assessment`)

// Every way in which report writes an assessment can be asked for.
func TestEveryFormatIsListed(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../report/*.go")
	require.NoError(t, err)
	found := 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, f := range writesAssessment.FindAllStringSubmatch(string(src), -1) {
			found++
			_, err := formatOf(strings.ToLower(f[1]))
			require.NoError(t, err, "report.%s is missing from the list in formats.go", f[1])
		}
	}
	require.Len(t, formats, found+1) // and OSCAL, which has a package of its own
}
