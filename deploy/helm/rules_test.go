package helm_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
)

// A chart can hold files of its own folder only, so it has copies.
func TestTheChartHasTheRulesAndDashboardsOfThisRepository(t *testing.T) {
	t.Parallel()
	copies := map[string]string{"controlwatch/files/rules.yaml": "../prometheus/rules.yaml"}
	dashboards, err := filepath.Glob("../grafana/*.json")
	require.NoError(t, err)
	for _, original := range dashboards {
		copies[filepath.Join("controlwatch/files/dashboards", filepath.Base(original))] = original
	}
	for kept, original := range copies {
		want, err := os.ReadFile(original)
		if !errors.Is(err, fs.ErrNotExist) {
			require.NoError(t, err)
		}
		if os.Getenv("CONTROLWATCH_UPDATE") != "" {
			require.NoError(t, os.MkdirAll(filepath.Dir(kept), 0o755))
			require.NoError(t, os.WriteFile(kept, want, 0o644))
		}
		got, err := os.ReadFile(kept)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "%s is not %s: make generate-chart", kept, original)
	}
	held, err := filepath.Glob("controlwatch/files/dashboards/*.json")
	require.NoError(t, err)
	require.Len(t, held, len(dashboards), "a dashboard of the chart is none of deploy/grafana")
}

// Every value is explained, and a value that the schema does not know could
// never be set.
func TestEveryValueIsInTheSchemaAndTheReadme(t *testing.T) {
	t.Parallel()
	var values map[string]any
	read(t, "controlwatch/values.yaml", &values)
	var schema struct {
		Properties map[string]struct {
			Properties map[string]any `yaml:"properties"`
		} `yaml:"properties"`
	}
	read(t, "controlwatch/values.schema.json", &schema)
	readme, err := os.ReadFile("controlwatch/README.md")
	require.NoError(t, err)
	for name := range values {
		require.Contains(t, schema.Properties, name)
		require.Contains(t, string(readme), "`"+name, "README.md does not explain it")
	}
	for name := range schema.Properties {
		if name != "global" { // every chart is given it by Helm
			require.Contains(t, values, name, "values.yaml has no default of it")
		}
	}
}

// No value can be a secret: there is no place for one.
func TestNoValueIsMadeForASecret(t *testing.T) {
	t.Parallel()
	templates, err := filepath.Glob("controlwatch/templates/*")
	require.NoError(t, err)
	for _, file := range templates {
		text, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) || filepath.Ext(file) == "" {
			continue // the folder of tests
		}
		require.NoError(t, err)
		require.NotContains(t, strings.Split(string(text), "\n"), "kind: Secret", file)
	}
}

func read(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(text, into))
}
