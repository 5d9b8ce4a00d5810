package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// toldCommand is a command in backticks or at the beginning of a line of code.
var toldCommand = regexp.MustCompile("(?m)(?:`|^    )controlwatch ([a-z][^`|;&\n]*)")

// Who is woken at night types what a runbook says: its commands exist, with their flags.
func TestRunbooksNameCommandsThatExist(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../../docs/runbooks/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	for _, page := range append(pages, "../../docs/operate.md") {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		parts := strings.Split(string(text), "```")
		for i := 1; i < len(parts); i += 2 {
			parts[i] = strings.ReplaceAll(parts[i], "\n", "\n    ")
		}
		for _, told := range toldCommand.FindAllStringSubmatch(strings.Join(parts, "\n"), -1) {
			words := strings.Fields(strings.Split(told[1], "  #")[0])
			cmd, rest, err := newRoot(&program{}).Find(words)
			require.NoError(t, err, "%s: %s", filepath.Base(page), told[0])
			require.True(t, cmd.HasParent(), "%s: %s", filepath.Base(page), told[0])
			require.NoError(t, cmd.ParseFlags(rest), "%s: %s", filepath.Base(page), told[0])
		}
	}
}
