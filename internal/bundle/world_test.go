package bundle

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/controlwatch/controlwatch/internal/canon"
	"github.com/controlwatch/controlwatch/internal/checkpoint"
)

// small is a bundle of a log of six commits, a leaf each; the window is commits 3
// to 5. The first introduces the key, the fourth another.
type small struct {
	t         testing.TB
	key, next checkpoint.Key
	leaves    [][]byte
	hashes    []tlog.Hash
	bodies    []string
	epoch     int64 // of the commits that follow
	manifest  Manifest
	signer    Signer
	skip      map[string]bool                // files not to write
	change    map[string]func(string) string // files to write otherwise, as who holds the key could
	extra     map[string]string              // files to add
}

var at = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newSmall(t testing.TB) *small {
	t.Helper()
	return newSmallOf(t, func(int, map[string]any) {})
}

// newSmallOf is one of a log that says something else.
func newSmallOf(t testing.TB, shape func(i int, row map[string]any)) *small {
	t.Helper()
	return newSmallSaying(t, shape, func(*small, int) (string, string) { return "", "" })
}

// newSmallSaying is one with records of its own, where say gives any.
func newSmallSaying(t testing.TB, shape func(i int, row map[string]any), say func(s *small, i int) (kind, body string)) *small {
	t.Helper()
	s := &small{t: t, skip: map[string]bool{}, change: map[string]func(string) string{}, extra: map[string]string{}}
	s.key, s.next = fixedKey(t, 1), fixedKey(t, 2)
	s.signer = s.next
	entry := func(kind, body string) (string, map[string]any) {
		digest := sha256.Sum256([]byte(body))
		return body, map[string]any{"row": "entry", "ord": int64(0), "kind": kind, "subject": "", "actor": "x", "identity": "", "body": digest[:]}
	}
	for i, of := range []struct{ kind, body string }{
		{"log-key", fmt.Sprintf(`{"public":%q}`, s.key.Public())},
		{"note", `{"n":2}`},
		{"note", `{"n":3}`},
		{"log-key", fmt.Sprintf(`{"public":%q}`, s.next.Public())},
		{"note", `{"n":5}`},
		{"note", `{"n":6}`},
	} {
		seq := int64(i + 1)
		if kind, body := say(s, i); kind != "" {
			of.kind, of.body = kind, body
		}
		body, row := entry(of.kind, of.body)
		row["seq"] = seq
		shape(i, row)
		data, err := canon.Line(nil, map[string]any{"row": "commit", "seq": seq, "at": at.Add(time.Duration(i) * time.Hour).UnixMicro(), "epoch": s.epoch, "kind": "entry", "version": "test"})
		require.NoError(t, err)
		data, err = canon.Line(data, row)
		require.NoError(t, err)
		s.bodies = append(s.bodies, body)
		s.leaves = append(s.leaves, data)
		hashes, err := tlog.StoredHashesForRecordHash(int64(i), tlog.RecordHash(data), s.reader())
		require.NoError(t, err)
		s.hashes = append(s.hashes, hashes...)
	}
	root, err := tlog.TreeHash(6, s.reader())
	require.NoError(t, err)
	s.manifest = Manifest{
		Origin: "controlwatch/test", Created: at, Version: "test", From: at.Add(90 * time.Minute), To: at.Add(4*time.Hour + time.Minute),
		Criteria: []string{}, Commits: Range{3, 5}, Leaves: Range{2, 4}, Size: 6, Root: base64.StdEncoding.EncodeToString(root[:]),
		Anchors: []string{}, Protection: "not protected", LeftOut: []LeftOut{},
	}
	return s
}

// fixedKey is the same each time: workers of a fuzz test are programs of their own.
func fixedKey(t testing.TB, number byte) checkpoint.Key {
	t.Helper()
	seed := bytes.Repeat([]byte{number}, ed25519.SeedSize)
	public, err := note.NewEd25519VerifierKey("controlwatch/test", ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey))
	require.NoError(t, err)
	hash := strings.Split(public, "+")[1]
	key, err := checkpoint.Parse("PRIVATE+KEY+controlwatch/test+" + hash + "+" + base64.StdEncoding.EncodeToString(append([]byte{1}, seed...)))
	require.NoError(t, err)
	return key
}

func (s *small) reader() tlog.HashReader {
	return tlog.HashReaderFunc(func(ids []int64) ([]tlog.Hash, error) {
		var out []tlog.Hash
		for _, id := range ids {
			out = append(out, s.hashes[id])
		}
		return out, nil
	})
}

func (s *small) checkpoint(size int64, keys ...note.Signer) []byte {
	root, err := tlog.TreeHash(size, s.reader())
	require.NoError(s.t, err)
	signed, err := checkpoint.Sign(checkpoint.Checkpoint{Origin: "controlwatch/test", Size: size, Root: root}, keys...)
	require.NoError(s.t, err)
	return signed
}

// write writes it, with all of its faults properly signed.
func (s *small) write() []byte {
	var b bytes.Buffer
	w := NewWriter(&b, at)
	put := func(name, text string) {
		if change := s.change[name]; change != nil {
			text = change(text)
		}
		if !s.skip[name] {
			require.NoError(s.t, w.File(name, []byte(text)))
		}
	}
	var inclusion, consistency strings.Builder
	for leaf := range int64(6) {
		proof, err := tlog.ProveRecord(6, leaf, s.reader())
		require.NoError(s.t, err)
		inclusion.WriteString(HashLine([]int64{leaf}, proof))
		put(LeafFile(leaf), string(s.leaves[leaf]))
	}
	put(InclusionFile, inclusion.String())
	put(BodiesFile("entries", 1), s.bodies[0]+"\n"+s.bodies[3]+"\n"+s.bodies[2]+"\n"+s.bodies[4]+"\n")
	out := ""
	for _, i := range []int{1, 5} {
		out += fmt.Sprintf("%s entry of another time\n", Digest(sha256.Sum256([]byte(s.bodies[i]))))
	}
	put(LeftOutFile, out)
	sizes := []int64{2, 4, 6}
	put(CheckpointFile(2), string(s.checkpoint(2, s.key)))
	put(CheckpointFile(4), string(s.checkpoint(4, s.key, s.next)))
	put(CheckpointFile(6), string(s.checkpoint(6, s.next)))
	for i := 1; i < len(sizes); i++ {
		proof, err := tlog.ProveTree(sizes[i], sizes[i-1], s.reader())
		require.NoError(s.t, err)
		consistency.WriteString(HashLine(sizes[i-1:i+1], proof))
	}
	put(ConsistencyFile, consistency.String())
	put(KeysFile, s.key.Public()+"\n"+s.next.Public()+"\n")
	put(VerifyFile, "how\n")
	for _, name := range slices.Sorted(maps.Keys(s.extra)) {
		put(name, s.extra[name])
	}
	_, _, err := w.Close(context.Background(), s.manifest, s.signer)
	require.NoError(s.t, err)
	return b.Bytes()
}

func check(t testing.TB, b []byte, keys ...string) *Verification {
	t.Helper()
	v, err := Verify(t.Context(), bytes.NewReader(b), int64(len(b)), Options{Keys: keys})
	require.NoError(t, err)
	return v
}

// rezip writes the files of a bundle again, each as change has it; a nil gives it up.
func rezip(t testing.TB, b []byte, change func(name string, data []byte) []byte, then func(*zip.Writer)) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		data, err := io.ReadAll(r)
		require.NoError(t, err)
		if change != nil {
			data = change(f.Name, data)
		}
		if data == nil {
			continue
		}
		to, err := w.Create(f.Name)
		require.NoError(t, err)
		_, err = to.Write(data)
		require.NoError(t, err)
	}
	if then != nil {
		then(w)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}
