package export_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/checkpoint"
	"github.com/controlwatch/controlwatch/internal/peertest"
)

// handedOver is a month in which another key took over.
func handedOver(t *testing.T) *world {
	t.Helper()
	w := month(t)
	next, _, err := checkpoint.Generate(w.key.Name())
	require.NoError(t, err)
	_, err = w.store.Rotate(t.Context(), next, evidence.Actor{Name: "Grace"})
	require.NoError(t, err)
	w.pull(40, user("ada", "ada", false))
	return w
}

// independent builds the other program.
func independent(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "independent")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".")
	build.Dir = "independent"
	build.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return program
}

// A reader in a module of its own, which imports nothing of ours.
func TestAnotherProgramChecksABundle(t *testing.T) {
	t.Parallel()
	program := independent(t)
	w := handedOver(t)
	run := func(b []byte, key string) (string, error) {
		file := filepath.Join(t.TempDir(), "bundle.zip")
		require.NoError(t, os.WriteFile(file, b, 0o600))
		out, err := exec.CommandContext(t.Context(), program, file, key).CombinedOutput()
		return string(out), err
	}
	for _, window := range [][2]int{{0, 45}, {8, 22}, {35, 45}} {
		b, _ := w.write(window[0], window[1])
		require.Empty(t, verify(t, b, w.key.Public()).Problems)
		said, err := run(b, w.key.Public())
		require.NoError(t, err, said)
		require.Contains(t, said, "ok: ")
	}
	limited, _ := w.write(0, 45, "CC6.1")
	said, err := run(limited, w.key.Public())
	require.NoError(t, err, said)
	stranger, _, err := checkpoint.Generate("x")
	require.NoError(t, err)
	said, err = run(limited, stranger.Public())
	require.Error(t, err)
	require.Contains(t, said, "not one of the log's")
}

var steps = regexp.MustCompile("(?s)```sh\n(.*?)```")

// The steps of VERIFY.md, taken out of the bundle's own, with the tools that it names.
func TestTheStepsOfVerifyCheckABundle(t *testing.T) {
	t.Parallel()
	w := handedOver(t)
	for name, b := range map[string][]byte{"all": first(w.write(-1, 45)), "part": first(w.write(8, 22)), "criteria": first(w.write(8, 45, "CC6.1"))} {
		dir := t.TempDir()
		unpack(t, b, dir)
		said, err := follow(t, dir, false)
		require.NoError(t, err, "%s: %s", name, said)
		require.Contains(t, said, "everything fits")
	}
}

func TestTheStepsOfVerifyTellWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	b := first(handedOver(t).write(8, 22))
	files := unzip(t, b)
	flip := func(text string) string { at := len(text) / 2; return text[:at] + string(text[at]^1) + text[at+1:] }
	cut := func(text string) string { _, rest, _ := strings.Cut(text, "\n"); return rest }
	leaf, point := one(files, "log/leaves/"), one(files, "log/checkpoints/")
	for _, c := range []struct {
		file   string
		change func(string) string
		later  bool // the sums and the signature are left out: whoever altered it could have made them again
		what   string
	}{
		{"manifest.json", flip, false, "another manifest"},
		{"SHA256SUMS", flip, false, "sha256sum"},
		{"VERIFY.md", func(text string) string { return text + "\n" }, false, "VERIFY.md: FAILED"},
		{leaf, flip, false, "FAILED"},
		{"extra.txt", func(string) string { return "x" }, false, "added or removed"},
		{"statement.dsse.json", func(text string) string { return strings.Replace(text, `"sig": "`, `"sig": "A`, 1) }, false, ""},
		{leaf, flip, true, "is not in the tree"},
		{"log/inclusion.txt", cut, true, "leaves without a proof"},
		{"log/inclusion.txt", spoil(1), true, "is not in the tree"},
		{point, func(text string) string { return strings.Replace(text, "\n", "x\n", 1) }, true, "signed by none"},
		{"log/consistency.txt", spoil(2), true, "rewritten"},
		{"log/consistency.txt", cut, true, "checkpoints without a proof"},
		{"bodies/facts/0001.jsonl", flip, true, "a body that no line"},
		{"bodies/facts/0001.jsonl", cut, true, "bodies are missing"},
		{"log/left-out.txt", cut, true, "bodies are missing"},
	} {
		t.Run(c.file+" "+c.what, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			unpack(t, b, dir)
			require.NoError(t, os.WriteFile(filepath.Join(dir, c.file), []byte(c.change(files[c.file])), 0o600))
			said, err := follow(t, dir, c.later)
			require.Error(t, err, said)
			require.Contains(t, said, c.what)
			require.NotContains(t, said, "everything fits")
		})
	}
}

// spoil changes the first character of a word: of the last of a hash some bits mean
// nothing.
func spoil(word int) func(string) string {
	return func(text string) string {
		w := strings.Fields(text)[word]
		return strings.Replace(text, w, map[bool]string{true: "B", false: "A"}[w[0] == 'A']+w[1:], 1)
	}
}

func one(files map[string]string, folder string) string {
	var names []string
	for name := range files {
		if strings.HasPrefix(name, folder) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return slices.Min(names)
}

func first(b []byte, _ any) []byte { return b }

func unpack(t *testing.T, b []byte, dir string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	for _, f := range z.File {
		path := filepath.Join(dir, f.Name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		r, err := f.Open()
		require.NoError(t, err)
		data, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, data, 0o600))
	}
}

func follow(t *testing.T, dir string, later bool, env ...string) (string, error) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "VERIFY.md"))
	require.NoError(t, err)
	var script strings.Builder
	found := steps.FindAllStringSubmatch(string(text), -1)
	require.Len(t, found, 9)
	for i, s := range found {
		switch {
		case later && i == 0:
			script.WriteString("set -eu; LC_ALL=C; export LC_ALL; WORK=$(mktemp -d)\n")
		case later && i == 2:
		default:
			script.WriteString(s[1])
		}
	}
	peertest.Need(t, "openssl")
	sh := exec.CommandContext(t.Context(), "sh")
	sh.Env = append(os.Environ(), env...)
	sh.Dir, sh.Stdin = dir, strings.NewReader(script.String())
	out, err := sh.CombinedOutput()
	return string(out), err
}
