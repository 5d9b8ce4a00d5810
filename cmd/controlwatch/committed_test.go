package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/identity"
	"github.com/controlwatch/controlwatch/internal/peertest"
	"github.com/controlwatch/controlwatch/report"
)

// git works in the office's folder as somebody with a key; "": without.
func (o *office) git(key string, args ...string) string {
	o.t.Helper()
	peertest.Need(o.t, "git")
	peertest.Need(o.t, "ssh-keygen")
	settings := []string{"-c", "user.name=ada", "-c", "user.email=ada@acme.example", "-c", "gpg.format=ssh", "-c", "gc.auto=0"}
	if key != "" {
		settings = append(settings, "-c", "commit.gpgsign=true", "-c", "user.signingkey="+key)
	}
	cmd := exec.CommandContext(o.t.Context(), "git", append(settings, args...)...)
	cmd.Dir = o.dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	out, err := cmd.CombinedOutput()
	require.NoError(o.t, err, string(out))
	return strings.TrimSpace(string(out))
}

// A signed commit shows who stated something and who changed the configuration; the
// name in a commit shows nothing.
func TestSignedCommitsShowWhoItWas(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	keys := t.TempDir()
	ada, grace := filepath.Join(keys, "ada"), filepath.Join(keys, "grace")
	adas, err := identity.Create(ada, "")
	require.NoError(t, err)
	graces, err := identity.Create(grace, "")
	require.NoError(t, err)
	file := filepath.Join(o.dir, "controlwatch.yaml")
	config := "sources:\n  - provider: attestations\n    settings: {directory: stated}\n" +
		"identities:\n  - {name: Ada Lovelace, also: [ada], keys: [" + adas + "]}\n  - {name: Grace Hopper, keys: [" + graces + "]}\n" +
		"decisions:\n  - {id: d1, kind: acceptance, control: recovery-is-tested, reason: x, requester: Grace Hopper, approver: Ada Lovelace, expires: 2027-03-31}\n"
	statement := func(control string) string {
		return "control: " + control + "\nresult: met\nperformed_at: 2026-10-05\nperformed_by: ada\n"
	}
	o.write("controlwatch.yaml", config)
	require.NoError(t, os.Mkdir(filepath.Join(o.dir, "stated"), 0o700))
	o.write("stated/ada.yaml", statement("recovery-is-tested"))
	o.git("", "init", "-q")
	o.git("", "add", "controlwatch.yaml", "stated")
	o.git(ada, "commit", "-q", "-m", "by Ada")
	first := o.git("", "rev-parse", "HEAD")
	o.write("stated/grace.yaml", statement("capacity-is-planned"))
	o.git("", "add", "stated")
	o.git(grace, "commit", "-q", "-m", "by Grace, and her name is not in it")
	o.write("stated/nobody.yaml", statement("audit-scope-is-decided"))
	o.git("", "add", "stated")
	o.git("", "commit", "-q", "-m", "by whoever calls themselves ada")

	stated := func() map[string]report.AttestationRow {
		t.Helper()
		code, _, stderr := o.run("scan", "-c", file)
		require.NotEqual(t, exitCannotRun, code, stderr)
		code, stdout, stderr := o.run("attestations", "-c", file, "-o", "json")
		require.NotEqual(t, exitCannotRun, code, stderr)
		var out struct{ Attestations []report.AttestationRow }
		require.NoError(t, json.Unmarshal([]byte(stdout), &out))
		rows := map[string]report.AttestationRow{}
		for _, row := range out.Attestations {
			rows[row.Control] = row
		}
		return rows
	}
	all := stated()
	a := all["recovery-is-tested"]
	require.Equal(t, evidence.IdentityGit, a.Identity)
	require.Equal(t, first, a.Commit)
	g := all["capacity-is-planned"]
	require.Equal(t, evidence.IdentityUnverified, g.Identity)
	require.Equal(t, "Grace Hopper", g.CommittedBy)
	n := all["audit-scope-is-decided"]
	require.Equal(t, evidence.IdentityUnverified, n.Identity)
	require.Equal(t, "its commit is not signed", n.Unverified)

	for _, act := range o.log("--kind", "settings").Acts {
		require.False(t, act.Verified, "who took it up is not who committed it")
		require.Contains(t, strings.Join(act.Notes, "\n"), "last committed by Ada Lovelace (git-commit), known by: signed git commit; it is of git commit "+first)
	}
	code, text, stderr := o.run("decisions", "show", "d1", "-c", file)
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, strings.Join(strings.Fields(text), " "), "last committed by Ada Lovelace (git-commit), known by: signed git commit")
	require.Contains(t, text, "identity not verified", "a commit is no approval")
	code, stdout, stderr := o.run("decisions", "-c", file, "-o", "json")
	require.Equal(t, exitOK, code, stderr)
	var told report.DecisionReport
	require.NoError(t, json.Unmarshal([]byte(stdout), &told))
	require.Contains(t, told.Committed, first)

	// Changed and not committed, nobody is known; committed without a signature neither.
	o.now = o.now.Add(time.Hour)
	o.write("controlwatch.yaml", config+"listen: 127.0.0.1:1\n")
	o.write("stated/ada.yaml", statement("recovery-is-tested")+"note: more\n")
	a = stated()["recovery-is-tested"]
	require.Equal(t, evidence.IdentityUnverified, a.Identity)
	require.Empty(t, a.Commit)
	require.Contains(t, a.Unverified, "changed since it was committed")
	changed := o.log("--kind", "configuration-changed").Acts
	require.Len(t, changed, 1)
	notes := strings.Join(changed[0].Notes, "\n")
	require.Contains(t, notes, "before it "+first+" (identity not verified): it was changed since it was committed")
}
