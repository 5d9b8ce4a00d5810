package config_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/config"
)

func TestIssuesAreOffUnlessConfigured(t *testing.T) {
	t.Parallel()
	require.Nil(t, config.Default().Plan.GitHub)
	env := map[string]string{"ISSUES": "writes", "COLLECT": "reads"}
	c, err := config.Read("testdata/plan_github.ok.yaml", func(name string) string { return env[name] })
	require.NoError(t, err)
	g := c.Plan.GitHub
	require.Equal(t, config.DefaultGitHubAPI, g.APIURL)
	require.Equal(t, config.DefaultIssueLabel, g.Label)
	require.Equal(t, config.DefaultMaxNewIssues, g.MaxNew)
	require.Equal(t, "reopen", g.ClosedByHand)
	require.Equal(t, 30*time.Minute, time.Duration(g.Every))
	token, err := g.Token.Value()
	require.NoError(t, err)
	require.Equal(t, "writes", token)
}

func TestASecretOfASourceIsKnownAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "c.yaml")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "app.pem"), []byte("KEY\n"), 0o600))
	require.NoError(t, os.WriteFile(file, []byte("sources:\n  - provider: github\n    settings: {organizations: [acme], token: \"${env:T}\", private_key_file: app.pem}\n"), 0o600))
	c, err := config.Read(file, func(string) string { return "reads" })
	require.NoError(t, err)
	for secret, want := range map[string]bool{"reads": true, "KEY": true, "writes": false, "": false, "read": false} {
		held, err := c.Sources[0].Settings.Holds(secret)
		require.NoError(t, err)
		require.Equal(t, want, held, secret)
	}
}
