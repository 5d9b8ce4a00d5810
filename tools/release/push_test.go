package main

import (
	"bytes"
	"io"
	"log" //nolint:depguard // the registry is quietened by one of these
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"github.com/stretchr/testify/require"
)

// From a binary to a registry and back: what is pulled is the digest that was printed,
// and each size and digest in it is true.
func TestWhatIsPushedIsWhatWasAssembled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	binary, folder := filepath.Join(dir, "binary"), filepath.Join(dir, "image")
	require.NoError(t, os.WriteFile(binary, []byte("program"), 0o600))
	digest := made(t, "image", "-version", "v1.2.3", "-revision", "0f0f0f", "-created", "2026-01-02T03:04:05Z", "-o", folder, "linux/amd64="+binary, "linux/arm64="+binary)

	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	names := []string{host + "/controlwatch/controlwatch:1.2.3", host + "/controlwatch/controlwatch:1.2"}
	said := made(t, "push", folder, names[0], names[1])
	require.Equal(t, names[0]+" "+digest+"\n"+names[1]+" "+digest, said)
	for _, text := range names {
		ref, err := name.ParseReference(text)
		require.NoError(t, err)
		pulled, err := remote.Index(ref)
		require.NoError(t, err)
		require.NoError(t, validate.Index(pulled))
		got, err := pulled.Digest()
		require.NoError(t, err)
		require.Equal(t, digest, got.String())
	}
}

// A second image in one place would leave it to chance which is sent.
func TestAFolderHoldsOneImage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	binary, folder := filepath.Join(dir, "binary"), filepath.Join(dir, "image")
	for _, content := range []string{"one", "two"} {
		require.NoError(t, os.WriteFile(binary, []byte(content), 0o600))
		made(t, "image", "-version", "v1.2.3", "-created", "2026-01-02T03:04:05Z", "-o", folder, "linux/amd64="+binary)
	}
	_, err := only(folder)
	require.NoError(t, err)
	blobs, err := os.ReadDir(filepath.Join(folder, "blobs", "sha256"))
	require.NoError(t, err)
	require.Len(t, blobs, 5, "two layers, a configuration, a manifest, an index")
}

func TestWhatIsAskedWronglyIsSaid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for says, args := range map[string][]string{
		"say what to make":        {},
		`"imge" is nothing`:       {"imge"},
		"-version and -o":         {"binaries", "-version", "v1"},
		"read the platform":       {"binaries", "-version", "v1", "-o", dir, "-platforms", "a/b/c/d/e"},
		"-created is the time":    {"image", "-version", "v1", "-o", dir, "linux/amd64=/dev/null"},
		"is not PLATFORM=BINARY":  {"image", "-version", "v1", "-created", "2026-01-02T03:04:05Z", "-o", dir, "linux"},
		"holds no file":           {"checksums", dir},
		"read the image in":       {"push", dir, "localhost:1/x/y:z"},
		"one binary":              {"sbom", "-version", "v1"},
		"read the build informat": {"sbom", "-version", "v1", "/etc/passwd"},
	} {
		var out bytes.Buffer
		require.ErrorContains(t, run(t.Context(), &out, args), says)
		require.Empty(t, out.String())
	}
}

func made(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, args))
	return strings.TrimSpace(out.String())
}
