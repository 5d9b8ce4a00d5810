package report_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// golden compares with a file under version control. With CONTROLWATCH_UPDATE
// set it writes the file instead, for a person to read the difference.
func golden(t *testing.T, got []byte, path ...string) {
	t.Helper()
	name := filepath.Join(path...)
	if os.Getenv("CONTROLWATCH_UPDATE") != "" {
		require.NoError(t, os.WriteFile(name, got, 0o600))
	}
	want, err := os.ReadFile(name)
	require.NoError(t, err, "run with CONTROLWATCH_UPDATE=1 to write it")
	require.Equal(t, string(want), string(got), "%s is not current: run with CONTROLWATCH_UPDATE=1 and read the difference", name)
}
