package witness_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/controlwatch/controlwatch/internal/witness"
)

// A checkpoint of a public log, as its witnesses signed it.
const (
	public = `arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
`
	cosignatures = `— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
`
	remora = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
)

func TestVerifyTakesAPublicWitness(t *testing.T) {
	t.Parallel()
	key, err := witness.ParseKey(remora)
	require.NoError(t, err)
	require.Equal(t, "remora.n621.de", key.Name())
	at, err := key.Verify([]byte(public), []byte(cosignatures))
	require.NoError(t, err)
	require.Equal(t, time.Unix(0x6a122120, 0).UTC(), at)
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	key, err := witness.ParseKey(remora)
	require.NoError(t, err)
	others, _, _ := strings.Cut(cosignatures, "— remora")
	for name, c := range map[string]struct {
		key               witness.Key
		checkpoint, lines string
		want              string
	}{
		"another size":                {key, strings.Replace(public, "1432088532", "1432088533", 1), cosignatures, "invalid signature for key remora.n621.de"},
		"another time":                {key, public, strings.Replace(cosignatures, "2net5wAAAABqEiEg", "2net5wAAAABqEiEh", 1), "invalid signature for key remora.n621.de"},
		"a time without end":          {key, public, strings.Replace(cosignatures, "2net5wAAAABqEiEg", "2net5wEAAABqEiEg", 1), "invalid signature for key remora.n621.de"},
		"other witnesses only":        {key, public, others, "note has no verifiable signatures"},
		"the log's signature for one": {key, public, public[strings.Index(public, "— "):], "note has no verifiable signatures"},
		"nothing":                     {key, public, "", "malformed note"},
		"words":                       {key, public, "thank you\n", "malformed note"},
		"a text slipped in":           {key, public, "x\n\n" + cosignatures, "invalid signature"},
		"no note":                     {key, "hello", cosignatures, "is no signed note"},
		"too much":                    {key, public, strings.Repeat(cosignatures, 1000), "or too long"},
		"no key":                      {witness.Key{}, public, cosignatures, "no key of a witness is given"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at, err := c.key.Verify([]byte(c.checkpoint), []byte(c.lines))
			require.ErrorContains(t, err, c.want)
			require.Zero(t, at)
		})
	}
}

func TestVerifyTakesPlainSignatures(t *testing.T) {
	t.Parallel()
	secret, text, err := note.GenerateKey(rand.Reader, "witness.example")
	require.NoError(t, err)
	signer, err := note.NewSigner(secret)
	require.NoError(t, err)
	signed, err := note.Sign(&note.Note{Text: public[:strings.Index(public, "\n\n")+1]}, signer)
	require.NoError(t, err)
	key, err := witness.ParseKey(text)
	require.NoError(t, err)
	at, err := key.Verify([]byte(public), signed[strings.Index(string(signed), "— "):])
	require.NoError(t, err)
	require.Zero(t, at, "it says no time")

	more, err := note.Sign(&note.Note{Text: public[:strings.Index(public, "\n\n")] + "\n\nmore\n"}, signer)
	require.NoError(t, err)
	_, err = key.Verify([]byte(public), more[strings.Index(string(more), "more\n"):])
	require.ErrorContains(t, err, "is over more than the checkpoint")
}

func TestParseKeyRefuses(t *testing.T) {
	t.Parallel()
	pub, _, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	ml := append([]byte{6}, pub...)
	sum := sha256.Sum256(append([]byte("w\n"), ml...))
	for name, text := range map[string]string{
		"nothing":          "",
		"no name":          strings.TrimPrefix(remora, "remora.n621.de"),
		"another hash":     strings.Replace(remora, "da77ade7", "da77ade8", 1),
		"another key":      strings.Replace(remora, "BOvN", "BOvM", 1),
		"half a key":       remora[:len(remora)-4],
		"another type":     fmt.Sprintf("w+%08x+%s", binary.BigEndian.Uint32(sum[:]), base64.StdEncoding.EncodeToString(ml)),
		"a secret instead": "PRIVATE+KEY+w+00000000+" + base64.StdEncoding.EncodeToString(ml),
	} {
		_, err := witness.ParseKey(text)
		require.ErrorContains(t, err, "expected a witness's verifier key", name)
	}
}

func TestIsLines(t *testing.T) {
	t.Parallel()
	require.True(t, witness.IsLines([]byte(cosignatures)))
	for _, no := range []string{"", "ok\n", "— a\n", cosignatures + "x\n", "<html>", strings.Repeat(cosignatures, 1000)} {
		require.False(t, witness.IsLines([]byte(no)), no)
	}
}
