package report

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// A population with many holes says how many, and does not bury the items below them.
func TestHolesOfASampleAreBounded(t *testing.T) {
	t.Parallel()
	var in Sample
	for i := range mostSampleHoles + 3 {
		in.Holes = append(in.Holes, fmt.Sprint("hole ", i))
	}
	doubts := sampleDoubts(in)
	require.Contains(t, doubts[0], "The population has 13 holes")
	require.Equal(t, "hole 9", doubts[mostSampleHoles])
	require.Equal(t, "and 3 holes more: -o json has all of them", doubts[mostSampleHoles+1])
}
