//go:build grafana

package grafana_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestGrafanasTypesFindNoFault is run by `make peers-grafana`, which installs what it needs.
func TestGrafanasTypesFindNoFault(t *testing.T) {
	files, err := filepath.Glob("*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	said, err := judged(t, files...)
	require.NoError(t, err, said)
}

// The judge refuses a wrong type, a key that Grafana does not know, and a word of no enumeration.
func TestGrafanasTypesFindFaults(t *testing.T) {
	dir, files := t.TempDir(), map[string]string{}
	for was, wrong := range map[string]string{
		`"schemaVersion": 41`:      `"schemaVersion": "41"`,
		`"editable": true`:         `"editible": true`,
		`"mode": "absolute"`:       `"mode": "absolutely"`,
		`"drawStyle": "line"`:      `"drawStyle": "lines"`,
		`"textMode": "value"`:      `"textmode": "value"`,
		`"editorMode": "code"`:     `"editorMode": "code", "interval": 5`,
		`"placement": "bottom"`:    `"placement": "below"`,
		`"type": "state-timeline"`: `"type": "statetimeline"`,
		`"refresh": 2`:             `"refresh": 3`,
	} {
		good, err := os.ReadFile("controlwatch-readiness.json")
		require.NoError(t, err)
		require.Contains(t, string(good), was)
		file := filepath.Join(dir, strconv.Itoa(len(files))+".json")
		files[file] = wrong
		require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(good), was, wrong, 1)), 0o600))
	}
	said, err := judged(t, slices.Collect(maps.Keys(files))...)
	require.Error(t, err)
	for file, wrong := range files {
		require.Contains(t, said, file+":", "%s is taken for right", wrong)
	}
}

func judged(t *testing.T, files ...string) (string, error) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "node", append([]string{"../../tools/grafana/check.mjs"}, files...)...).CombinedOutput()
	return string(out), err
}
