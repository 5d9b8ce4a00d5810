package anchor_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/publish/anchor"
)

func directory(t *testing.T) *anchor.Directory {
	t.Helper()
	return &anchor.Directory{Named: "folder", Path: t.TempDir(), Clock: at(2027)}
}

func TestDirectoryKeepsCheckpoints(t *testing.T) {
	t.Parallel()
	d := directory(t)
	_, found, err := d.Newest(t.Context())
	require.NoError(t, err)
	require.False(t, found)

	var last anchor.Checkpoint
	for _, size := range []int64{9, 10, 1000} {
		last = checkpoint(t, size, "a")
		receipt, err := d.Publish(t.Context(), last)
		require.NoError(t, err)
		require.True(t, receipt.Of(last))
		require.Equal(t, at(2027)(), receipt.At)
		require.False(t, receipt.Outside, "unless the configuration says so")
		b, err := os.ReadFile(receipt.Where)
		require.NoError(t, err)
		require.Equal(t, last.Note, b)
		info, err := os.Stat(receipt.Where)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o644), info.Mode().Perm())
	}
	held, found, err := d.Newest(t.Context())
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, last, held)

	_, err = d.Publish(t.Context(), last)
	require.NoError(t, err, "once more is no harm")
	_, err = d.Publish(t.Context(), checkpoint(t, 1000, "a"))
	require.NoError(t, err, "nor is another key")
}

func TestDirectoryRaisesTheAlarm(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lies  string // file of ten leaves
		given func(t *testing.T) anchor.Checkpoint
		alarm bool
		want  string
	}{
		"another root":            {string(checkpoint(t, 10, "a").Note), func(t *testing.T) anchor.Checkpoint { return checkpoint(t, 10, "b") }, true, "another root stands there for 10 leaves"},
		"an older copy":           {string(checkpoint(t, 10, "a").Note), func(t *testing.T) anchor.Checkpoint { return checkpoint(t, 9, "a") }, true, "holds a larger checkpoint than this one of 9 leaves"},
		"another size inside":     {string(checkpoint(t, 11, "a").Note), func(t *testing.T) anchor.Checkpoint { return checkpoint(t, 10, "a") }, true, "another root stands there"},
		"no checkpoint":           {"hello\n", func(t *testing.T) anchor.Checkpoint { return checkpoint(t, 10, "a") }, true, "something else stands there"},
		"a checkpoint of another": {string(checkpointOf(t, "other", 10, "a").Note), func(t *testing.T) anchor.Checkpoint { return checkpoint(t, 10, "a") }, false, `it belongs to the log "other"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := directory(t)
			file := filepath.Join(d.Path, "00000000000000000010.checkpoint")
			require.NoError(t, os.WriteFile(file, []byte(c.lies), 0o600))
			_, err := d.Publish(t.Context(), c.given(t))
			require.ErrorContains(t, err, c.want)
			if c.alarm {
				require.ErrorIs(t, err, anchor.ErrRewritten)
			} else {
				require.NotErrorIs(t, err, anchor.ErrRewritten)
			}
			b, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, c.lies, string(b), "what lies there is never written over")
		})
	}
}

func TestDirectoryCompletesWhatWasInterrupted(t *testing.T) {
	t.Parallel()
	c := checkpoint(t, 10, "a")
	for _, length := range []int{0, 1, len(c.Note) - 1} {
		d := directory(t)
		file := filepath.Join(d.Path, "00000000000000000010.checkpoint")
		require.NoError(t, os.WriteFile(file, c.Note[:length], 0o600))
		_, _, err := d.Newest(t.Context())
		require.ErrorContains(t, err, "checkpoint: ", "half a checkpoint is none")
		_, err = d.Publish(t.Context(), c)
		require.NoError(t, err)
		held, found, err := d.Newest(t.Context())
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, c, held)
	}
}

func TestDirectoryNewestNamesAFileThatWasRenamed(t *testing.T) {
	t.Parallel()
	d := directory(t)
	require.NoError(t, os.WriteFile(filepath.Join(d.Path, "00000000000000000010.checkpoint"), checkpoint(t, 9, "a").Note, 0o600))
	_, _, err := d.Newest(t.Context())
	require.ErrorContains(t, err, "holds a checkpoint of 9 leaves: somebody renamed or rewrote it")
}

func TestDirectoryThatIsNotThere(t *testing.T) {
	t.Parallel()
	d := directory(t)
	d.Path = filepath.Join(d.Path, "missing")
	_, err := d.Publish(t.Context(), checkpoint(t, 1, "a"))
	require.ErrorContains(t, err, "create it, writable by the user who runs controlwatch")
	_, _, err = d.Newest(t.Context())
	require.Error(t, err, "an anchor that cannot be read holds not nothing")
}
