package gitcommit

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/identity"
	"github.com/controlwatch/controlwatch/internal/peertest"
)

func TestWhoSignedTheCommit(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	first := w.commits("ada", "a.yaml", "1")
	w.signed("ada", first, w.one("a.yaml"))
	bare := w.commits("", "b.yaml", "1")
	second := w.commits("grace", "deep/er/ü 語.yaml", "1")
	w.signed("ada", first, w.one("a.yaml"))
	w.signed("grace", second, w.one("deep/er/ü 語.yaml"))
	w.signed("grace", second, w.last(filepath.Join(w.dir, "deep", "er"), "ü 語.yaml")["ü 語.yaml"])
	b := w.one("b.yaml")
	w.unknown("its commit is not signed", b)
	require.Equal(t, bare, b.Hash)

	t.Run("a key of nobody", func(t *testing.T) {
		w.commits("stranger", "c.yaml", "1")
		w.unknown("of nobody in identities (SHA256:", w.one("c.yaml"))
	})
	t.Run("the name of the author is not looked at", func(t *testing.T) {
		w.write("d.yaml", "1")
		w.git("add", "-A")
		w.git(w.signs("grace", "-c", "user.name=ada", "commit", "-q", "-m", "d", "--author=ada <ada@acme.example>")...)
		require.Equal(t, "grace", w.one("d.yaml").Signer.Name)
	})
	t.Run("the last change counts, whoever signed the first", func(t *testing.T) {
		w.commits("", "a.yaml", "2")
		w.unknown("not signed", w.one("a.yaml"))
		back := w.commits("", "a.yaml", "1") // changed back, by nobody who is known
		c := w.one("a.yaml")
		w.unknown("not signed", c)
		require.Equal(t, back, c.Hash)
	})
	t.Run("changed since", func(t *testing.T) {
		w.write("deep/er/ü 語.yaml", "2")
		w.unknown("changed since it was committed", w.one("deep/er/ü 語.yaml"))
		w.git("add", "-A") // that it waits to be committed is no commit
		w.unknown("changed since it was committed", w.one("deep/er/ü 語.yaml"))
	})
	t.Run("never committed", func(t *testing.T) {
		w.write("new.yaml", "1")
		w.unknown("not in the commit that is checked out", w.one("new.yaml"))
		w.write("other/new.yaml", "1")
		w.unknown("not in the commit that is checked out", w.last(filepath.Join(w.dir, "other"), "new.yaml")["new.yaml"])
	})
	t.Run("a link", func(t *testing.T) {
		require.NoError(t, os.Symlink("a.yaml", filepath.Join(w.dir, "link.yaml")))
		w.git("add", "-A")
		w.git(w.signs("ada", "commit", "-q", "-m", "link")...)
		w.unknown("it is a link", w.one("link.yaml"))
	})
	t.Run("the context ends", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := Last(ctx, w.dir, map[string][]byte{"a.yaml": []byte("1")}, w.people)
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestSignaturesThatDoNotCount(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.commits("ada", "a.yaml", "1")
	raw := w.git("cat-file", "commit", "HEAD") + "\n"
	again := func(text string) {
		w.put("raw", text)
		hash := w.git("hash-object", "-t", "commit", "-w", "--literally", filepath.Join(w.keys, "raw"))
		w.write(".git/refs/heads/main", hash+"\n")
	}
	require.Equal(t, "ada", w.one("a.yaml").Signer.Name)
	again(raw)
	require.Equal(t, "ada", w.one("a.yaml").Signer.Name, "as it was")
	for name, c := range map[string]struct{ old, by, why string }{
		"another message":  {"change a.yaml", "change b.yaml", "not over these bytes"},
		"another author":   {"author Somebody", "author Anybody", "not over these bytes"},
		"a second header":  {"\ngpgsig ", "\ngpgsig x\ngpgsig ", "more than one signature"},
		"another kind too": {"\ngpgsig ", "\ngpgsig-sha256 x\ngpgsig ", "more than one signature"},
		"OpenPGP":          {"SSH SIGNATURE", "PGP SIGNATURE", "a kind that is not checked (OpenPGP)"},
		"X.509":            {"BEGIN SSH SIGNATURE", "BEGIN SIGNED MESSAGE", "a kind that is not checked (X.509)"},
		"no armour":        {"-----BEGIN", "----BEGIN", "not one SSH signature"},
		"two trees":        {"\nauthor", "\ntree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor", "does not begin with its tree"},
		"no tree first":    {"tree ", "xtree ", "does not begin with its tree"},
		"an added header":  {"\nauthor", "\nnote x\nauthor", "not over these bytes"},
	} {
		require.Contains(t, raw, c.old, name)
		again(strings.Replace(raw, c.old, c.by, 1))
		w.unknown(c.why, w.one("a.yaml"))
	}
	t.Run("a code host's", func(t *testing.T) {
		hosts := strings.Replace(raw, "committer Somebody <somebody@acme.example>", "committer GitHub <noreply@github.com>", 1)
		again(strings.ReplaceAll(hosts, "SSH SIGNATURE", "PGP SIGNATURE"))
		w.unknown("signed by a code host, which shows no person", w.one("a.yaml"))
	})
	t.Run("made for another purpose", func(t *testing.T) {
		head, rest, _ := strings.Cut(raw, "gpgsig ")
		_, rest, _ = strings.Cut(rest, "-----END SSH SIGNATURE-----\n")
		rest = strings.TrimPrefix(rest, " \n")
		w.put("payload", head+rest)
		w.keygen("-Y", "sign", "-f", filepath.Join(w.keys, "ada"), "-n", "git", filepath.Join(w.keys, "payload"))
		w.signatureOf(again, head, rest)
		require.Equal(t, "ada", w.one("a.yaml").Signer.Name, "for git it counts")
		require.NoError(t, os.Remove(filepath.Join(w.keys, "payload.sig")))
		w.keygen("-Y", "sign", "-f", filepath.Join(w.keys, "ada"), "-n", "file", filepath.Join(w.keys, "payload"))
		w.signatureOf(again, head, rest)
		w.unknown(`it was made for "file", not for "git"`, w.one("a.yaml"))
	})
}

func (w *work) keygen(args ...string) {
	w.t.Helper()
	out, err := exec.CommandContext(w.t.Context(), "ssh-keygen", args...).CombinedOutput()
	require.NoError(w.t, err, string(out))
}

func (w *work) signatureOf(again func(string), head, rest string) {
	w.t.Helper()
	sig, err := os.ReadFile(filepath.Join(w.keys, "payload.sig"))
	require.NoError(w.t, err)
	again(head + "gpgsig " + strings.ReplaceAll(strings.TrimSpace(string(sig)), "\n", "\n ") + "\n" + rest)
}

// The real gpg signs; we say that we do not check it.
func TestOpenPGP(t *testing.T) {
	t.Parallel()
	peertest.Need(t, "gpg")
	w := newWork(t)
	home, err := os.MkdirTemp("/tmp", "gpg") //nolint:usetesting // a socket's path must be short
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(home)) })
	gpg := filepath.Join(w.keys, "gpg")
	require.NoError(t, os.WriteFile(gpg, []byte("#!/bin/sh\nexec gpg --homedir "+home+" --batch --pinentry-mode loopback --passphrase '' \"$@\"\n"), 0o700)) // git runs it
	out, err := exec.CommandContext(t.Context(), gpg, "--quick-gen-key", "Ada <ada@acme.example>", "ed25519", "sign", "0").CombinedOutput()
	require.NoError(t, err, string(out))
	t.Cleanup(func() {
		_ = exec.CommandContext(context.Background(), "gpgconf", "--homedir", home, "--kill", "all").Run() // it ends by itself too
	})
	w.write("a.yaml", "1")
	w.git("add", "-A")
	w.git("-c", "gpg.format=openpgp", "-c", "gpg.program="+gpg, "-c", "user.signingkey=ada@acme.example", "commit", "-q", "-S", "-m", "x")
	w.unknown("a kind that is not checked (OpenPGP)", w.one("a.yaml"))
}

func TestMerges(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.commits("", "base.yaml", "1")
	w.git("checkout", "-q", "-b", "side")
	side := w.commits("ada", "side.yaml", "1")
	both := w.commits("grace", "both.yaml", "side")
	w.git("checkout", "-q", "main")
	w.commits("", "main.yaml", "1")
	w.git(w.signs("stranger", "merge", "-q", "--no-ff", "-m", "merge", "side")...)
	w.signed("ada", side, w.one("side.yaml"))
	w.signed("grace", both, w.one("both.yaml"))
	w.unknown("not signed", w.one("main.yaml"))

	// What the merge itself made is whoever's who signed the merge.
	w.git("checkout", "-q", "-b", "left")
	w.commits("ada", "both.yaml", "left")
	w.git("checkout", "-q", "-b", "right", "main")
	w.commits("grace", "both.yaml", "right")
	w.git("merge", "-q", "-s", "ours", "--no-commit", "left")
	w.write("both.yaml", "left and right")
	w.git("add", "-A")
	w.git(w.signs("stranger", "commit", "-q", "-m", "merge")...)
	w.unknown("of nobody in identities", w.one("both.yaml"))
	w.git(w.signs("ada", "commit", "-q", "--amend", "-m", "merge")...)
	w.signed("ada", w.git("rev-parse", "HEAD"), w.one("both.yaml"))
}

func TestHowRepositoriesLie(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	hash := w.commits("ada", "folder/a.yaml", "1")
	w.commits("", "b.yaml", "1")
	at := func(dir string) Commit { t.Helper(); return w.last(dir, "a.yaml")["a.yaml"] }
	w.signed("ada", hash, at(filepath.Join(w.dir, "folder")))
	other := t.TempDir()

	t.Run("packed", func(t *testing.T) {
		w.git("gc", "-q", "--aggressive", "--prune=now")
		loose, err := filepath.Glob(filepath.Join(w.dir, ".git/objects/??"))
		require.NoError(t, err)
		require.Empty(t, loose)
		require.NoFileExists(t, filepath.Join(w.dir, ".git/refs/heads/main"))
		w.signed("ada", hash, at(filepath.Join(w.dir, "folder")))
	})
	t.Run("a head that is no branch", func(t *testing.T) {
		w.git("checkout", "-q", "--detach")
		w.signed("ada", hash, at(filepath.Join(w.dir, "folder")))
		w.git("checkout", "-q", "main")
	})
	t.Run("another work tree, behind a link as git-sync gives it", func(t *testing.T) {
		w.git("worktree", "add", "-q", "--detach", filepath.Join(other, "tree"))
		require.NoError(t, os.Symlink("tree", filepath.Join(other, "current")))
		w.signed("ada", hash, at(filepath.Join(other, "current", "folder")))
	})
	t.Run("a work tree without its repository", func(t *testing.T) {
		alone := filepath.Join(other, "alone")
		require.NoError(t, os.CopyFS(alone, os.DirFS(filepath.Join(other, "tree"))))
		require.NoError(t, os.WriteFile(filepath.Join(alone, ".git"), []byte("gitdir: /nowhere/.git/worktrees/tree\n"), 0o600))
		c := at(filepath.Join(alone, "folder"))
		w.unknown("points to a place that is not here", c)
		require.NotContains(t, c.Why, "nowhere")
		require.NoError(t, os.Remove(filepath.Join(alone, ".git")))
		require.Equal(t, Commit{}, at(filepath.Join(alone, "folder")), "in no repository there is nothing to say")
		require.NoError(t, os.Symlink("/nowhere", filepath.Join(alone, ".git")))
		w.unknown("points to a place that is not here", at(filepath.Join(alone, "folder")))
	})
	t.Run("a shallow clone", func(t *testing.T) {
		w.gitIn(other, "clone", "-q", "--depth", "1", "file://"+w.dir, "shallow")
		w.unknown("the clone is shallow", at(filepath.Join(other, "shallow", "folder")))
		w.gitIn(filepath.Join(other, "shallow"), "fetch", "-q", "--unshallow")
		w.signed("ada", hash, at(filepath.Join(other, "shallow", "folder")))
	})
	t.Run("a clone that shares objects", func(t *testing.T) {
		w.gitIn(other, "clone", "-q", "--shared", w.dir, "shared")
		w.unknown("an object is not in its git repository", at(filepath.Join(other, "shared", "folder")))
	})
	t.Run("a submodule", func(t *testing.T) {
		super := newWork(t)
		super.people = w.people
		super.commits("", "x", "1")
		super.git("submodule", "--quiet", "add", w.dir, "sub")
		super.git("commit", "-q", "-m", "sub")
		w.signed("ada", hash, at(filepath.Join(super.dir, "sub", "folder")))
		require.NoError(t, os.Remove(filepath.Join(super.dir, "sub", ".git")))
		w.unknown("not in the commit that is checked out", at(filepath.Join(super.dir, "sub", "folder")))
	})
	t.Run("line ends", func(t *testing.T) {
		w.gitIn(other, "clone", "-q", "-c", "core.autocrlf=true", w.dir, "crlf")
		w.commits("ada", "lines.yaml", "a: 1\nb: 2\n")
		w.gitIn(filepath.Join(other, "crlf"), "pull", "-q")
		c := w.last(filepath.Join(other, "crlf"), "lines.yaml")["lines.yaml"]
		w.unknown("other line ends", c)
		require.Equal(t, "ada", w.one("lines.yaml").Signer.Name)
	})
	t.Run("nothing committed", func(t *testing.T) {
		empty := newWork(t)
		empty.write("a.yaml", "1")
		empty.unknown("no commit yet", empty.one("a.yaml"))
	})
	t.Run("names by SHA-256", func(t *testing.T) {
		sha := newWork(t, "--object-format=sha256")
		sha.commits("ada", "a.yaml", "1")
		sha.unknown("by SHA-256", sha.one("a.yaml"))
	})
	t.Run("a reftable", func(t *testing.T) {
		w := newWork(t)
		w.commits("ada", "a.yaml", "1")
		w.write(".git/HEAD", "ref: refs/heads/.invalid\n") // as git 2.45 writes it
		w.unknown("as a reftable", w.one("a.yaml"))
	})
}

func TestALongHistory(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	hash := w.commits("ada", "folder/a.yaml", "1")
	w.commits("", "folder/b.yaml", "0")
	var b strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&b, "commit refs/heads/main\ncommitter S <s@acme.example> %d +0000\ndata 1\nx\n", 1_800_000_000+i)
		if i == 0 {
			b.WriteString("from refs/heads/main^0\n")
		}
		fmt.Fprintf(&b, "M 644 inline folder/b.yaml\ndata %d\n%d\n\n", len(fmt.Sprint(i)), i)
	}
	cmd := exec.CommandContext(t.Context(), "git", "fast-import", "--quiet")
	cmd.Dir, cmd.Stdin = w.dir, strings.NewReader(b.String())
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	w.git("reset", "-q", "--hard")
	w.signed("ada", hash, w.last(filepath.Join(w.dir, "folder"), "a.yaml")["a.yaml"])
	got, err := last(t.Context(), filepath.Join(w.dir, "folder"), map[string][]byte{"a.yaml": []byte("1"), "b.yaml": []byte("1999")}, w.people, 2000)
	require.NoError(t, err)
	w.unknown("longer than is looked at", got["a.yaml"])
	w.unknown("not signed", got["b.yaml"])
}

func TestPeopleShareNoKey(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.commits("ada", "a.yaml", "1")
	w.people = append(w.people, identity.Person{Name: "Ada too", Keys: w.people[0].Keys})
	w.unknown("of nobody in identities", w.one("a.yaml"))
	w.people = nil
	w.unknown("of nobody in identities", w.one("a.yaml"))
}
