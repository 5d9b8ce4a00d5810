package bundle

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestACommitUnderAnEpochThatHadEndedIsNamed(t *testing.T) {
	t.Parallel()
	none := func(int, map[string]any) {}
	under := func(epochs ...int64) *small {
		return newSmallSaying(t, none, func(s *small, i int) (string, string) {
			s.epoch = epochs[i]
			return "", ""
		})
	}
	rising := under(0, 0, 1, 1, 2, 2)
	require.Empty(t, check(t, rising.write(), rising.key.Public()).Problems)
	back := under(0, 0, 1, 2, 1, 2)
	v := check(t, back.write(), back.key.Public())
	require.NotEmpty(t, v.Problems)
	require.Equal(t, LeafFile(4), v.Problems[0].File)
	require.Contains(t, v.Problems[0].What, "its commit was made under epoch 1, after epoch 2 had begun")
}
