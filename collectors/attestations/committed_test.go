package attestations

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/evidence"
)

// collectCommitted reads a folder whose files were all committed alike.
func collectCommitted(t *testing.T, dir string, c connect.Commit) (map[string]*evidence.Attestation, map[string]string) {
	t.Helper()
	asked := map[string]string{}
	s := &source{dir: dir, organisation: "acme", clock: func() time.Time { return now }}
	s.commits = func(_ context.Context, in string, files map[string][]byte) (map[string]connect.Commit, error) {
		require.Equal(t, dir, in)
		out := map[string]connect.Commit{}
		for name, text := range files {
			asked[name], out[name] = string(text), c
		}
		return out, nil
	}
	rec := evidence.NewRecorder(evidence.Pull{Collector: attestationsCollector.Name, Populations: attestationsCollector.Populations})
	require.NoError(t, s.collect(t.Context(), rec))
	_, all := rec.Result()
	found := map[string]*evidence.Attestation{}
	for _, f := range all {
		found[f.Resource.ID] = f.Body.(*evidence.Attestation)
	}
	return found, asked
}

func TestWhoCommittedAStatement(t *testing.T) {
	t.Parallel()
	const id = "access-is-reviewed/2026-10-05"
	ada := connect.Commit{Hash: "abc", Signer: "Ada Lovelace", Is: func(name string) bool { return name == "ada" }}
	setup := func(t *testing.T, text string) string {
		t.Helper()
		t.Parallel()
		dir := t.TempDir()
		write(t, dir, "deep/a.yaml", text)
		return dir
	}
	t.Run("its performer's signature counts", func(t *testing.T) {
		found, asked := collectCommitted(t, setup(t, met), ada)
		require.Equal(t, map[string]string{"deep/a.yaml": met}, asked, "what was read is what is looked for")
		a := found[id]
		require.Equal(t, evidence.IdentityGit, a.Identity)
		require.Equal(t, []string{"abc", "Ada Lovelace", ""}, []string{a.Commit, a.SignedBy, a.Unverified})
		require.Equal(t, "ada", a.PerformedBy, "what the statement says stays")
	})
	t.Run("another's does not, and is told", func(t *testing.T) {
		for _, is := range []func(string) bool{nil, func(string) bool { return false }} {
			c := ada
			c.Is = is
			dir := t.TempDir()
			write(t, dir, "a.yaml", met)
			found, _ := collectCommitted(t, dir, c)
			a := found[id]
			require.Equal(t, evidence.IdentityUnverified, a.Identity)
			require.Equal(t, "Ada Lovelace", a.SignedBy)
			require.Contains(t, a.Unverified, "not known to be who performed it")
		}
	})
	t.Run("no signature", func(t *testing.T) {
		found, _ := collectCommitted(t, setup(t, met), connect.Commit{Hash: "abc", Unverified: "its commit is not signed", Is: func(string) bool { return true }})
		a := found[id]
		require.Equal(t, evidence.IdentityUnverified, a.Identity)
		require.Equal(t, []string{"abc", "", "its commit is not signed"}, []string{a.Commit, a.SignedBy, a.Unverified})
	})
	t.Run("a file of several statements does not tell which of them it was about", func(t *testing.T) {
		two := "- control: access-is-reviewed\n  result: met\n  performed_at: 2026-10-05\n  performed_by: ada\n" +
			"- control: vendors-are-reviewed\n  result: met\n  performed_at: 2026-10-05\n  performed_by: ada\n"
		found, _ := collectCommitted(t, setup(t, two), ada)
		require.Len(t, found, 2)
		for _, a := range found {
			require.Equal(t, evidence.IdentityUnverified, a.Identity)
			require.Contains(t, a.Unverified, "a file of its own")
		}
	})
	t.Run("nor does one whose other statement cannot be read", func(t *testing.T) {
		two := "- control: access-is-reviewed\n  result: met\n  performed_at: 2026-10-05\n  performed_by: ada\n- control: x\n"
		found, _ := collectCommitted(t, setup(t, two), ada)
		require.Len(t, found, 1)
		require.Equal(t, evidence.IdentityUnverified, found[id].Identity)
	})
	t.Run("in no repository", func(t *testing.T) {
		found, _ := collectCommitted(t, setup(t, met), connect.Commit{})
		a := found[id]
		require.Equal(t, []string{"", "", "", ""}, []string{string(a.Identity), a.Commit, a.SignedBy, a.Unverified})
	})
	t.Run("a file cannot say itself who is known", func(t *testing.T) {
		dir := setup(t, met+"identity: git-commit\n")
		require.ErrorContains(t, Check(dir, now), "identity")
	})
	t.Run("the pull's end is no hole", func(t *testing.T) {
		s := &source{dir: setup(t, met), clock: func() time.Time { return now }}
		s.commits = func(context.Context, string, map[string][]byte) (map[string]connect.Commit, error) {
			return nil, context.Canceled
		}
		err := s.collect(t.Context(), evidence.NewRecorder(evidence.Pull{Populations: attestationsCollector.Populations}))
		require.ErrorIs(t, err, context.Canceled)
		_, hole := errors.AsType[*evidence.Unseen](err)
		require.False(t, hole)
	})
}
