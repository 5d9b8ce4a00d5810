package derive

import (
	"slices"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
)

// What is shared says what the list said, each thing once and in its order, and
// equal lists are one.
func TestSharedHolesSayWhatTheListSaid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		shared := newSharedHoles()
		list := rapid.SliceOf(rapid.Custom(func(t *rapid.T) evidence.Hole {
			return evidence.Hole{Field: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "field"), NeverSeen: rapid.Bool().Draw(t, "never")}
		}))
		for range 5 {
			holes := list.Draw(t, "holes")
			var want []evidence.Hole
			for _, h := range holes {
				if !slices.Contains(want, h) {
					want = append(want, h)
				}
			}
			got := shared.of(slices.Clone(holes))
			require.Equal(t, want, got)
			require.Equal(t, len(got), cap(got), "whoever appends gets a copy")
			again := shared.of(slices.Clone(holes))
			require.Equal(t, unsafe.SliceData(got), unsafe.SliceData(again))
		}
	})
}
