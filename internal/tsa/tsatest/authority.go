// Package tsatest is a time-stamping authority for tests, made of `openssl ts`,
// which the project did not write: it answers queries and judges tokens.
package tsatest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/peertest"
)

// Options are what an authority is like; the zero value is a good one.
type Options struct {
	From, Until time.Time // of its certificate; zero: an hour ago, and ten years
	Digest      string    // it signs with; empty: sha256
	Names       string    // the digest by which it names its certificate; empty: sha256
	RSA         bool      // instead of P-256
}

// Authority is an authority with its keys in a folder of its own.
type Authority struct {
	Dir string
	// Key and Certificate are the authority's, for tokens that openssl will not make.
	Key         any
	Certificate *x509.Certificate
	Root        *x509.Certificate
	RootKey     *ecdsa.PrivateKey

	mu *sync.Mutex // openssl counts tokens in a file
}

const configuration = `
[tsa]
default_tsa = one
[one]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
certs = ca.pem
signer_key = tsa.key
signer_digest = DIGEST
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = NAMES
`

// New makes an authority.
func New(t *testing.T, o Options) *Authority {
	t.Helper()
	peertest.Need(t, "openssl")
	if o.Digest == "" {
		o.Digest = "sha256"
	}
	if o.Names == "" {
		o.Names = "sha256"
	}
	if o.Until.IsZero() {
		o.From, o.Until = time.Now().Add(-time.Hour), time.Now().AddDate(10, 0, 0)
	}
	a := &Authority{Dir: t.TempDir(), mu: &sync.Mutex{}}
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	a.RootKey = rootKey
	a.Root = Certificate(t, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test root"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Unix(0, 0), NotAfter: time.Now().AddDate(100, 0, 0), KeyUsage: x509.KeyUsageCertSign,
	}, nil, &rootKey.PublicKey, rootKey)
	public := a.newKey(t, o.RSA)
	a.Certificate = Certificate(t, Stamping(o.From, o.Until), a.Root, public, rootKey)
	a.write(t, "ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Root.Raw}))
	a.write(t, "tsa.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Certificate.Raw}))
	a.write(t, "tsa.cnf", []byte(strings.NewReplacer("DIGEST", o.Digest, "NAMES", o.Names).Replace(configuration)))
	a.write(t, "serial", []byte("01\n"))
	return a
}

func (a *Authority) newKey(t *testing.T, isRSA bool) any {
	t.Helper()
	var public any
	if isRSA {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		require.NoError(t, err)
		a.Key, public = key, &key.PublicKey
	} else {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		a.Key, public = key, &key.PublicKey
	}
	der, err := x509.MarshalPKCS8PrivateKey(a.Key)
	require.NoError(t, err)
	a.write(t, "tsa.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	return public
}

// Stamping is what the certificate of an authority says.
func Stamping(from, until time.Time) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Test authority"}, NotBefore: from, NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{{
			Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, // extendedKeyUsage timeStamping
			Value: []byte{0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08},
		}},
	}
}

// Certificate signs a certificate; without a parent, by itself.
func Certificate(t *testing.T, c, parent *x509.Certificate, public any, key *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	if parent == nil {
		parent = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, public, key)
	require.NoError(t, err)
	made, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return made
}

// Query makes a query about data; flags are those of `openssl ts -query`.
func (a *Authority) Query(t *testing.T, data []byte, flags ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "data"), data, 0o600))
	a.run(t, append([]string{"ts", "-query", "-data", filepath.Join(dir, "data"), "-out", filepath.Join(dir, "query")}, flags...)...)
	b, err := os.ReadFile(filepath.Join(dir, "query"))
	require.NoError(t, err)
	return b
}

// Token is the token of the answer to a query about data.
func (a *Authority) Token(t *testing.T, data []byte, flags ...string) []byte {
	t.Helper()
	answer := a.Answer(t, a.Query(t, data, flags...))
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "answer"), answer, 0o600))
	a.run(t, "ts", "-reply", "-in", filepath.Join(dir, "answer"), "-token_out", "-out", filepath.Join(dir, "token"))
	b, err := os.ReadFile(filepath.Join(dir, "token"))
	require.NoError(t, err)
	return b
}

// Answer answers a query.
func (a *Authority) Answer(t *testing.T, query []byte) []byte {
	t.Helper()
	b, err := a.answer(t.Context(), query)
	require.NoError(t, err)
	return b
}

func (a *Authority) answer(ctx context.Context, query []byte) ([]byte, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	file, answer := filepath.Join(a.Dir, "query.tsq"), filepath.Join(a.Dir, "answer.tsr")
	if err := os.WriteFile(file, query, 0o600); err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, "openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", file, "-out", answer)
	command.Dir = a.Dir
	if err := command.Run(); err != nil {
		return nil, err
	}
	return os.ReadFile(answer)
}

// ServeHTTP answers queries as RFC 3161 section 3.4 has it.
func (a *Authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query, err := io.ReadAll(r.Body)
	if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/timestamp-query" {
		http.Error(w, "not a query", http.StatusBadRequest)
		return
	}
	answer, err := a.answer(r.Context(), query)
	if err != nil {
		http.Error(w, "openssl: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/timestamp-reply")
	_, _ = w.Write(answer) // who left does not read it
}

// Judge has openssl say whether a token is about data, by this authority's root.
func (a *Authority) Judge(t *testing.T, token, data []byte) error {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "data"), data, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "token"), token, 0o600))
	return exec.CommandContext(t.Context(), "openssl", "ts", "-verify", "-data", filepath.Join(dir, "data"), "-token_in", "-in",
		filepath.Join(dir, "token"), "-CAfile", filepath.Join(a.Dir, "ca.pem")).Run()
}

// PEM is the root, as in a CA file.
func (a *Authority) PEM(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(a.Dir, "ca.pem"))
	require.NoError(t, err)
	return b
}

func (a *Authority) write(t *testing.T, name string, content []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(a.Dir, name), content, 0o600))
}

func (a *Authority) run(t *testing.T, args ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "openssl", args...)
	command.Dir = a.Dir
	out, err := command.CombinedOutput()
	require.NoError(t, err, "openssl %s: %s", strings.Join(args, " "), out)
}
