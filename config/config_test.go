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

func noEnv(string) string { return "" }

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.bad.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			src, err := os.ReadFile(file)
			require.NoError(t, err)
			first, _, _ := strings.Cut(string(src), "\n")
			want, ok := strings.CutPrefix(first, "# want: ")
			require.True(t, ok, "the first line states the message")
			_, err = config.Read(file, noEnv)
			require.Error(t, err)
			require.Equal(t, want, strings.ReplaceAll(err.Error(), "testdata/", ""))
		})
	}
}

type settings struct {
	Organizations []string `yaml:"organizations"`
	Token         string   `yaml:"token"`
	Other         string   `yaml:"other"`
}

func TestRead(t *testing.T) {
	t.Parallel()
	env := map[string]string{"GITHUB_TOKEN": "from the environment"}
	c, err := config.Read("testdata/full.ok.yaml", func(name string) string { return env[name] })
	require.NoError(t, err)
	require.Equal(t, []string{"Security", "Availability"}, c.Scope.Categories)
	require.Equal(t, config.Duration(30*time.Minute), c.AssessEvery)
	require.Equal(t, config.Confirm{Pulls: 2, BySeverity: map[string]int{"critical": 1}}, c.Confirm)
	require.Equal(t, config.DefaultMaxAge, time.Duration(c.Sources[1].MaxAge), "a default fills what is left out")
	require.Equal(t, time.Date(2027, 4, 1, 0, 0, 0, 0, time.UTC), time.Time(c.Decisions[0].Expires), "the whole day counts")

	var s settings
	require.NoError(t, c.Sources[1].Settings.Decode(&s))
	require.Equal(t, settings{Organizations: []string{"acme-robotics"}, Token: "from the environment", Other: "sekret"}, s)

	err = c.Sources[0].Settings.Decode(&s)
	require.EqualError(t, err, `testdata/full.ok.yaml:15:7: unknown key "regions"; expected organizations, other, token`)
}

func TestReadNamesAMissingSecret(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "c.yaml")
	require.NoError(t, os.WriteFile(file, []byte("sources:\n  - provider: github\n    settings:\n      token: ${file:nowhere}\n"), 0o600))
	c, err := config.Read(file, noEnv)
	require.NoError(t, err)
	err = c.Sources[0].Settings.Decode(&settings{})
	require.ErrorContains(t, err, ":4:14: ${file:nowhere}: open ")
	require.ErrorContains(t, err, "create it, readable only by")

	require.NoError(t, os.WriteFile(file, []byte("sources:\n  - provider: github\n    settings: {token: \"${env:GITHUB_TOKEN}\"}\n"), 0o600))
	c, err = config.Read(file, noEnv)
	require.NoError(t, err)
	require.ErrorContains(t, c.Sources[0].Settings.Decode(&settings{}), ":3:23: ${env:GITHUB_TOKEN}: the environment variable is not set")
}

func TestSettingsAreExpandedOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "c.yaml")
	require.NoError(t, os.WriteFile(file, []byte("sources:\n  - provider: github\n    settings: &s\n      token: ${env:A}\n      other: |\n        -${env:A}-${env:A}\n  - provider: github\n    settings: *s\n"), 0o600))
	c, err := config.Read(file, func(name string) string { return map[string]string{"A": "${env:B}", "B": "leaked"}[name] })
	require.NoError(t, err)
	for _, source := range []int{0, 1, 0} {
		var s settings
		require.NoError(t, c.Sources[source].Settings.Decode(&s))
		require.Equal(t, settings{Token: "${env:B}", Other: "-${env:B}-${env:B}\n"}, s, "what a variable gives is no reference")
	}
}

func TestReadReportsEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "c.yaml")
	require.NoError(t, os.WriteFile(file, []byte("listen: x\nsources:\n  - schedule: nope\n"), 0o600))
	_, err := config.Read(file, noEnv)
	require.Len(t, strings.Split(err.Error(), "\n"), 3)
}

func TestDefault(t *testing.T) {
	t.Parallel()
	c := config.Default()
	require.Equal(t, []string{"Security"}, c.Scope.Categories)
	require.Equal(t, config.DefaultListen, c.Listen)
	require.Equal(t, 1, c.Confirm.Pulls, "drift is announced at once")
}

// A time zone is the whole file's unless a source has its own.
func TestReadTimezones(t *testing.T) {
	t.Parallel()
	c, err := config.Read("testdata/proxy.ok.yaml", noEnv)
	require.NoError(t, err)
	require.Equal(t, config.Network{Proxy: "http://proxy.example.com:3128", CAFile: "company-ca.pem"}, c.Network)
	require.Equal(t, "Europe/Berlin", c.Sources[0].Timezone)
	require.Equal(t, config.Duration(10*time.Minute), c.Sources[0].Jitter)
	require.Equal(t, "America/New_York", c.Sources[1].Timezone)
}
