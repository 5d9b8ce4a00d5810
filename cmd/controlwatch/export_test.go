package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/stretchr/testify/require"
)

func TestExportToAMachineThatHasNeverSeenTheStore(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.devices("true", "true", "true")
	o.scan()
	o.now = o.now.Add(24 * time.Hour)
	o.devices("true", "false", "true")
	o.scan()
	_, public, _ := o.run("key", "show")
	public = strings.TrimSpace(public)
	file := filepath.Join(o.dir, "bundle.zip")
	code, stdout, stderr := o.run("export", "--from", "2026-11-01", "--to", "2026-11-02", "-o", file, "--by", "Ada", "--for", "Auditors")
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stdout, "Ada (identity not verified)")
	require.Contains(t, stdout, "Not protected against the operator")
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())
	left, err := filepath.Glob(filepath.Join(o.dir, ".export-*"))
	require.NoError(t, err)
	require.Empty(t, left)

	code, _, stderr = o.run("export", "--from", "2026-11-01", "--to", "2026-11-02", "-o", file, "--by", "Ada")
	require.Equal(t, exitCannotRun, code)
	require.Contains(t, stderr, "is there already")

	elsewhere := newOffice(t)
	copied, err := os.ReadFile(file)
	require.NoError(t, err)
	there := filepath.Join(elsewhere.dir, "b.zip")
	require.NoError(t, os.WriteFile(there, copied, 0o600))
	code, stdout, stderr = elsewhere.run("verify", there, "--key", public)
	require.Equal(t, exitOK, code, stdout+stderr)
	require.Contains(t, stdout, "Everything fits.")
	require.NotContains(t, stdout, "taken from the bundle itself")
	code, stdout, _ = elsewhere.run("verify", there, "-o", "json")
	require.Equal(t, exitOK, code)
	var v struct {
		Schema, Manifest string
		OK, Pinned       bool
		By, For          string
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &v))
	require.Equal(t, "controlwatch.bundle-verification/v1", v.Schema)
	require.True(t, v.OK)
	require.False(t, v.Pinned)
	require.Equal(t, "Auditors", v.For)

	// The first file's bytes begin behind its header, name and extra field (APPNOTE 4.3.7).
	begins := 30 + int(binary.LittleEndian.Uint16(copied[26:])) + int(binary.LittleEndian.Uint16(copied[28:]))
	copied[begins+4] ^= 1
	require.NoError(t, os.WriteFile(there, copied, 0o600))
	code, stdout, stderr = elsewhere.run("verify", there, "--key", public)
	require.NotEqual(t, exitOK, code, stdout+stderr)
	code, _, stderr = elsewhere.run("verify", there, "--fast")
	require.Equal(t, exitCannotRun, code)
	require.Contains(t, stderr, "always checked whole")

	// The next bundle has the record of the first.
	o.now = o.now.Add(time.Hour)
	next := filepath.Join(o.dir, "next.zip")
	code, _, stderr = o.run("export", "--from", "2026-11-01", "--to", "now", "-o", next, "--by", "Ada")
	require.Equal(t, exitOK, code, stderr)
	z, err := os.ReadFile(next)
	require.NoError(t, err)
	require.Contains(t, readZip(t, z, "records.csv"), "export,"+v.Manifest+",Ada,identity not verified")
	code, stdout, stderr = o.run("verify")
	require.Equal(t, exitOK, code, stdout+stderr)
}

func TestAnExportIsEncryptedToWhomItIsFor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.devices("true", "true", "true")
	o.scan()
	identity, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	file := filepath.Join(o.dir, "bundle.zip.age")
	export := []string{"export", "--from", "2026-11-01", "--to", "2026-11-01", "-o", file, "--by", "Ada", "--recipient"}
	code, _, stderr := o.run(append(export, "age1nonsense")...)
	require.Equal(t, exitCannotRun, code)
	require.Contains(t, stderr, "no age public key")
	code, _, stderr = o.run(append(export, identity.String())...)
	require.Equal(t, exitCannotRun, code)
	require.Contains(t, stderr, "that is a secret key")
	require.NotContains(t, stderr, identity.String())
	require.NoFileExists(t, file)

	code, _, stderr = o.run(append(export, identity.Recipient().String())...)
	require.Equal(t, exitOK, code, stderr)
	sealed, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NotContains(t, string(sealed), "manifest.json")
	code, _, stderr = o.run("verify", file)
	require.Equal(t, exitCannotRun, code)
	require.Contains(t, stderr, "decrypt it first")
	r, err := age.Decrypt(bytes.NewReader(sealed), identity)
	require.NoError(t, err)
	plain, err := io.ReadAll(r)
	require.NoError(t, err)
	opened := filepath.Join(o.dir, "bundle.zip")
	require.NoError(t, os.WriteFile(opened, plain, 0o600))
	code, stdout, stderr := o.run("verify", opened)
	require.Equal(t, exitOK, code, stdout+stderr)
}

func TestAnExportThatCannotBeIsSaid(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.devices("true", "true", "true")
	o.scan()
	file := filepath.Join(o.dir, "bundle.zip")
	for want, args := range map[string][]string{
		"is not after --from":           {"--from", "2026-11-01T08:00:00Z", "--to", "2026-11-01T08:00:00Z", "--by", "Ada"},
		"nothing was kept in that time": {"--from", "2026-10-01", "--to", "2026-10-02", "--by", "Ada"},
		`no criterion "CC99"`:           {"--from", "2026-11-01", "--to", "2026-11-01", "--by", "Ada", "--criteria", "CC99"},
		"say who exports":               {"--from", "2026-11-01", "--to", "2026-11-01"},
	} {
		code, stdout, stderr := o.run(append([]string{"export", "-o", file}, args...)...)
		require.Equal(t, exitCannotRun, code, want)
		require.Empty(t, stdout)
		require.Contains(t, stderr, want)
		require.NoFileExists(t, file)
	}
	left, err := filepath.Glob(filepath.Join(o.dir, ".export-*"))
	require.NoError(t, err)
	require.Empty(t, left)
	// What was altered is not handed out.
	o.sql("DROP TRIGGER pull_no_update", "UPDATE pull SET source = 'other' WHERE seq = (SELECT MIN(seq) FROM pull)")
	code, _, stderr := o.run("export", "--from", "2026-11-01", "--to", "2026-11-01", "-o", file, "--by", "Ada")
	require.Equal(t, exitCannotRun, code)
	require.Contains(t, stderr, "is not what was logged")
	require.NoFileExists(t, file)
}

func readZip(t *testing.T, b []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	r, err := z.Open(name)
	require.NoError(t, err)
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(text)
}
