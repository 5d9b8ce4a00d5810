package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/config"
)

func TestAlerts(t *testing.T) {
	t.Parallel()
	c, err := config.Read("testdata/alerts.ok.yaml", func(name string) string { return "the value of " + name })
	require.NoError(t, err)
	a := c.Alerts
	require.True(t, a.Configured())
	kinds := []string{}
	for _, r := range a.Receivers {
		kinds = append(kinds, r.Kind)
	}
	require.ElementsMatch(t, config.ReceiverKinds, kinds, "the example has every kind")
	secret, err := a.Receivers[5].Webhook.Secrets[1].Value()
	require.NoError(t, err)
	require.Equal(t, "the value of HOOK_SECRET_NEXT", secret)
	require.Equal(t, config.DefaultPagerDuty, a.Receivers[2].PagerDuty.URL)
	require.Equal(t, config.DefaultMailTLS, a.Receivers[3].Email.TLS)
	require.Equal(t, config.DefaultGroupWait, time.Duration(a.Routes[0].GroupWait))
	require.Equal(t, []string{"Europe/Berlin", "UTC"}, []string{a.Routes[2].QuietHours[0].Timezone, a.Routes[2].QuietHours[1].Timezone})

	daily, err := a.Routes[3].Digest.Timetable()
	require.NoError(t, err)
	friday := time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC)
	require.Equal(t, "2026-03-30T06:00:00Z", daily.Next(friday).UTC().Format(time.RFC3339), "Monday, and summer by then")
	require.False(t, config.Default().Alerts.Configured())
}

// All that is wrong is said at once: each of the first lines of these is one message.
func TestAlertsSayAllThatIsWrong(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/alerts_*.many.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		var want []string
		for line := range strings.Lines(string(src)) {
			if text, ok := strings.CutPrefix(line, "# want: "); ok {
				want = append(want, strings.TrimSpace(text))
			}
		}
		_, err = config.Read(file, noEnv)
		require.Error(t, err)
		require.Equal(t, want, strings.Split(strings.ReplaceAll(err.Error(), "testdata/", ""), "\n"))
	}
}
