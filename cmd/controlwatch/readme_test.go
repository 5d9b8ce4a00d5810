package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var readmeConfiguration = regexp.MustCompile("(?s)```yaml\n(organization.*?)```")

// What the README shows as a configuration is one.
func TestReadmeConfiguration(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	shown := readmeConfiguration.FindSubmatch(readme)
	require.Len(t, shown, 2, "the README shows a configuration")
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "github"), []byte("token\n"), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "attestations"), 0o700))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "facts"), 0o700))
	record := "kind: Device\nsystem: jamf\nquery: all\nextracted_at: 2026-11-15T18:00:00Z\nrows: 0\npreparer: marie\ndata: d.csv\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "facts", "d.set.yaml"), []byte(record), 0o600))
	file := filepath.Join(dir, "controlwatch.yaml")
	require.NoError(t, os.WriteFile(file, bytes.ReplaceAll(shown[1], []byte("/run/secrets/github"), []byte("github")), 0o600))

	var out, messages bytes.Buffer
	p := &program{stdout: &out, stderr: &messages, now: time.Now, env: func(name string) string { return map[string]string{"OKTA_API_TOKEN": "set"}[name] }}
	require.Equal(t, exitOK, run(t.Context(), p, []string{"config", "check", file}), "%s", messages.String())
	require.Contains(t, out.String(), "5 sources, 1 decisions")
}
