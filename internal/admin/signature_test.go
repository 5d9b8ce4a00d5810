package admin

import (
	"context"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/checkpoint"
	"github.com/controlwatch/controlwatch/internal/identity"
	"github.com/controlwatch/controlwatch/store"
)

// Whoever holds the log's own key can log what they like, and nothing in the log is
// out of order then; a record in somebody's name they cannot make.
func TestTheOperatorCannotSignForOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(dir, "c.db"), store.Options{
		Clock: func() time.Time { return time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC) },
		Key: func(context.Context, string) (store.Signer, error) {
			key, _, err := checkpoint.Generate("controlwatch/test")
			return key, err
		},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	ada, err := identity.Create(filepath.Join(dir, "ada"), "ada")
	require.NoError(t, err)
	_, err = identity.Create(filepath.Join(dir, "mallory"), "")
	require.NoError(t, err)
	cfg := read(t, "sources: [{provider: aws}]\nidentities: [{name: Ada, keys: ['"+ada+"']}]\n")
	signer := func(name string) func(store.Entry) []store.Entry {
		key, _, err := identity.Open(t.Context(), filepath.Join(dir, name), "")
		require.NoError(t, err)
		return func(e store.Entry) []store.Entry {
			entries, err := Sign(t.Context(), s, cfg, "ada", key, time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC), e)
			require.NoError(t, err)
			return entries
		}
	}
	hold := store.Entry{Kind: "hold", Subject: "2026", Body: json.RawMessage(`{"reason":"r"}`)}
	good := signer("ada")(hold)
	require.Len(t, good, 2, "who holds the key is recorded before it counts")
	_, err = s.Append(t.Context(), good...)
	require.NoError(t, err)
	again := signer("ada")(hold)
	require.Len(t, again, 1, "and once")
	_, err = s.Append(t.Context(), again...)
	require.NoError(t, err)
	checked, problems, err := CheckSignatures(t.Context(), s)
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Equal(t, 2, checked)

	mallory, _, err := identity.Open(t.Context(), filepath.Join(dir, "mallory"), "")
	require.NoError(t, err)
	_, err = Sign(t.Context(), s, cfg, "Ada", mallory, time.Time{}, hold)
	require.ErrorContains(t, err, "not among theirs")
	forged, err := identity.Statement{Log: "controlwatch/test", Kind: "hold", Subject: "2026", By: "Ada", Body: hold.Body}.Sign(mallory, time.Now())
	require.NoError(t, err)
	person := evidence.Actor{Name: "Ada", Identity: evidence.IdentityKey}
	for name, bad := range map[string]store.Entry{
		"the key that signed it was not known": {Kind: "hold", Subject: "2026", Actor: person, Body: forged},
		"it is not over these bytes":           {Kind: "hold", Subject: "2027", Actor: person, Body: again[0].Body},
		"it has no signature":                  {Kind: "hold", Subject: "2026", Actor: person, Body: hold.Body},
		"which nothing in it shows":            {Kind: "hold", Subject: "2026", Actor: evidence.Actor{Name: "Ada", Identity: evidence.IdentityGit}, Body: hold.Body},
	} {
		ids, err := s.Append(t.Context(), bad)
		require.NoError(t, err)
		_, problems, err = CheckSignatures(t.Context(), s)
		require.NoError(t, err)
		last := problems[len(problems)-1]
		require.Contains(t, last.What, name)
		require.Contains(t, last.Record, ids[0])
	}
	v, err := s.Verify(t.Context(), store.VerifyOptions{})
	require.NoError(t, err)
	require.True(t, v.OK(), "the log in itself is in order")
}
