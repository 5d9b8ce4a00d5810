package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each direct dependency has its reason in docs/dependencies.md.
func TestEveryDependencyHasAReason(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile("../../go.mod")
	require.NoError(t, err)
	doc, err := os.ReadFile("../../docs/dependencies.md")
	require.NoError(t, err)
	direct, _, _ := strings.Cut(string(mod), "exclude (")
	found := 0
	for line := range strings.Lines(direct) {
		module, version, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || !strings.HasPrefix(version, "v") || strings.Contains(line, "// indirect") {
			continue
		}
		found++
		if strings.HasPrefix(module, "github.com/aws/aws-sdk-go-v2") {
			module = "github.com/aws/aws-sdk-go-v2"
		}
		require.Contains(t, string(doc), "`"+module+"`", "give %s a line in docs/dependencies.md", module)
	}
	require.NotZero(t, found)
}
