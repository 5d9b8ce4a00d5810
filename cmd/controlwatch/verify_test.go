package main

import (
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// sql changes the store as somebody would who has its file in hand.
func (o *office) sql(queries ...string) {
	o.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(o.dir, "store.db"))
	require.NoError(o.t, err)
	defer func() { require.NoError(o.t, db.Close()) }()
	for _, q := range queries {
		_, err := db.ExecContext(o.t.Context(), q)
		require.NoError(o.t, err)
	}
}

func TestVerifyFromTheFirstScanToAnAlteredVerdict(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code, _, stderr := o.run("verify")
	require.Equal(t, exitCannotRun, code)
	require.Contains(t, stderr, "there is no store at")

	o.devices("true", "true", "true")
	o.scan()
	o.now = o.now.Add(time.Hour)
	o.devices("true", "false", "true")
	o.scan()
	code, stdout, stderr := o.run("verify")
	require.Equal(t, exitOK, code, stdout+stderr)
	require.Contains(t, stdout, "Everything fits.")
	require.Contains(t, stdout, "Not protected against the operator")
	require.Contains(t, stdout, "The key was taken from the store itself")

	code, public, _ := o.run("key", "show")
	require.Equal(t, exitOK, code)
	code, stdout, _ = o.run("verify", "--key", strings.TrimSpace(public), "-o", "json")
	require.Equal(t, exitOK, code)
	var v struct {
		Schema                       string
		OK, Pinned                   bool
		Commits, Checkpoints, Signed int64
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &v))
	require.Equal(t, "controlwatch.verify/v1", v.Schema)
	require.True(t, v.OK)
	require.True(t, v.Pinned)
	require.EqualValues(t, 4, v.Checkpoints)
	require.Equal(t, v.Commits, v.Signed)

	o.sql("DROP TRIGGER drift_no_update", "UPDATE drift SET outcome_to = 'pass'")
	code, stdout, _ = o.run("verify")
	require.Equal(t, exitGap, code)
	require.Contains(t, stdout, "THE FIRST RECORD THAT DOES NOT FIT")
	require.Contains(t, stdout, "an assessment at 2026-11-01T10:00:00Z")
	code, stdout, _ = o.run("verify", "--fast")
	require.Equal(t, exitOK, code, "the log in itself is as it was")
	require.Contains(t, stdout, "Rows and bodies were not read (--fast).")
}

func TestKeysAreHandedOver(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.devices("true")
	o.scan()
	_, first, _ := o.run("key", "show")
	code, stdout, stderr := o.run("key", "rotate", "--by", "Ada Lovelace")
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stdout, "handed over at ")
	_, both, _ := o.run("key", "show")
	require.Len(t, strings.Fields(both), 2)
	require.True(t, strings.HasPrefix(both, first))
	o.scan()
	code, stdout, _ = o.run("verify", "--key", strings.TrimSpace(first))
	require.Equal(t, exitOK, code, "the old key vouches for the new: "+stdout)

	require.NoError(t, os.Remove(filepath.Join(o.dir, "store.db.key")))
	code, _, stderr = o.run("scan", "-c", filepath.Join(o.dir, "controlwatch.yaml"))
	require.Equal(t, exitCannotRun, code)
	require.Contains(t, stderr, "put it back, or give it in CONTROLWATCH_LOG_KEY")
	code, _, stderr = o.run("explain", "devices-are-managed")
	require.Equal(t, exitOK, code, "reading asks for no key: "+stderr)
}
