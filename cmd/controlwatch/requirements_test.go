package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	requirementRow = regexp.MustCompile(`(?m)^\| ([CR]\d+) \| [^|]+ \| ([^|]+) \|[^|]*\|$`)
	shownBy        = regexp.MustCompile("`controlwatch ([^`]+)`")
)

// Every requirement has a row, and every command that is said to show it exists
// with the flags it is given.
func TestRequirementsAreShownByCommandsThatExist(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/requirements.md")
	require.NoError(t, err)
	rows := map[string]string{}
	for _, row := range requirementRow.FindAllStringSubmatch(string(page), -1) {
		require.NotContains(t, rows, row[1])
		rows[row[1]] = row[2]
	}
	for series, n := range map[string]int{"C": 7, "R": 27} {
		for i := range n {
			require.Contains(t, rows, fmt.Sprint(series, i+1))
		}
	}
	require.Len(t, rows, 34)
	for id, commands := range rows {
		found := shownBy.FindAllStringSubmatch(commands, -1)
		require.NotEmpty(t, found, id)
		for _, command := range found {
			cmd, rest, err := newRoot(&program{}).Find(strings.Fields(command[1]))
			require.NoError(t, err, "%s: %s", id, command[0])
			require.True(t, cmd.Runnable() && cmd.HasParent(), "%s: %s", id, command[0])
			require.NoError(t, cmd.ParseFlags(rest), "%s: %s", id, command[0])
			require.Empty(t, cmd.Flags().Args(), "%s: %s names no such command", id, command[0])
		}
	}
}
