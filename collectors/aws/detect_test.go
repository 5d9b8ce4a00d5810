package aws_test

import (
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	cwaws "github.com/controlwatch/controlwatch/collectors/aws"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/collectors/transport/replay"
)

// bare takes everything out of the process's environment that leads to credentials.
func bare(t *testing.T) {
	t.Helper()
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
			require.NoError(t, os.Unsetenv(name))
		}
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

func detect(t *testing.T) (connect.Detected, error) {
	t.Helper()
	return cwaws.Provider.Detect(t.Context(), connect.Options{
		Seam: transport.New(transport.Options{Base: replay.New(healthy(t))}), Env: os.Getenv, Clock: time.Now,
	})
}

func TestDetect(t *testing.T) { // sets the environment the SDK reads
	t.Run("without credentials nothing is found, and it says where it looked", func(t *testing.T) {
		bare(t)
		got, err := detect(t)
		require.NoError(t, err)
		require.Empty(t, got.Found)
		require.Empty(t, got.How)
		require.Contains(t, got.Looked, "AWS_PROFILE")
		require.Contains(t, got.Give, "aws sso login")
	})
	t.Run("a metadata address that swallows everything does not hold it up", func(t *testing.T) {
		bare(t)
		var config net.ListenConfig
		silent, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0") // accepts and never answers
		require.NoError(t, err)
		t.Cleanup(func() { _ = silent.Close() })
		t.Setenv("AWS_EC2_METADATA_DISABLED", "false")
		t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://"+silent.Addr().String())
		got, err := detect(t)
		require.NoError(t, err)
		require.Empty(t, got.Found)
	})
	t.Run("credentials are found and the source is named after their account", func(t *testing.T) {
		bare(t)
		t.Setenv("AWS_ACCESS_KEY_ID", anyone.ID)
		t.Setenv("AWS_SECRET_ACCESS_KEY", anyone.Secret)
		got, err := detect(t)
		require.NoError(t, err)
		require.Len(t, got.Found, 1)
		require.Equal(t, "aws/"+companyAccount, got.Found[0].Name)
		require.Equal(t, "EnvConfigCredentials", got.How)
	})
	t.Run("a profile that does not exist is the user's to mend", func(t *testing.T) {
		bare(t)
		t.Setenv("AWS_PROFILE", "missing")
		_, err := detect(t)
		require.ErrorContains(t, err, "missing")
		require.ErrorContains(t, err, "check AWS_PROFILE")
	})
}
