package image_test

import (
	"crypto/x509"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/tools/release/image"
)

var (
	amd64 = v1.Platform{OS: "linux", Architecture: "amd64"}
	arm64 = v1.Platform{OS: "linux", Architecture: "arm64"}
)

func release() image.Release {
	return image.Release{Version: "v1.2.3", Revision: "0f0f0f", Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
}

func index(t *testing.T, r image.Release, binary string) v1.ImageIndex {
	t.Helper()
	var images []v1.Image
	for _, p := range []v1.Platform{amd64, arm64} {
		img, err := image.For(p, []byte(binary), r)
		require.NoError(t, err)
		images = append(images, img)
	}
	made, err := image.Index(images, r)
	require.NoError(t, err)
	return made
}

func TestTheSameSourcesMakeTheSameDigest(t *testing.T) {
	t.Parallel()
	digest := func(r image.Release, binary string) v1.Hash {
		h, err := index(t, r, binary).Digest()
		require.NoError(t, err)
		return h
	}
	once := digest(release(), "binary")
	require.Equal(t, once, digest(release(), "binary"))
	require.NotEqual(t, once, digest(release(), "another"))
	other := release()
	other.Version = "v1.2.4"
	require.NotEqual(t, once, digest(other, "binary"))
}

func TestEachPlatformIsNamed(t *testing.T) {
	t.Parallel()
	made := index(t, release(), "binary")
	manifest, err := made.IndexManifest()
	require.NoError(t, err)
	require.Len(t, manifest.Manifests, 2)
	require.Equal(t, "linux/amd64", manifest.Manifests[0].Platform.String())
	require.Equal(t, "linux/arm64", manifest.Manifests[1].Platform.String())
	require.Equal(t, "v1.2.3", manifest.Annotations["org.opencontainers.image.version"])
	require.NotEqual(t, manifest.Manifests[0].Digest, manifest.Manifests[1].Digest)
}

func TestHowTheProgramIsRun(t *testing.T) {
	t.Parallel()
	img, err := image.For(arm64, []byte("binary"), release())
	require.NoError(t, err)
	file, err := img.ConfigFile()
	require.NoError(t, err)
	require.Equal(t, "arm64", file.Architecture)
	require.Equal(t, "linux", file.OS)
	require.True(t, file.Created.Equal(release().Created))
	require.Equal(t, "65532:65532", file.Config.User, "a name proves nothing to a kubelet")
	require.Equal(t, "0f0f0f", file.Config.Labels["org.opencontainers.image.revision"])
}

func TestRootsAreCertificates(t *testing.T) {
	t.Parallel()
	all, err := image.Certificates()
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(all))
	names := map[string]bool{}
	for _, subject := range subjects(t, all) {
		names[subject] = true
	}
	require.Greater(t, len(names), 90)
	// Those that the providers' own servers have.
	for _, want := range []string{"Amazon Root CA 1", "DigiCert Global Root G2", "GTS Root R1", "ISRG Root X1", "USERTrust RSA Certification Authority"} {
		require.Contains(t, names, want)
	}
}

func TestNamesAreWhole(t *testing.T) {
	t.Parallel()
	_, err := image.Reference("ghcr.io/controlwatch/controlwatch:v1.2.3")
	require.NoError(t, err)
	_, err = image.Reference("controlwatch")
	require.ErrorContains(t, err, "controlwatch")
	var bad *name.ErrBadName
	require.ErrorAs(t, err, &bad)
}
