package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// sha256sum is who reads the file.
func TestSumsAreThoseOfSha256sum(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"b", "a", "SHA256SUMS"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600))
	}
	sums := made(t, "checksums", dir)
	require.NotContains(t, sums, "SHA256SUMS")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "SHA256SUMS"), []byte(sums+"\n"), 0o600))
	check := func() ([]byte, error) {
		cmd := exec.CommandContext(t.Context(), "sha256sum", "--check", "--strict", "SHA256SUMS")
		cmd.Dir = dir
		return cmd.CombinedOutput()
	}
	out, err := check()
	require.NoError(t, err, string(out))
	require.Equal(t, "a: OK\nb: OK\n", string(out))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a"), []byte("c"), 0o600))
	_, err = check()
	require.Error(t, err)
}
