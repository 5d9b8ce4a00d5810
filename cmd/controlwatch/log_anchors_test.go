package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/checkpoint"
	"github.com/controlwatch/controlwatch/internal/tsa"
	"github.com/controlwatch/controlwatch/internal/tsa/tsatest"
	"github.com/controlwatch/controlwatch/publish/anchor"
	"github.com/controlwatch/controlwatch/store"
)

// anchored is a folder with a configuration, a store and where its checkpoints go.
type anchored struct {
	p    *program
	dir  string
	cfg  config.Config
	tsa  *tsatest.Authority
	data string // folder of the store
}

func newAnchored(t *testing.T) anchored {
	t.Helper()
	a := anchored{dir: t.TempDir(), tsa: tsatest.New(t, tsatest.Options{})}
	server := httptest.NewServer(a.tsa)
	t.Cleanup(server.Close)
	a.data = filepath.Join(a.dir, "data")
	for _, folder := range []string{a.data, filepath.Join(a.dir, "share")} {
		require.NoError(t, os.Mkdir(folder, 0o700))
	}
	_, secret, err := checkpoint.Generate("log.example/evidence")
	require.NoError(t, err)
	a.p = &program{stdout: io.Discard, stderr: io.Discard, now: time.Now, env: func(name string) string { return map[string]string{"LOG_KEY": secret}[name] }}
	require.NoError(t, os.WriteFile(filepath.Join(a.dir, "root.pem"), a.tsa.PEM(t), 0o600))
	file := filepath.Join(a.dir, "controlwatch.yaml")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, `sources: [{provider: sample}]
evidence:
  log:
    key: {env: LOG_KEY}
    anchors:
      - name: authority
        rfc3161: {url: %q, ca_file: root.pem}
      - name: share
        directory: {path: share}
`, server.URL), 0o600))
	a.cfg, err = config.Read(file, a.p.env)
	require.NoError(t, err)
	return a
}

func (a anchored) open(t *testing.T) *store.Store {
	t.Helper()
	dsn := "sqlite:" + filepath.Join(a.data, "log.db")
	s, err := store.Open(t.Context(), dsn, store.Options{Clock: a.p.now, Key: a.p.logKey(dsn, a.cfg)})
	require.NoError(t, err)
	return s
}

func (a anchored) round(t *testing.T, s *store.Store) anchor.Round {
	t.Helper()
	rounds, err := a.p.anchorRounds(t.Context(), a.cfg, s)
	require.NoError(t, err)
	round, err := rounds.Run(t.Context())
	require.NoError(t, err)
	require.Len(t, round.Results, 2)
	return round
}

// sign records something and signs it.
func sign(t *testing.T, s *store.Store, word string) store.Checkpoint {
	t.Helper()
	_, err := s.Append(t.Context(), store.Entry{Kind: "test", Actor: evidence.Program, Body: fmt.Appendf(nil, "%q", word)})
	require.NoError(t, err)
	c, err := s.Sign(t.Context())
	require.NoError(t, err)
	require.Positive(t, c.Size)
	return c
}

func receipts(t *testing.T, s *store.Store) map[string][]anchor.Receipt {
	t.Helper()
	all := map[string][]anchor.Receipt{}
	for e, err := range s.Entries(context.WithoutCancel(t.Context()), entryAnchor) {
		require.NoError(t, err)
		require.Equal(t, evidence.Program, e.Actor)
		var r anchor.Receipt
		require.NoError(t, json.Unmarshal(e.Body, &r))
		all[e.Subject] = append(all[e.Subject], r)
	}
	return all
}

func TestReceiptsAreKeptInTheLog(t *testing.T) {
	t.Parallel()
	a := newAnchored(t)
	s := a.open(t)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	first := sign(t, s, "one")
	round := a.round(t, s)
	for _, r := range round.Results {
		require.NoError(t, r.Err)
		require.True(t, r.New)
	}
	require.True(t, round.Protection().Holds())
	require.Equal(t, []string{"authority"}, round.Protection().Outside, "a folder is out of reach only if the configuration says so")
	kept := receipts(t, s)
	require.Len(t, kept["authority"], 1)
	require.Len(t, kept["share"], 1)
	require.Equal(t, first.Size, kept["authority"][0].Size)
	roots, err := tsa.Roots(a.tsa.PEM(t))
	require.NoError(t, err)
	_, err = tsa.Verify(kept["authority"][0].Token, first.Note, roots)
	require.NoError(t, err)
	require.NoError(t, a.tsa.Judge(t, kept["authority"][0].Token, first.Note), "openssl's own judgement")

	for _, r := range a.round(t, s).Results {
		require.NoError(t, r.Err)
		require.Zero(t, r.Attempts, "a new process asks for no receipt that the log has")
	}
	require.Len(t, receipts(t, s)["authority"], 1)
	sign(t, s, "two")
	a.round(t, s)
	require.Len(t, receipts(t, s)["authority"], 2)

	code, out := a.verify(t, "--ca", filepath.Join(a.dir, "root.pem"), "--anchors")
	require.Equal(t, exitOK, code, out)
	require.Contains(t, out, "2 tokens of anchors judged")
	require.Contains(t, out, "leaves anchored at")
	other := filepath.Join(a.dir, "other.pem")
	require.NoError(t, os.WriteFile(other, tsatest.New(t, tsatest.Options{}).PEM(t), 0o600))
	code, out = a.verify(t, "--ca", other)
	require.Equal(t, exitGap, code, "an authority that nobody trusts")
	require.Contains(t, out, "receipt of an anchor in record e")
	code, out = a.verify(t)
	require.Equal(t, exitOK, code)
	require.Contains(t, out, "2 receipts carry a token that was not judged")
}

// verify runs the command over the store.
func (a anchored) verify(t *testing.T, args ...string) (int, string) {
	t.Helper()
	var out, problems bytes.Buffer
	p := *a.p
	p.stdout, p.stderr = &out, &problems
	args = append([]string{"verify", "-c", a.cfg.File, "--store", "sqlite:" + filepath.Join(a.data, "log.db")}, args...)
	code := run(t.Context(), &p, args)
	require.NotEqual(t, exitCannotRun, code, problems.String())
	return code, out.String()
}

func TestARestoredOlderCopyShows(t *testing.T) {
	t.Parallel()
	a := newAnchored(t)
	s := a.open(t)
	sign(t, s, "one")
	a.round(t, s)
	require.NoError(t, s.Close())
	older := filepath.Join(a.dir, "older")
	require.NoError(t, os.CopyFS(older, os.DirFS(a.data)))

	s = a.open(t)
	sign(t, s, "two")
	sign(t, s, "three")
	a.round(t, s)
	require.NoError(t, s.Close())

	require.NoError(t, os.RemoveAll(a.data))
	require.NoError(t, os.Rename(older, a.data))
	code, out := a.verify(t)
	require.Equal(t, exitOK, code, "the copy by itself is whole: "+out)
	code, out = a.verify(t, "--anchors")
	require.Equal(t, exitGap, code)
	require.Contains(t, out, "the anchor holds a checkpoint of")
	held, err := filepath.Glob(filepath.Join(a.dir, "share", "*"))
	require.NoError(t, err)
	code, out = a.verify(t, "--checkpoint", held[len(held)-1])
	require.Equal(t, exitGap, code)
	require.Contains(t, out, "it is another history, or an older copy")

	s = a.open(t)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	sign(t, s, "another two")
	round := a.round(t, s)
	require.NoError(t, round.Results[0].Err, "an authority remembers nothing")
	require.ErrorIs(t, round.Results[1].Err, anchor.ErrRewritten)
}

func TestAnchorsThatCannotBeMade(t *testing.T) {
	t.Parallel()
	a := newAnchored(t)
	require.NoError(t, os.WriteFile(filepath.Join(a.dir, "root.pem"), []byte("none"), 0o600))
	_, err := a.p.anchors(t.Context(), a.cfg)
	require.ErrorContains(t, err, "controlwatch.yaml:7:18: evidence.log.anchors[0].rfc3161: ca_file: holds no certificate in PEM form")
}
