//go:build browser

package document

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestInABrowser is run by `make peers-browser`, which installs what it needs.
func TestInABrowser(t *testing.T) {
	file := filepath.Join(t.TempDir(), "whole.html")
	require.NoError(t, os.WriteFile(file, written(t, "html", whole(200), Options{}), 0o600))
	out, err := exec.CommandContext(t.Context(), "node", "../../tools/browser/check.mjs", file).CombinedOutput()
	require.NoError(t, err, string(out))
	t.Log(string(out))
}
