package spool_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/spool"
)

func TestSpool(t *testing.T) {
	t.Parallel()
	for name, pieces := range map[string]int{"little": 10, "much": 9000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s spool.Spool
			var want []byte
			for i := range pieces {
				piece := bytes.Repeat([]byte{byte(i)}, 1000+i%7)
				want = append(want, piece...)
				_, err := s.Write(piece)
				require.NoError(t, err)
			}
			require.EqualValues(t, len(want), s.Size())
			for range 2 {
				got, err := io.ReadAll(s.Section(0, s.Size()))
				require.NoError(t, err)
				require.True(t, bytes.Equal(want, got))
			}
			part, err := io.ReadAll(s.Section(999, 5))
			require.NoError(t, err)
			require.Equal(t, want[999:1004], part)
			require.NoError(t, s.Close())
		})
	}
}

func TestNowhereToSpill(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()+"/not-there")
	var s spool.Spool
	_, err := s.Write(make([]byte, 5<<20))
	require.ErrorContains(t, err, "set TMPDIR")
}
