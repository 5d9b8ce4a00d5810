package gitcommit

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Whatever is damaged, nothing panics or hangs; and nobody is a signer but whoever
// signed, with the very commit they signed.
func TestDamagedRepositories(t *testing.T) {
	t.Parallel()
	for _, packed := range []bool{false, true} {
		w := newWork(t)
		hash := w.commits("ada", "folder/a.yaml", strings.Repeat("a long line of text\n", 50))
		w.commits("", "folder/b.yaml", strings.Repeat("a long line of text\n", 49)+"x\n")
		if packed {
			w.git("gc", "-q", "--aggressive", "--prune=now")
		}
		var names []string
		require.NoError(t, filepath.WalkDir(filepath.Join(w.dir, ".git"), func(name string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && !strings.Contains(name, "hooks") && !strings.Contains(name, "logs") {
				names = append(names, name)
			}
			return err
		}))
		content, err := os.ReadFile(filepath.Join(w.dir, "folder/a.yaml"))
		require.NoError(t, err)
		ask := func() Commit {
			got, err := Last(t.Context(), filepath.Join(w.dir, "folder"), map[string][]byte{"a.yaml": content}, w.people)
			require.NoError(t, err)
			return got["a.yaml"]
		}
		require.Equal(t, "ada", ask().Signer.Name)
		stopped := 0
		rapid.Check(t, func(rt *rapid.T) {
			name := rapid.SampledFrom(names).Draw(rt, "file")
			good, err := os.ReadFile(name)
			require.NoError(rt, err)
			bad := append([]byte{}, good...)
			switch at := rapid.IntRange(0, max(len(bad)-1, 0)).Draw(rt, "at"); rapid.IntRange(0, 2).Draw(rt, "how") {
			case 0:
				bad = bad[:min(at, len(bad))]
			case 1:
				if len(bad) > 0 {
					bad[at] ^= byte(rapid.IntRange(1, 255).Draw(rt, "by"))
				}
			case 2:
				bad = append(bad[:min(at, len(bad))], rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(rt, "bytes")...)
			}
			require.NoError(rt, os.Chmod(name, 0o600)) // the test's own
			require.NoError(rt, os.WriteFile(name, bad, 0o600))
			defer func() { require.NoError(rt, os.WriteFile(name, good, 0o600)) }()
			c := ask()
			if c.Signer.Name != "" {
				require.Equal(rt, "ada", c.Signer.Name)
				require.Equal(rt, hash, c.Hash)
				return
			}
			require.NotEmpty(rt, c.Why)
			stopped++
		})
		require.Positive(t, stopped, "damage is noticed")
		require.Equal(t, "ada", ask().Signer.Name)
	}
}

// An object under the name of another is not believed: a signed commit says which
// tree it is by its name only.
func TestObjectsUnderAnotherName(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.commits("ada", "a.yaml", "good")
	good := w.git("rev-parse", "HEAD^{tree}")
	w.git("checkout", "-q", "--orphan", "evil")
	w.commits("", "a.yaml", "evil")
	evil := w.git("rev-parse", "HEAD^{tree}")
	w.git("symbolic-ref", "HEAD", "refs/heads/main")
	object := func(hash string) string { return filepath.Join(w.dir, ".git/objects", hash[:2], hash[2:]) }
	b, err := os.ReadFile(object(evil))
	require.NoError(t, err)
	require.NoError(t, os.Remove(object(good)))
	require.NoError(t, os.WriteFile(object(good), b, 0o600))
	w.unknown("is another than its name says", w.one("a.yaml"))
}

func TestHostileRepositories(t *testing.T) {
	t.Parallel()
	setup := func(t *testing.T) *work {
		t.Helper()
		t.Parallel()
		w := newWork(t)
		w.commits("ada", "a.yaml", "1")
		require.Equal(t, "ada", w.one("a.yaml").Signer.Name)
		return w
	}
	git := func(w *work, name string) string { return filepath.Join(w.dir, ".git", name) }
	t.Run("a pipe for HEAD is not waited for", func(t *testing.T) {
		w := setup(t)
		require.NoError(t, os.Remove(git(w, "HEAD")))
		require.NoError(t, syscall.Mkfifo(git(w, "HEAD"), 0o600))
		w.unknown("not a regular file", w.one("a.yaml"))
	})
	t.Run("pipes for objects are not waited for", func(t *testing.T) {
		w := setup(t)
		object := git(w, "objects/"+w.git("rev-parse", "HEAD")[:2])
		entries, err := os.ReadDir(object)
		require.NoError(t, err)
		name := filepath.Join(object, entries[0].Name())
		require.NoError(t, os.Remove(name))
		require.NoError(t, syscall.Mkfifo(name, 0o600))
		w.unknown("not a regular file", w.one("a.yaml"))
	})
	t.Run("a pipe for .git", func(t *testing.T) {
		w := setup(t)
		require.NoError(t, os.RemoveAll(git(w, "")))
		require.NoError(t, syscall.Mkfifo(git(w, ""), 0o600))
		got, err := Last(t.Context(), w.dir, map[string][]byte{"a.yaml": []byte("1")}, w.people)
		require.NoError(t, err)
		w.unknown("neither a folder nor a file", got["a.yaml"])
	})
	t.Run("a link out of the repository is not followed", func(t *testing.T) {
		w := setup(t)
		out := t.TempDir()
		require.NoError(t, os.CopyFS(out, os.DirFS(git(w, "objects"))))
		require.NoError(t, os.RemoveAll(git(w, "objects")))
		require.NoError(t, os.Symlink(out, git(w, "objects")))
		w.unknown("path escapes from parent", w.one("a.yaml"))
	})
	t.Run("a reference out of the repository", func(t *testing.T) {
		w := setup(t)
		w.write(".git/HEAD", "ref: refs/../../secret\n")
		got, err := Last(t.Context(), w.dir, map[string][]byte{"a.yaml": []byte("1")}, w.people)
		require.NoError(t, err)
		w.unknown("names no reference", got["a.yaml"])
	})
	t.Run("references that name each other", func(t *testing.T) {
		w := setup(t)
		w.write(".git/refs/heads/main", "ref: refs/heads/main\n")
		got, err := Last(t.Context(), w.dir, map[string][]byte{"a.yaml": []byte("1")}, w.people)
		require.NoError(t, err)
		w.unknown("name each other", got["a.yaml"])
	})
	t.Run("replaced commits are not", func(t *testing.T) {
		w := setup(t)
		hash := w.commits("", "a.yaml", "2")
		signed := w.git("commit-tree", "HEAD^{tree}", "-m", "x", "-S"+filepath.Join(w.keys, "ada"))
		w.git("replace", hash, signed) // git shows the signed one from now on
		w.unknown("not signed", w.one("a.yaml"))
	})
	t.Run("no setting is followed", func(t *testing.T) {
		w := setup(t)
		w.write(".git/config", "[include]\n\tpath = /dev/zero\n[core]\n\tworktree = /\n\tfsmonitor = touch "+filepath.Join(w.keys, "ran")+"\n")
		got, err := Last(t.Context(), w.dir, map[string][]byte{"a.yaml": []byte("1")}, w.people)
		require.NoError(t, err)
		require.Equal(t, "ada", got["a.yaml"].Signer.Name)
		require.NoFileExists(t, filepath.Join(w.keys, "ran"))
	})
	t.Run("nothing is written", func(t *testing.T) {
		w := setup(t)
		before := w.list()
		w.one("a.yaml")
		require.Equal(t, before, w.list())
	})
}

func (w *work) list() (names []string) {
	w.t.Helper()
	require.NoError(w.t, filepath.WalkDir(filepath.Join(w.dir, ".git"), func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		names = append(names, name, info.ModTime().String())
		return err
	}))
	return names
}

func FuzzParseCommit(f *testing.F) {
	f.Add([]byte("tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor a <a> 1 +0000\ncommitter a <a> 1 +0000\ngpgsig x\n y\n\nmessage\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := parseCommit(b)
		if err == nil {
			require.LessOrEqual(t, len(c.payload), len(b))
			_, err = c.signer(nil)
			require.Error(t, err, "nobody is known")
		}
	})
}

func FuzzParseTree(f *testing.F) {
	f.Add([]byte("100644 a.yaml\x00aaaaaaaaaaaaaaaaaaaa40000 b\x00bbbbbbbbbbbbbbbbbbbb"))
	f.Fuzz(func(t *testing.T, tree []byte) {
		entries, err := parseTree(tree)
		if err != nil {
			return
		}
		for name, e := range entries {
			require.Contains(t, string(tree), e.mode+" "+name+"\x00"+string(e.hash[:]))
		}
	})
}
