package tsa_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/internal/tsa"
	"github.com/controlwatch/controlwatch/internal/tsa/tsatest"
)

var checkpoint = []byte("log.example\n12\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— log.example AAAA\n")

func roots(t *testing.T, a *tsatest.Authority) *x509.CertPool {
	t.Helper()
	pool, err := tsa.Roots(a.PEM(t))
	require.NoError(t, err)
	return pool
}

func TestVerifyTakesWhatOpensslMakes(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]tsatest.Options{
		"P-256 and SHA-256":          {},
		"P-256 and SHA-384":          {Digest: "sha384"},
		"RSA and SHA-512":            {Digest: "sha512", RSA: true},
		"its certificate by SHA-1":   {Names: "sha1"},
		"its certificate by SHA-384": {Names: "sha384"},
		"its certificate by SHA-512": {Names: "sha512"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := tsatest.New(t, o)
			token := a.Token(t, checkpoint, "-sha256", "-cert")
			require.NoError(t, a.Judge(t, token, checkpoint), "openssl's own judgement")
			stamp, err := tsa.Open(token, checkpoint, roots(t, a))
			require.NoError(t, err)
			require.WithinDuration(t, time.Now(), stamp.Time, time.Hour)
			require.Equal(t, "CN=Test authority", stamp.Authority)
			require.Equal(t, "CN=Test root", stamp.Root)
			require.Equal(t, time.Second, stamp.Accuracy)
			require.NotNil(t, stamp.Nonce)
		})
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	day := func(year int) time.Time { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC) }
	good := tsatest.New(t, tsatest.Options{})
	token := good.Token(t, checkpoint, "-sha256", "-cert")
	made := func(o tsatest.Options, want string) refusal {
		a := tsatest.New(t, o)
		return refusal{a.Token(t, checkpoint, "-sha256", "-cert"), checkpoint, roots(t, a), want}
	}
	for name, c := range map[string]refusal{
		"other bytes":                 {token, []byte("other"), roots(t, good), "is about other bytes"},
		"an authority not known":      {token, checkpoint, roots(t, tsatest.New(t, tsatest.Options{})), `the authority "CN=Test authority" is not to be trusted at`},
		"no roots":                    {token, checkpoint, nil, "no trusted root is given"},
		"empty roots":                 {token, checkpoint, x509.NewCertPool(), "is not to be trusted at"},
		"nothing":                     {nil, checkpoint, roots(t, good), "is cut off or no DER at all"},
		"half a token":                {token[:len(token)/2], checkpoint, roots(t, good), "is cut off or no DER at all"},
		"bytes behind it":             {append(append([]byte{}, token...), 0), checkpoint, roots(t, good), "1 bytes follow it"},
		"too much":                    {make([]byte, tsa.MaxToken+1), checkpoint, roots(t, good), "the limit is 262144"},
		"an answer, not a token":      {good.Answer(t, good.Query(t, checkpoint, "-sha256", "-cert")), checkpoint, roots(t, good), "cannot be read"},
		"no certificate":              {good.Token(t, checkpoint, "-sha256"), checkpoint, roots(t, good), "lacks the certificate of its signer"},
		"another digest":              {good.Token(t, checkpoint, "-sha512", "-cert"), checkpoint, roots(t, good), "expected SHA-256"},
		"a certificate not yet valid": made(tsatest.Options{From: day(2090), Until: day(2095)}, "is outside of certificate validity"),
		"a certificate expired":       made(tsatest.Options{From: day(2010), Until: day(2015)}, "is outside of certificate validity"),
		"SHA-1":                       made(tsatest.Options{Digest: "sha1", RSA: true}, "is signed with SHA-1 or MD5"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at, err := tsa.Verify(c.token, c.data, c.roots)
			require.ErrorContains(t, err, c.want)
			require.Zero(t, at)
		})
	}
}

type refusal struct {
	token []byte
	data  []byte
	roots *x509.CertPool
	want  string
}

// openssl makes no token with a certificate for something else, so the library does.
func TestVerifyRefusesCertificatesForOtherThings(t *testing.T) {
	t.Parallel()
	a := tsatest.New(t, tsatest.Options{})
	sum := sha256.Sum256(checkpoint)
	said := time.Now()
	token := func(change func(*x509.Certificate)) []byte {
		c := tsatest.Stamping(time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
		change(c)
		signer := a.Key.(*ecdsa.PrivateKey)
		stamp := timestamp.Timestamp{
			HashAlgorithm: crypto.SHA256, HashedMessage: sum[:], Time: said, SerialNumber: big.NewInt(7),
			Policy: asn1.ObjectIdentifier{1, 2, 3}, AddTSACertificate: true, Certificates: []*x509.Certificate{a.Root},
		}
		answer, err := stamp.CreateResponseWithOpts(tsatest.Certificate(t, c, a.Root, &signer.PublicKey, a.RootKey), signer, crypto.SHA256)
		require.NoError(t, err)
		token, err := tsa.TokenOf(answer) // not the library's own: it may not be asked by two at a time
		require.NoError(t, err)
		return token
	}
	_, err := tsa.Verify(token(func(*x509.Certificate) {}), checkpoint, roots(t, a))
	require.NoError(t, err)
	said = time.Date(2012, 1, 1, 0, 0, 0, 0, time.UTC)
	_, err = tsa.Verify(token(func(*x509.Certificate) {}), checkpoint, roots(t, a))
	require.ErrorContains(t, err, "is not to be trusted at 2012-01-01T00:00:00Z", "certificates are judged as of the token's time")
	said = time.Now()
	const want = "is not for time stamps alone"
	_, err = tsa.Verify(token(func(c *x509.Certificate) { c.ExtraExtensions = nil }), checkpoint, roots(t, a))
	require.ErrorContains(t, err, want)
	_, err = tsa.Verify(token(func(c *x509.Certificate) { c.ExtraExtensions[0].Critical = false }), checkpoint, roots(t, a))
	require.ErrorContains(t, err, want)
	_, err = tsa.Verify(token(func(c *x509.Certificate) {
		c.ExtraExtensions, c.ExtKeyUsage = nil, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	}), checkpoint, roots(t, a))
	require.ErrorContains(t, err, want)
}

// Whichever bit of a token changes, it no longer holds, or it says the same: of
// certificates that nobody needs, and of what stands outside the signature.
func TestVerifyFindsFlippedBits(t *testing.T) {
	t.Parallel()
	a := tsatest.New(t, tsatest.Options{})
	token, roots := a.Token(t, checkpoint, "-sha256", "-cert"), roots(t, a)
	want, err := tsa.Verify(token, checkpoint, roots)
	require.NoError(t, err)
	found := 0
	rapid.Check(t, func(t *rapid.T) {
		changed := append([]byte{}, token...)
		changed[rapid.IntRange(0, len(changed)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		at, err := tsa.Verify(changed, checkpoint, roots)
		if err != nil {
			found++
			return
		}
		require.Equal(t, want, at)
	})
	require.Positive(t, found)
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte{0x30, 0x00})
	f.Add([]byte{0x30, 0x80, 0x00, 0x00})
	f.Fuzz(func(t *testing.T, token []byte) {
		_, err := tsa.Open(token, checkpoint, x509.NewCertPool())
		require.Error(t, err)
	})
}

func TestRootsRefuses(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"":      "holds no certificate in PEM form",
		"hello": "holds no certificate in PEM form",
		"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n": "holds a PRIVATE KEY, expected certificates only",
		"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n": "certificate 1 cannot be read",
	} {
		_, err := tsa.Roots([]byte(src))
		require.ErrorContains(t, err, want)
	}
}
