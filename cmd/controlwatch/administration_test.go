package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/report"
)

// log reads the administrators' log.
func (o *office) log(args ...string) report.Administration {
	o.t.Helper()
	code, stdout, stderr := o.run(append([]string{"log", "-o", "json"}, args...)...)
	require.Equal(o.t, exitOK, code, stderr)
	var a report.Administration
	require.NoError(o.t, json.Unmarshal([]byte(stdout), &a))
	return a
}

// What is changed between scans is recorded with before and after; what is not, is not.
func TestChangesBetweenScansAreRecorded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.devices("true")
	file := filepath.Join(o.dir, "controlwatch.yaml")
	const sources = "sources:\n  - provider: files\n    settings: {directory: facts}\n"
	o.scan()
	o.scan()
	first := o.log()
	require.Equal(t, map[string]int{"settings": 1, "scan": 2, "log-key": 1}, first.Kinds)
	for _, act := range first.Acts {
		require.Equal(t, act.Kind == "log-key", act.Verified, act.Kind)
	}

	o.now = o.now.Add(time.Hour)
	o.write("controlwatch.yaml", sources+"controls: {parameters: {people-use-multi-factor-sign-in: {}}}\nlisten: 127.0.0.1:1\n")
	code, _, stderr := o.run("scan", "-c", file, "--change-reference", "CHG-17", "--approved-by", "Grace Hopper")
	require.NotEqual(t, exitCannotRun, code, stderr)
	changed := o.log("--from", "2026-11-01T10:00:00Z", "--kind", "configuration-changed")
	require.Len(t, changed.Acts, 1)
	act := changed.Acts[0]
	require.Equal(t, "CHG-17", act.Change.Reference)
	require.Equal(t, "Grace Hopper", act.Change.ApprovedBy)
	require.Equal(t, "names-differ", act.Change.Apart)
	require.Equal(t, "listen", act.Changes[0].Path)
	require.Equal(t, "127.0.0.1:9464", *act.Changes[0].Before)
	require.Equal(t, "127.0.0.1:1", *act.Changes[0].After)
	_, text, _ := o.run("log", "--kind", "configuration-changed")
	require.Contains(t, text, "identity not verified")
	require.Contains(t, text, "not verified, only that the names differ")
	_, csv, _ := o.run("log", "--kind", "configuration-changed", "-o", "csv")
	require.Contains(t, csv, ",listen,127.0.0.1:9464,127.0.0.1:1,CHG-17,,Grace Hopper,")

	o.write("controlwatch.yaml", sources+"change: {requested_by: Ada, approved_by: ADA}\n")
	code, _, stderr = o.run("scan", "-c", file)
	require.Equal(t, exitCannotRun, code)
	require.Contains(t, stderr, "another must approve")
	code, _, stderr = o.run("scan", "-c", file, "--approved-by", "x")
	require.Equal(t, exitCannotRun, code, stderr)
	o.write("controlwatch.yaml", sources+"change: {requested_by: Ada}\n")
	code, _, stderr = o.run("scan", "-c", file, "--approved-by", "ada ")
	require.Equal(t, exitCannotRun, code)
	require.Contains(t, stderr, "another must approve")

	o.now = time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	_, period, _ := o.run("period", "--from", "2026-11-01", "--to", "2026-11-02")
	require.Contains(t, period, "What administrators did")
	require.Contains(t, period, "configuration-changed")
	require.Contains(t, period, "the administrators' log begins 2026-11-01 09:00 UTC")
}

// Another program on the same store is an upgrade, with the digests of both files.
func TestAnotherProgramIsAnUpgrade(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.devices("true")
	o.binary = strings.Repeat("a", 64)
	o.scan()
	o.binary = strings.Repeat("b", 64)
	o.scan()
	o.binary = ""
	o.scan()
	upgrades := o.log("--kind", "upgrade").Acts
	require.Len(t, upgrades, 2)
	require.Equal(t, "program.sha256", upgrades[0].Changes[0].Path)
	require.Equal(t, strings.Repeat("a", 64), *upgrades[0].Changes[0].Before)
	require.Equal(t, strings.Repeat("b", 64), *upgrades[0].Changes[0].After)
	require.Equal(t, "unknown", *upgrades[1].Changes[0].After, "what is not known is said")
	code, stdout, _ := o.run("replay", "--from", "2026-11-01", "--to", "2026-11-02")
	require.NotEqual(t, exitGap, code, "the same judge in another program gives the same verdicts: "+stdout)
}

// A person's signature is kept and checked; forged, altered and unknown ones are found.
func TestPeopleSignWhatTheyRecord(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.devices("true")
	file := filepath.Join(o.dir, "controlwatch.yaml")
	key := filepath.Join(o.dir, "ada")
	code, listed, stderr := o.run("identity", "create", "Ada Lovelace", "--out", key)
	require.Equal(t, exitOK, code, stderr)
	code, _, stderr = o.run("identity", "create", "Mallory", "--out", filepath.Join(o.dir, "mallory"))
	require.Equal(t, exitOK, code, stderr)
	good, err := os.ReadFile(file)
	require.NoError(t, err)
	o.scan()

	code, _, stderr = o.run("key", "rotate", "-c", file, "--by", "Ada Lovelace", "--sign-with", key)
	require.Equal(t, exitCannotRun, code, "nobody is listed")
	require.Contains(t, stderr, "does not list that person under identities")
	o.write("controlwatch.yaml", string(good)+listed)
	code, _, stderr = o.run("key", "rotate", "-c", file, "--by", "Ada Lovelace", "--sign-with", filepath.Join(o.dir, "mallory"))
	require.Equal(t, exitCannotRun, code)
	require.Contains(t, stderr, "is not among theirs")
	_, keys, _ := o.run("key", "show")
	require.Len(t, strings.Fields(keys), 1, "nothing was handed over")
	code, _, stderr = o.run("key", "rotate", "-c", file, "--by", "ada lovelace", "--sign-with", key)
	require.Equal(t, exitOK, code, stderr)

	act := o.log("--kind", "key-rotated").Acts[0]
	require.Equal(t, "Ada Lovelace", act.Actor)
	require.Equal(t, "personal-key", act.Identity)
	require.True(t, act.Verified)
	o.scan()
	code, stdout, stderr := o.run("verify")
	require.Equal(t, exitOK, code, stdout+stderr)
	require.Contains(t, stdout, "1 records are signed by the people they name")

	o.sql("DROP TRIGGER entry_no_update", "UPDATE entry SET actor = 'Grace Hopper' WHERE kind = 'key-rotated'")
	code, stdout, _ = o.run("verify")
	require.Equal(t, exitGap, code)
	require.Contains(t, stdout, "key-rotated by Grace Hopper: its signature does not fit")
	o.sql("UPDATE entry SET actor = 'Ada Lovelace', subject = 'x' WHERE kind = 'key-rotated'")
	_, stdout, _ = o.run("verify")
	require.Contains(t, stdout, "key-rotated by Ada Lovelace: its signature does not fit")
	o.sql("UPDATE entry SET identity = 'personal-key' WHERE kind = 'scan'")
	_, stdout, _ = o.run("verify")
	require.Contains(t, stdout, "it has no signature")
}
