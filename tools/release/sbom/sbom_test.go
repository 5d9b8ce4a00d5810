package sbom_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/tools/release/sbom"
	"github.com/controlwatch/controlwatch/tools/release/sbom/sbomtest"
)

// built is a binary with modules. That of a test names none.
func built(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "release")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", file, "..").CombinedOutput()
	require.NoError(t, err, string(out))
	return file
}

// `go version -m` is the other reader of what the linker wrote.
func TestEveryModuleIsListed(t *testing.T) {
	t.Parallel()
	file := built(t)
	text, err := sbom.Of(file, "v1.2.3")
	require.NoError(t, err)
	sbomtest.Judge(t, file, text)
}

func TestTheSameBinaryHasTheSameBill(t *testing.T) {
	t.Parallel()
	file := built(t)
	once, err := sbom.Of(file, "v1.2.3")
	require.NoError(t, err)
	again, err := sbom.Of(file, "v1.2.3")
	require.NoError(t, err)
	require.Equal(t, once, again)
}

func TestWhatIsNoBinaryHasNoBill(t *testing.T) {
	t.Parallel()
	_, err := sbom.Of("sbom.go", "v1.2.3")
	require.ErrorContains(t, err, "read the build information of sbom.go")
}
