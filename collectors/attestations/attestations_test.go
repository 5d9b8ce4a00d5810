package attestations

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

var now = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

// collect opens nothing: it reads a folder as a running daemon does.
func collect(ctx context.Context, dir string) (evidence.Pull, map[string]evidence.Fact, error) {
	s := &source{dir: dir, organisation: "acme", clock: func() time.Time { return now }}
	rec := evidence.NewRecorder(evidence.Pull{Collector: attestationsCollector.Name, Populations: attestationsCollector.Populations})
	err := s.collect(ctx, rec)
	if err != nil {
		rec.Miss("", err)
	}
	pull, all := rec.Result()
	facts := map[string]evidence.Fact{}
	for _, f := range all {
		facts[f.Resource.ID] = f
	}
	return pull, facts, err
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	name = filepath.Join(dir, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o700))
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
}

const met = "control: access-is-reviewed\nresult: met\nperformed_at: 2026-10-05\nperformed_by: ada\n"

func TestGoodFolder(t *testing.T) {
	t.Parallel()
	day := func(m time.Month, d int) time.Time { return time.Date(2026, m, d, 0, 0, 0, 0, time.UTC) }
	require.NoError(t, Check("testdata/good", now))
	pull, facts, err := collect(t.Context(), "testdata/good")
	require.NoError(t, err)
	require.Empty(t, pull.Holes, "evidence that is YAML itself is no attestation")
	require.Len(t, facts, 3)
	list, err := os.ReadFile("testdata/good/q3/list.csv")
	require.NoError(t, err)
	sum := sha256.Sum256(list)
	listed := evidence.File{Path: "q3/list.csv", SHA256: hex.EncodeToString(sum[:]), Size: int64(len(list))}

	require.Equal(t, evidence.Resource{
		Provider: "attestations", Account: "acme", Kind: "Attestation", Type: "attestations.attestation",
		ID: "access-is-reviewed/2026-10-05", Name: "access-is-reviewed 2026-10-05",
	}, facts["access-is-reviewed/2026-10-05"].Resource)
	require.Equal(t, &evidence.Attestation{
		Control: "access-is-reviewed", Result: evidence.Met, PerformedAt: day(10, 5), PerformedBy: "ada", ReviewedBy: "grace",
		CoversFrom: day(7, 1), CoversTo: day(9, 30), Note: "All systems.", Files: []evidence.File{listed},
	}, facts["access-is-reviewed/2026-10-05"].Body)

	prepared := facts["incident-response-is-prepared/2026-03-02"].Body.(*evidence.Attestation)
	require.Equal(t, time.Date(2026, 3, 2, 13, 4, 5, 0, time.UTC), prepared.PerformedAt)
	require.Equal(t, []evidence.File{}, prepared.Files, "none named is not the same as none found")

	vendors := facts["vendors-2026"].Body.(*evidence.Attestation)
	require.Equal(t, "payroll", vendors.System)
	require.Len(t, vendors.Files, 2)
	require.Equal(t, listed.SHA256, vendors.Files[0].SHA256)
	require.Equal(t, "../plan.yaml", vendors.Files[1].Path)
}

// TestBadFiles reads testdata/bad: the first line of each says what is said of it.
func TestBadFiles(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/bad/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			src, err := os.ReadFile(file)
			require.NoError(t, err)
			first, _, _ := strings.Cut(string(src), "\n")
			want, ok := strings.CutPrefix(first, "# want: ")
			require.True(t, ok, "the first line must say what is wanted")
			dir := t.TempDir()
			write(t, dir, "bad.yaml", string(src))
			write(t, dir, "good.yaml", met)

			var wanted []string
			for one := range strings.SplitSeq(want, "|") {
				wanted = append(wanted, "bad.yaml"+one)
			}
			require.EqualError(t, Check(dir, now), dir+"/"+strings.Join(wanted, "\n"+dir+"/"))

			pull, facts, err := collect(t.Context(), dir)
			require.NoError(t, err)
			require.Len(t, facts, 1, "the others are still read")
			var holes []string
			for _, h := range pull.Holes {
				require.Equal(t, evidence.Hole{Type: attestationType, Reason: evidence.ProviderError, Operation: "read:directory", Detail: h.Detail}, h)
				holes = append(holes, h.Detail)
			}
			require.Equal(t, wanted, holes)
		})
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	for date, ok := range map[string]bool{"2026-11-16": true, "2026-11-15T23:59:59-05:00": true, "2026-11-16T09:00:00Z": true, "2026-11-17": false} {
		t.Run(date, func(t *testing.T) {
			t.Parallel()
			_, problems := parse("a.yaml", []byte(strings.Replace(met, "2026-10-05", date, 1)), now)
			require.Equal(t, ok, len(problems) == 0, "%v", problems)
		})
	}
	t.Run("it is tomorrow already east of UTC", func(t *testing.T) {
		t.Parallel()
		_, problems := parse("a.yaml", []byte(strings.Replace(met, "2026-10-05", "2026-11-17", 1)), now.Add(2*time.Hour))
		require.Empty(t, problems)
	})
}

func TestEvidenceFiles(t *testing.T) {
	t.Parallel()
	t.Run("a missing file leaves the files unseen and is named", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		write(t, dir, "a.yaml", met+"files: [here.txt, gone.txt, lost.txt]\n")
		write(t, dir, "here.txt", "x")
		require.NoError(t, Check(dir, now), "missing evidence is a hole, not bad input")
		pull, facts, err := collect(t.Context(), dir)
		require.NoError(t, err)
		require.Empty(t, pull.Holes)
		f := facts["access-is-reviewed/2026-10-05"]
		require.Nil(t, f.Body.(*evidence.Attestation).Files)
		require.Equal(t, []evidence.Hole{{
			Field: "files", Reason: evidence.ProviderError, Operation: "read:directory",
			Detail: "evidence file gone.txt: no such file or directory; evidence file lost.txt: no such file or directory",
		}}, f.Holes)
	})
	t.Run("no link leads out of the folder", func(t *testing.T) {
		t.Parallel()
		outside, dir := t.TempDir(), t.TempDir()
		write(t, outside, "secret.txt", "x")
		require.NoError(t, os.Symlink(filepath.Join(outside, "secret.txt"), filepath.Join(dir, "link.txt")))
		require.NoError(t, os.Symlink(outside, filepath.Join(dir, "folder")))
		write(t, dir, "a.yaml", met+"files: [link.txt, folder/secret.txt]\n")
		_, facts, err := collect(t.Context(), dir)
		require.NoError(t, err)
		f := facts["access-is-reviewed/2026-10-05"]
		require.Nil(t, f.Body.(*evidence.Attestation).Files)
		require.Contains(t, f.Holes[0].Detail, "evidence file link.txt: path escapes from parent")
		require.Contains(t, f.Holes[0].Detail, "evidence file folder/secret.txt: path escapes from parent")
	})
	t.Run("a link inside the folder is followed", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		write(t, dir, "real.txt", "x")
		require.NoError(t, os.Symlink("real.txt", filepath.Join(dir, "link.txt")))
		write(t, dir, "a.yaml", met+"files: [link.txt]\n")
		_, facts, err := collect(t.Context(), dir)
		require.NoError(t, err)
		require.Len(t, facts["access-is-reviewed/2026-10-05"].Body.(*evidence.Attestation).Files, 1)
	})
	t.Run("a pipe is not waited for", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600))
		require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe.yaml"), 0o600))
		write(t, dir, "a.yaml", met+"files: [pipe]\n")
		pull, facts, err := collect(t.Context(), dir)
		require.NoError(t, err)
		require.Contains(t, facts["access-is-reviewed/2026-10-05"].Holes[0].Detail, "not a regular file")
		require.Equal(t, "pipe.yaml: is not a regular file", pull.Holes[0].Detail)
	})
	t.Run("hashing stops when the pull is over", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		n, err := io.Copy(io.Discard, untilDone{ctx, strings.NewReader("much")})
		require.ErrorIs(t, err, context.Canceled)
		require.Zero(t, n)
	})
	t.Run("a folder is no evidence", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		write(t, dir, "q3/list.csv", "x")
		write(t, dir, "a.yaml", met+"files: [q3]\n")
		_, facts, err := collect(t.Context(), dir)
		require.NoError(t, err)
		require.Nil(t, facts["access-is-reviewed/2026-10-05"].Body.(*evidence.Attestation).Files)
	})
}

func TestFolders(t *testing.T) {
	t.Parallel()
	t.Run("a folder that is gone is a hole that does not say where it was", func(t *testing.T) {
		t.Parallel()
		gone := filepath.Join(t.TempDir(), "gone")
		require.ErrorContains(t, Check(gone, now), gone+": open the folder of attestations: no such file or directory")
		pull, facts, _ := collect(t.Context(), gone)
		require.Empty(t, facts)
		require.Len(t, pull.Holes, 1)
		require.Equal(t, "open the folder of attestations: no such file or directory", pull.Holes[0].Detail)
	})
	t.Run("reading is counted, also where it fails", func(t *testing.T) {
		t.Parallel()
		for _, dir := range []string{"testdata/good", "testdata/gone"} {
			meter := transport.NewMeter(attestationsCollector, evidence.Scope{})
			_, _, _ = collect(transport.WithMeter(t.Context(), meter), dir)
			var pull evidence.Pull
			meter.Fill(&pull)
			require.Equal(t, map[string]int{"read:directory": 1}, pull.OperationCounts)
		}
	})
	t.Run("an empty folder is complete, and there are none", func(t *testing.T) {
		t.Parallel()
		pull, facts, err := collect(t.Context(), t.TempDir())
		require.NoError(t, err)
		require.True(t, pull.Complete())
		require.Empty(t, facts)
	})
	t.Run("two statements of the same are neither kept", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		write(t, dir, "a.yaml", met)
		write(t, dir, "b/b.yaml", strings.Replace(met, "result: met", "result: not-met", 1))
		want := `b/b.yaml:1:1: states the same as a.yaml:1: "access-is-reviewed/2026-10-05"; give one of them an id of its own`
		require.EqualError(t, Check(dir, now), dir+"/"+want)
		pull, facts, err := collect(t.Context(), dir)
		require.NoError(t, err)
		require.Empty(t, facts)
		require.Equal(t, want, pull.Holes[0].Detail)
	})
	t.Run("a mounted ConfigMap is read once", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		write(t, dir, "..2026_11_16/a.yaml", met)
		require.NoError(t, os.Symlink("..2026_11_16", filepath.Join(dir, "..data")))
		require.NoError(t, os.Symlink("..data/a.yaml", filepath.Join(dir, "a.yaml")))
		pull, facts, err := collect(t.Context(), dir)
		require.NoError(t, err)
		require.Empty(t, pull.Holes)
		require.Len(t, facts, 1)
	})
	t.Run("a link to a folder is not passed over in silence", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		write(t, dir, "real/a.yaml", met)
		require.NoError(t, os.Symlink("real", filepath.Join(dir, "link")))
		pull, facts, err := collect(t.Context(), dir)
		require.NoError(t, err)
		require.Len(t, facts, 1)
		require.Contains(t, pull.Holes[0].Detail, "link: is a link to a folder")
	})
	t.Run("a link to a file elsewhere is a hole", func(t *testing.T) {
		t.Parallel()
		outside, dir := t.TempDir(), t.TempDir()
		write(t, outside, "a.yaml", met)
		require.NoError(t, os.Symlink(filepath.Join(outside, "a.yaml"), filepath.Join(dir, "a.yaml")))
		pull, facts, err := collect(t.Context(), dir)
		require.NoError(t, err)
		require.Empty(t, facts)
		require.Equal(t, "a.yaml: path escapes from parent", pull.Holes[0].Detail)
	})
	t.Run("a cancelled pull is not a hole", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, _, err := collect(ctx, "testdata/good")
		require.ErrorIs(t, err, context.Canceled)
		var u *evidence.Unseen
		require.NotErrorAs(t, err, &u)
	})
}

// The pull's end can come at any moment, and is never the folder's fault.
func TestCancelledAtAnyMoment(t *testing.T) {
	t.Parallel()
	finished := false
	for moments := int64(0); !finished; moments++ {
		ctx := expiring{context.Background(), new(atomic.Int64)}
		ctx.left.Store(moments)
		pull, facts, err := collect(ctx, "testdata/good")
		if finished = err == nil; finished {
			require.Empty(t, pull.Holes)
			require.Len(t, facts, 3)
		} else {
			require.ErrorIs(t, err, context.Canceled)
			_, hole := errors.AsType[*evidence.Unseen](err)
			require.False(t, hole)
		}
		for _, f := range facts {
			require.Empty(t, f.Holes)
		}
		require.Less(t, moments, int64(1000))
	}
}

// expiring ends after it has been asked a number of times.
type expiring struct {
	context.Context //nolint:containedctx // it is one
	left            *atomic.Int64
}

func (e expiring) Err() error {
	if e.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

func TestOpen(t *testing.T) {
	t.Parallel()
	open := func(s Settings) ([]connect.Source, error) {
		return Provider.Open(connect.Options{
			Decode: func(into any) error { *into.(*Settings) = s; return nil },
			Dir:    "testdata", Clock: func() time.Time { return now },
		})
	}
	sources, err := open(Settings{Directory: "good"})
	require.NoError(t, err)
	require.Equal(t, "attestations/organization", sources[0].Name)
	sources, err = open(Settings{Directory: "good", Organization: "acme"})
	require.NoError(t, err)
	require.Equal(t, evidence.Scope{Provider: "attestations", Account: "acme"}, sources[0].Scope)
	_, err = open(Settings{})
	require.ErrorContains(t, err, "directory: empty")
	_, err = open(Settings{Directory: "bad"})
	require.ErrorContains(t, err, "testdata/bad/bad-result.yaml:3:9: result:")
	require.ErrorContains(t, err, "testdata/bad/unknown-key.yaml:6:1:")
}
