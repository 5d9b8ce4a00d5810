package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/config"
)

func TestReadWeb(t *testing.T) {
	t.Parallel()
	env := map[string]string{"PROMETHEUS_TOKEN": "0123456789abcdef0123"}
	c, err := config.Read("testdata/web.ok.yaml", func(name string) string { return env[name] })
	require.NoError(t, err)
	require.Equal(t, filepath.Join("testdata", "web.yaml"), c.Web.ConfigFile)
	require.Equal(t, "0.0.0.0:9465", c.Web.Probes)
	require.True(t, c.Web.Pprof)
	tokens, err := c.Web.Tokens()
	require.NoError(t, err)
	require.Equal(t, []string{env["PROMETHEUS_TOKEN"]}, tokens)

	env["PROMETHEUS_TOKEN"] = "too-short-a-token"
	_, err = c.Web.Tokens()
	require.ErrorContains(t, err, ":4:19: web.bearer_tokens: a token has fewer than 20 characters")
	require.NotContains(t, err.Error(), "too-short")

	env["PROMETHEUS_TOKEN"] = ""
	_, err = c.Web.Tokens()
	require.ErrorContains(t, err, "${env:PROMETHEUS_TOKEN}: the environment variable is not set")
}

// Loopback asks for nothing, however it is spelt; everything else does.
func TestLoopbackNeedsNoReason(t *testing.T) {
	t.Parallel()
	for address, fine := range map[string]bool{
		"127.0.0.1:9464": true, "127.8.8.8:1": true, "[::1]:9464": true, "localhost:9464": true, "LocalHost:0": true,
		"0.0.0.0:9464": false, "[::]:9464": false, ":9464": false, "10.0.0.1:9464": false, "controlwatch:9464": false, "127.0.0.1.example.com:1": false,
	} {
		file := filepath.Join(t.TempDir(), "c.yaml")
		require.NoError(t, os.WriteFile(file, []byte("listen: \""+address+"\"\nsources: [{provider: aws}]\n"), 0o600))
		_, err := config.Read(file, noEnv)
		require.Equal(t, fine, err == nil, "%s: %v", address, err)
	}
}

// What a running daemon cannot take up is a difference; the files' contents are not.
func TestSame(t *testing.T) {
	t.Parallel()
	read := func(web string) config.Web {
		file := filepath.Join(t.TempDir(), "c.yaml")
		require.NoError(t, os.WriteFile(file, []byte("web: "+web+"\nsources: [{provider: aws}]\n"), 0o600))
		c, err := config.Read(file, noEnv)
		require.NoError(t, err)
		return c.Web
	}
	all := []string{
		"{}", "{config_file: /a}", "{config_file: /b}",
		"{bearer_tokens: ['${env:A}']}", "{bearer_tokens: ['${env:B}']}", "{bearer_tokens: ['${env:A}', '${env:B}']}",
		"{probes: ':1'}", "{pprof: true}", "{allow_unauthenticated: a good reason}",
	}
	for i, a := range all {
		for j, b := range all {
			require.Equal(t, i == j, read(a).Same(read(b)), "%s and %s", a, b)
		}
	}
}
