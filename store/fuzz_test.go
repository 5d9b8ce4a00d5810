package store

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/checkpoint"
)

// FuzzOpenReading gives the reader of databases whatever there is: a file of any
// bytes, or a good one with some bytes of it replaced. It must not fail, and what it
// takes for whole under the key of the good one has the log of the good one.
func FuzzOpenReading(f *testing.F) {
	good, public, root := fuzzStore(f)
	f.Add([]byte{}, uint32(0), []byte{})
	f.Add(good[:512], uint32(0), []byte{})
	f.Add([]byte("SQLite format 3\x00"), uint32(0), []byte{})
	for at := uint32(0); int(at) < len(good); at += 1 << 12 {
		f.Add([]byte{}, at, []byte{0xff, 0, 0xff})
		f.Add([]byte{}, at+2048, []byte("00000"))
	}
	clock := &testClock{now: noon.Add(time.Hour)}
	f.Fuzz(func(t *testing.T, whole []byte, at uint32, patch []byte) {
		b := whole
		if len(b) == 0 {
			b = append([]byte{}, good...)
			copy(b[int64(at)%int64(len(b)):], patch)
		}
		path := filepath.Join(t.TempDir(), "fuzzed.db")
		require.NoError(t, os.WriteFile(path, b, 0o600))
		s, err := OpenReading(t.Context(), "sqlite:"+path, Options{Clock: clock.Now, Version: "test"})
		if err != nil {
			return
		}
		defer s.Close()
		for e, err := range s.Entries(t.Context()) {
			if err != nil {
				break
			}
			require.NotNil(t, e)
		}
		v, err := s.Verify(t.Context(), VerifyOptions{Keys: []string{public}})
		if err == nil && v.OK() {
			require.Equal(t, root, v.Root)
		}
	})
}

// fuzzStore is a small store as a file, and the root of its log.
func fuzzStore(f *testing.F) (b []byte, public, root string) {
	f.Helper()
	key := fuzzSigner(f)
	path := filepath.Join(f.TempDir(), "seed.db")
	clock := &testClock{now: noon}
	s, err := Open(f.Context(), "sqlite:"+path, Options{
		Clock: clock.Now, Version: "test", Ephemeral: true, Key: func(context.Context, string) (Signer, error) { return key, nil },
	})
	require.NoError(f, err)
	require.NoError(f, s.CommitPlan(f.Context(), evidence.Plan{
		Source: source, Provider: "aws", At: clock.Now(), Feeds: []evidence.PlannedFeed{{ID: usersFeed, Populations: []evidence.Population{userPopulation}}},
	}))
	clock.Add(time.Minute)
	require.NoError(f, s.CommitAnswered(f.Context(), clock.pull(), []evidence.Fact{user("ada", true), user("grace", false)},
		[]evidence.Answer{answerOf("iam:ListUsers", "ada", "grace")}, daily))
	clock.Add(time.Minute)
	_, err = s.Append(f.Context(), Entry{Kind: "note", Subject: "x", Actor: evidence.Actor{Name: "Grace"}, Body: []byte(`{"n":1}`)})
	require.NoError(f, err)
	_, err = s.Sign(f.Context())
	require.NoError(f, err)
	v, err := s.Verify(f.Context(), VerifyOptions{Keys: []string{key.Public()}})
	require.NoError(f, err)
	require.True(f, v.OK())
	require.NoError(f, s.Close())
	b, err = os.ReadFile(path)
	require.NoError(f, err)
	return b, key.Public(), v.Root
}

// fuzzSigner is the same in every worker of a fuzz test, which are programs of their own.
func fuzzSigner(f *testing.F) checkpoint.Key {
	f.Helper()
	const origin = "controlwatch/fuzz"
	seed := bytes.Repeat([]byte{1}, ed25519.SeedSize)
	public, err := note.NewEd25519VerifierKey(origin, ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey))
	require.NoError(f, err)
	key, err := checkpoint.Parse("PRIVATE+KEY+" + origin + "+" + strings.Split(public, "+")[1] + "+" + base64.StdEncoding.EncodeToString(append([]byte{1}, seed...)))
	require.NoError(f, err)
	return key
}
