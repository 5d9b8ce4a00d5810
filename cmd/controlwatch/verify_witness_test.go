package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/internal/witness"
)

// newWitness signs whatever note is posted to it, as golang.org/x/mod does.
func newWitness(t *testing.T) (address, key string) {
	t.Helper()
	secret, key, err := note.GenerateKey(rand.Reader, "witness.example")
	require.NoError(t, err)
	signer, err := note.NewSigner(secret)
	require.NoError(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		posted, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		text, _, _ := strings.Cut(string(posted), "\n\n")
		signed, err := note.Sign(&note.Note{Text: text + "\n"}, signer)
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		_, lines, _ := bytes.Cut(signed, []byte("\n\n"))
		_, _ = w.Write(lines)
	}))
	t.Cleanup(server.Close)
	return server.URL, key
}

// The signature of a witness goes into the bundle, and is judged where nobody has the
// store, by the key that its reader has from the witness.
func TestABundleCarriesSignaturesOfWitnesses(t *testing.T) {
	t.Parallel()
	a := newAnchored(t)
	address, key := newWitness(t)
	text, err := os.ReadFile(a.cfg.File)
	require.NoError(t, err)
	text = bytes.Replace(text, []byte("{provider: sample}"), []byte("{provider: attestations, settings: {directory: share}}"), 1)
	text = text[:bytes.Index(text, []byte("      - name: authority"))]
	text = fmt.Appendf(text, "      - name: witness\n        webhook: {url: %q, witness_key: %q}\n", address, key)
	require.NoError(t, os.WriteFile(a.cfg.File, text, 0o600))
	a.cfg, err = config.Read(a.cfg.File, a.p.env)
	require.NoError(t, err)
	s := a.open(t)
	sign(t, s, "one")
	until := a.p.now()
	rounds, err := a.p.anchorRounds(t.Context(), a.cfg, s)
	require.NoError(t, err)
	round, err := rounds.Run(t.Context())
	require.NoError(t, err)
	require.NoError(t, round.Results[0].Err)
	require.NoError(t, s.Close())
	bundle := filepath.Join(t.TempDir(), "b.zip")
	code, said := a.command(t, "export", "-c", a.cfg.File, "--from", until.Add(-time.Hour).Format(time.RFC3339Nano),
		"--to", until.Format(time.RFC3339Nano), "-o", bundle, "--by", "Ada")
	require.Equal(t, exitOK, code, said)

	file := func(lines ...string) string {
		path := filepath.Join(t.TempDir(), "keys")
		require.NoError(t, os.WriteFile(path, []byte("# keys\n"+strings.Join(lines, "\n")+"\n"), 0o600))
		return path
	}
	_, other := newWitness(t) // of the same name, with another key
	const known = "A checkpoint over all of the window is known to a witness whose key was given"
	const alone = "Not protected against the operator"
	for name, c := range map[string]struct {
		args     []string
		code     int
		has, not string
	}{
		"no key":            {nil, exitOK, "not judged: no key of the witness", known},
		"its key":           {[]string{"--witness", file(key)}, exitOK, known, alone},
		"a configured key":  {[]string{"-c", a.cfg.File}, exitOK, known, alone},
		"one of several":    {[]string{"--witness", file(other, key)}, exitOK, "was signed by the witness witness.example, who does not say when", alone},
		"another's key":     {[]string{"--witness", file(other)}, exitOK, "not judged: no key of the witness", known},
		"no key in a file":  {[]string{"--witness", file()}, exitCannotRun, "holds no key: expected NAME+HASH+BASE64", known},
		"what is no key":    {[]string{"--witness", file("hello")}, exitCannotRun, "line 2: expected a witness's verifier key", known},
		"a file not there":  {[]string{"--witness", filepath.Join(a.dir, "none")}, exitCannotRun, "no such file", known},
		"a certificate too": {[]string{"--ca", filepath.Join(a.dir, "root.pem"), "--witness", file(key)}, exitOK, known, alone},
	} {
		code, said := a.command(t, append([]string{"verify", bundle}, c.args...)...)
		require.Equal(t, c.code, code, "%s: %s", name, said)
		require.Contains(t, said, c.has, name)
		require.NotContains(t, said, c.not, name)
	}
	code, said = a.command(t, "verify", "--witness", file(key))
	require.Equal(t, exitOK, code, said)
	require.NotContains(t, said, "was not judged")
	_, said = a.command(t, "verify", "--witness", file(other))
	require.Contains(t, said, "1 receipts carry a token that was not judged")
}

// A line that says to be of a witness and is not its signature is no line of somebody
// unknown.
func TestAForgedSignatureOfAWitnessIsAnError(t *testing.T) {
	t.Parallel()
	secret, text, err := note.GenerateKey(rand.Reader, "witness.example")
	require.NoError(t, err)
	signer, err := note.NewSigner(secret)
	require.NoError(t, err)
	key, err := witness.ParseKey(text)
	require.NoError(t, err)
	signed, err := note.Sign(&note.Note{Text: "log.example\n1\nroot\n"}, signer)
	require.NoError(t, err)
	_, lines, _ := bytes.Cut(signed, []byte("\n\n"))
	_, by, err := cosigned([]witness.Key{key}, lines, signed)
	require.NoError(t, err)
	require.Equal(t, "witness.example", by)
	_, _, err = cosigned([]witness.Key{key}, lines, bytes.Replace(signed, []byte("\n1\n"), []byte("\n2\n"), 1))
	require.ErrorContains(t, err, "invalid signature for key witness.example")
	_, by, err = cosigned(nil, lines, signed)
	require.NoError(t, err)
	require.Empty(t, by)
}
