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

// What a bundle holds beside facts and judgements, from the commands that make it.
func TestExportHoldsAllThereIs(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.devices("true", "true", "false")
	key := filepath.Join(o.dir, "ada")
	code, listed, stderr := o.run("identity", "create", "Ada Lovelace", "--out", key)
	require.Equal(t, exitOK, code, stderr)
	require.NoError(t, os.Mkdir(filepath.Join(o.dir, "attestations"), 0o700))
	config, err := os.ReadFile(filepath.Join(o.dir, "controlwatch.yaml"))
	require.NoError(t, err)
	o.write("controlwatch.yaml", string(config)+"  - provider: attestations\n    settings: {directory: attestations}\n"+listed)
	o.write("attestations/review.yaml", "control: vendors-are-managed\nresult: met\nperformed_at: 2026-10-03\nperformed_by: ada@example.com\nreviewed_by: bo@example.com\nfiles: [minutes.txt]\n")
	o.write("attestations/minutes.txt", "what was said\n")
	o.scan()
	o.now = o.now.Add(25 * time.Hour)
	o.scan()
	file := filepath.Join(o.dir, "controlwatch.yaml")
	code, _, stderr = o.run("sample", "Device", "-c", file, "--from", "2026-11-01", "--to", "2026-11-01", "--size", "2", "--seed", "s", "--drawn-by", "Ada Lovelace", "--sign-with", key)
	require.Contains(t, []int{exitOK, exitIncomplete}, code, stderr)

	bundle := filepath.Join(o.dir, "b.zip")
	export := []string{"export", "-c", file, "--from", "2026-11-01", "--to", "2026-11-01", "-o", bundle, "--by", "Ada Lovelace", "--attestations", filepath.Join(o.dir, "attestations")}
	code, _, stderr = o.run(append(export, "--redact", "log")...)
	require.Equal(t, exitCannotRun, code)
	require.Contains(t, stderr, `--redact: "log" cannot be left out`)
	code, _, stderr = o.run(append(export, "--sign-with", filepath.Join(o.dir, "nobody"))...)
	require.Equal(t, exitCannotRun, code)
	require.NoFileExists(t, bundle, stderr)
	code, stdout, stderr := o.run(append(export, "--sign-with", key)...)
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stdout, "by Ada Lovelace (personal-key)")
	act := o.log("--kind", "export").Acts[0]
	require.Equal(t, "personal-key", act.Identity)
	require.True(t, act.Verified)

	z, err := os.ReadFile(bundle)
	require.NoError(t, err)
	require.Contains(t, readZip(t, z, "files.csv"), ",in the bundle,files/")
	require.Contains(t, readZip(t, z, "periods/period.json"), `"devices-are-managed"`)
	samples := readZip(t, z, "samples.csv")
	require.Contains(t, samples, "Ada Lovelace,personal-key")
	require.Contains(t, samples, "samples/populations/", "what the command lists has the digest that was recorded")
	require.Contains(t, readZip(t, z, "anchors.csv"), "record,")
	code, stdout, stderr = o.run("verify", bundle)
	require.Equal(t, exitOK, code, stdout+stderr)
	require.Contains(t, stdout, "2 files and 0 items of answers tied to what names them")
	require.Contains(t, strings.Join(strings.Fields(stdout), " "), "It holds no token of an anchor.")

	o.write("attestations/minutes.txt", "what was not said\n")
	again := filepath.Join(o.dir, "again.zip")
	export[8] = again
	code, stdout, stderr = o.run(export...)
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, strings.Join(strings.Fields(stdout), " "), "changed: the file minutes.txt is not the one that was attested")
}
