//go:build chart

package helm_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Grafana's templates in a dashboard look like Helm's, and stay as they are.
func TestEachDashboardIsAConfigMap(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../grafana/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	_, all := render(t, "--set", "dashboards.enabled=true")
	for _, file := range files {
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Less(t, len(want), 256<<10, "kubectl apply keeps a copy in an annotation")
		name := filepath.Base(file)
		m := named(t, all, "ConfigMap", strings.TrimSuffix(name, ".json"))
		require.JSONEq(t, string(want), m.at("data", name).(string))
		require.Contains(t, m.at("metadata", "labels"), "grafana_dashboard")
	}
	_, all = render(t)
	for _, o := range all {
		require.NotContains(t, o.name(), "controlwatch-readiness", "nobody asked for it")
	}
}
