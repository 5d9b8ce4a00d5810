package gitcommit

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/identity"
	"github.com/controlwatch/controlwatch/internal/peertest"
)

// work is a work tree that the real git makes.
type work struct {
	t      *testing.T
	dir    string
	keys   string
	people identity.People
}

func newWork(t *testing.T, init ...string) *work {
	t.Helper()
	w := &work{t: t, dir: t.TempDir(), keys: t.TempDir()}
	for _, name := range []string{"ada", "grace", "stranger"} {
		public, err := identity.Create(filepath.Join(w.keys, name), name)
		require.NoError(t, err)
		if name != "stranger" {
			w.people = append(w.people, identity.Person{Name: name, Keys: []string{public}})
		}
	}
	w.git(append([]string{"init", "-q", "-b", "main"}, init...)...)
	return w
}

func (w *work) git(args ...string) string {
	w.t.Helper()
	return w.gitIn(w.dir, args...)
}

func (w *work) gitIn(dir string, args ...string) string {
	w.t.Helper()
	peertest.Need(w.t, "git")
	peertest.Need(w.t, "ssh-keygen")
	cmd := exec.CommandContext(w.t.Context(), "git", append([]string{
		"-c", "user.name=Somebody", "-c", "user.email=somebody@acme.example", "-c", "gpg.format=ssh", "-c", "protocol.file.allow=always", "-c", "gc.auto=0",
	}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "HOME="+w.keys)
	out, err := cmd.CombinedOutput()
	require.NoError(w.t, err, "git %v: %s", args, out)
	return strings.TrimSpace(string(out))
}

func (w *work) write(name, text string) {
	w.t.Helper()
	name = filepath.Join(w.dir, name)
	require.NoError(w.t, os.MkdirAll(filepath.Dir(name), 0o700))
	require.NoError(w.t, os.WriteFile(name, []byte(text), 0o600))
}

// commits writes a file and commits it, signed by somebody or, with "", not.
func (w *work) commits(by, name, text string) string {
	w.t.Helper()
	w.write(name, text)
	w.git("add", "-A")
	w.git(w.signs(by, "commit", "-q", "-m", "change "+name)...)
	return w.git("rev-parse", "HEAD")
}

func (w *work) signs(by string, args ...string) []string {
	if by == "" {
		return append([]string{"-c", "commit.gpgsign=false"}, args...)
	}
	return append([]string{"-c", "commit.gpgsign=true", "-c", "user.signingkey=" + filepath.Join(w.keys, by)}, args...)
}

// last asks about files of a folder, as they lie there.
func (w *work) last(dir string, names ...string) map[string]Commit {
	w.t.Helper()
	files := map[string][]byte{}
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(w.t, err)
		files[name] = b
	}
	got, err := Last(w.t.Context(), dir, files, w.people)
	require.NoError(w.t, err)
	require.Len(w.t, got, len(files))
	for name, c := range got {
		if c.Signer.Name != "" {
			require.Empty(w.t, c.Why, name)
			require.NotEmpty(w.t, c.Hash, name)
			// git says the same of which commit it is.
			require.Equal(w.t, w.gitIn(dir, "log", "-1", "--format=%H", "--", name), c.Hash, name)
		}
	}
	return got
}

// one asks about one file of the work tree.
func (w *work) one(name string) Commit { w.t.Helper(); return w.last(w.dir, name)[name] }

func (w *work) signed(by, hash string, c Commit) {
	w.t.Helper()
	require.Equal(w.t, by, c.Signer.Name, c.Why)
	require.Equal(w.t, hash, c.Hash)
}

func (w *work) unknown(why string, c Commit) {
	w.t.Helper()
	require.Empty(w.t, c.Signer.Name)
	require.Contains(w.t, c.Why, why)
}

// put writes a file beside the keys, out of the work tree.
func (w *work) put(name, text string) {
	w.t.Helper()
	require.NoError(w.t, os.WriteFile(filepath.Join(w.keys, name), []byte(text), 0o600))
}
