package config_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/config"
)

func TestRetention(t *testing.T) {
	t.Parallel()
	read := func(text string) (config.Retention, error) {
		file := filepath.Join(t.TempDir(), "c.yaml")
		require.NoError(t, os.WriteFile(file, []byte("sources: [{provider: okta}]\n"+text), 0o600))
		c, err := config.Read(file, noEnv)
		return c.Evidence.Retention, err
	}
	for text, want := range map[string]config.Retention{
		"":                                       {Keep: config.Span(config.DefaultKeep)},
		"evidence: {retention: {keep: 52w}}\n":   {Keep: config.Span(364 * 24 * time.Hour)},
		"evidence: {retention: {never: true}}\n": {Keep: config.Span(config.DefaultKeep), Never: true},
	} {
		got, err := read(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := read("evidence:\n  retention:\n    keep: 7d\n")
	require.ErrorContains(t, err, "c.yaml:4:11: evidence.retention.keep: expected at least 30d")
	require.Equal(t, config.Span(730*24*time.Hour), config.Default().Evidence.Retention.Keep)
}
