package image_test

import (
	"archive/tar"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/tools/release/image"
)

// Nothing but this: no shell, no package manager, nothing with another user's rights.
func TestTheRootHoldsNothingElse(t *testing.T) {
	t.Parallel()
	img, err := image.For(amd64, []byte("binary"), release())
	require.NoError(t, err)
	layers, err := img.Layers()
	require.NoError(t, err)
	require.Len(t, layers, 2, "a new program does not send the rest again")
	var found []string
	files := mutate.Extract(img)
	defer files.Close()
	for r := tar.NewReader(files); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		require.Zero(t, h.ModTime.Unix(), h.Name)
		require.Zero(t, h.Mode&0o6000, "%s has rights of its own", h.Name)
		require.Empty(t, h.Uname+h.Gname, h.Name)
		found = append(found, fmt.Sprintf("%c %04o %d:%d %s", h.Typeflag, h.Mode, h.Uid, h.Gid, h.Name))
	}
	require.ElementsMatch(t, []string{
		"0 0755 0:0 controlwatch",
		"5 0755 65532:65532 data",
		"5 0755 0:0 etc",
		"0 0644 0:0 etc/group",
		"0 0644 0:0 etc/passwd",
		"5 0755 0:0 etc/ssl",
		"5 0755 0:0 etc/ssl/certs",
		"0 0644 0:0 etc/ssl/certs/ca-certificates.crt",
		"5 1777 0:0 tmp",
	}, found)
}

func subjects(t *testing.T, text []byte) []string {
	t.Helper()
	var all []string
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			require.Empty(t, text)
			return all
		}
		c, err := x509.ParseCertificate(block.Bytes)
		require.NoError(t, err)
		require.True(t, c.IsCA, c.Subject)
		all = append(all, c.Subject.CommonName)
	}
}
