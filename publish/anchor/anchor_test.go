package anchor_test

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/controlwatch/controlwatch/publish/anchor"
)

const origin = "controlwatch.example/log"

// checkpoint is a signed checkpoint; the root is made from words.
func checkpoint(t *testing.T, size int64, root string) anchor.Checkpoint {
	t.Helper()
	return checkpointOf(t, origin, size, root)
}

func checkpointOf(t *testing.T, log string, size int64, root string) anchor.Checkpoint {
	t.Helper()
	key, _, err := note.GenerateKey(rand.Reader, log)
	require.NoError(t, err)
	signer, err := note.NewSigner(key)
	require.NoError(t, err)
	sum := sha256.Sum256([]byte(root))
	signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", log, size, base64.StdEncoding.EncodeToString(sum[:]))}, signer)
	require.NoError(t, err)
	c, err := anchor.Parse(signed)
	require.NoError(t, err)
	require.Equal(t, size, c.Size)
	require.Equal(t, sum[:], c.Root)
	return c
}

func at(year int) func() time.Time {
	return func() time.Time { return time.Date(year, 3, 1, 12, 0, 0, 0, time.UTC) }
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	whole := string(checkpoint(t, 12, "a").Note)
	for name, src := range map[string]string{
		"nothing":              "",
		"text only":            whole[:strings.Index(whole, "\n\n")+1],
		"text and empty line":  whole[:strings.Index(whole, "\n\n")+2],
		"half a signature":     whole[:len(whole)-5],
		"half a root":          "a\n1\nAAAA\n\n— a AAAA\n",
		"a size that is text":  strings.Replace(whole, "\n12\n", "\nx\n", 1),
		"a size without end":   strings.Replace(whole, "\n12\n", "\n18446744073709551615\n", 1),
		"more than can be one": whole + strings.Repeat("— a AAAA\n", anchor.MaxNote),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := anchor.Parse([]byte(src))
			require.ErrorContains(t, err, "checkpoint: ")
		})
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	held := checkpoint(t, 12, "twelve")
	roots := func(root string) func(int64) ([]byte, error) {
		return func(size int64) ([]byte, error) {
			require.EqualValues(t, 12, size)
			sum := sha256.Sum256([]byte(root))
			return sum[:], nil
		}
	}
	require.NoError(t, anchor.Compare(held, origin, 12, roots("twelve")))
	require.NoError(t, anchor.Compare(held, origin, 20, roots("twelve")))

	err := anchor.Compare(held, origin, 11, nil)
	require.ErrorIs(t, err, anchor.ErrRewritten)
	require.EqualError(t, err, "the anchor holds a checkpoint of 12 leaves and the log has 11: the log was rewritten or restored from an older copy")
	require.ErrorIs(t, anchor.Compare(held, origin, 20, roots("other")), anchor.ErrRewritten)

	err = anchor.Compare(held, "another/log", 12, roots("twelve"))
	require.ErrorContains(t, err, "give each log an anchor of its own")
	require.NotErrorIs(t, err, anchor.ErrRewritten)

	unread := errors.New("unread")
	require.ErrorIs(t, anchor.Compare(held, origin, 20, func(int64) ([]byte, error) { return nil, unread }), unread)
}

func TestNothingIsAnchoredForAnEmptyLog(t *testing.T) {
	t.Parallel()
	for _, a := range []anchor.Anchor{
		&anchor.Authority{Named: "a"}, &anchor.Directory{Named: "d"}, &anchor.Webhook{Named: "w"}, &anchor.S3{},
	} {
		_, err := a.Publish(t.Context(), checkpoint(t, 0, ""))
		require.ErrorContains(t, err, "nothing to anchor", a.Kind())
	}
}
