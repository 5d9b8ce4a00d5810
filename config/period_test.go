package config_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/config"
)

func TestPeriod(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "c.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`timezone: Europe/Berlin
sources: [{provider: okta}]
period:
  from: 2026-03-29
  to: 2026-03-29
  type: II
  fix_within: {critical: 48h, low: 52w}
`), 0o600))
	c, err := config.Read(file, noEnv)
	require.NoError(t, err)
	require.True(t, c.Period.Configured())
	from, to, err := c.Period.Window(c.Zone())
	require.NoError(t, err)
	require.Equal(t, time.Date(2026, 3, 28, 23, 0, 0, 0, time.UTC), from)
	require.Equal(t, 23*time.Hour, to.Sub(from), "the last day counts, and the clocks go forward on it")
	require.Equal(t, map[string]config.Span{"critical": config.Span(48 * time.Hour), "low": config.Span(52 * 7 * 24 * time.Hour)}, c.Period.FixWithin)
	require.False(t, config.Default().Period.Configured())
	require.Equal(t, time.UTC, config.Default().Zone())
}
