package store

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// damaged applies the changes that the bytes describe, four at a time: where, and
// what the byte there becomes; or where the file ends.
func damaged(text, changes []byte) []byte {
	out := append([]byte(nil), text...)
	for len(changes) >= 6 && len(out) > 100 {
		kind, at, with := changes[0], int(binary.LittleEndian.Uint32(changes[1:])), changes[5]
		changes = changes[6:]
		at = 100 + at%(len(out)-100) // beyond the header, which says only that it is a database
		switch kind % 4 {
		case 0:
			out[at] ^= 1 << (with % 8)
		case 1:
			out[at] = with
		case 2:
			n := min(int(with), len(out)-at)
			copy(out[at:at+n], out[len(out)-n:])
		default:
			out = out[:at]
		}
	}
	return out
}

// Whatever was done to a file: it is opened and verified, or refused, without a
// panic and in bounded time; and it verifies only if it says what it said before.
func FuzzDamagedStore(f *testing.F) {
	f.Add([]byte{0, 0, 0x10, 0, 0, 3})
	f.Add([]byte{1, 0, 0x21, 1, 0, 0xff})
	f.Add([]byte{2, 9, 0x40, 0, 0, 200})
	f.Add([]byte{3, 0, 0x80, 0, 0, 0})
	f.Add([]byte{0, 50, 0x33, 0, 0, 7, 1, 8, 0x90, 0, 0, 0x0d})
	// Each of these was found by chance: a page of a table, of an index, the schema.
	for page := range byte(40) {
		f.Add([]byte{0, 3, page << 4, page >> 4, 0, page, 1, 0x64, page << 4, page >> 4, 0, 0x0a})
	}
	original, _ := longStore(f)
	text, err := os.ReadFile(original)
	require.NoError(f, err)
	before := everything(f, original)
	f.Fuzz(func(t *testing.T, changes []byte) {
		if len(changes) > 60 {
			return
		}
		path := filepath.Join(t.TempDir(), "controlwatch.db")
		require.NoError(t, os.WriteFile(path, damaged(text, changes), 0o600))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		s, err := OpenReading(ctx, "sqlite:"+path, Options{Clock: (&testClock{now: noon}).Now})
		if err != nil {
			return
		}
		defer func() { require.NoError(t, s.Close()) }()
		v, err := s.Verify(ctx, VerifyOptions{})
		require.NoError(t, ctx.Err(), "it took too long")
		if err == nil && v.OK() && len(v.Warnings) == 0 {
			require.Equal(t, before, everything(t, path), "it says something else now, and verifies")
		}
		// What reads it gives an error, or an answer, and no panic.
		_, _ = s.Snapshot(ctx, noon.Add(24*time.Hour), map[string]time.Duration{source: 0})
		_, _ = s.History(ctx, HistoryQuery{Kind: "User", From: noon, To: noon.Add(24 * time.Hour)})
		_, _ = s.AnswersBehind(ctx, usersFeed, "p5", user("ada", true).Resource)
		for _, err := range s.Entries(ctx) {
			if err != nil {
				break
			}
		}
		require.NoError(t, ctx.Err(), "it took too long")
	})
}
