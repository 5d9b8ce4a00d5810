package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// An inventory in which nothing is missing closes gaps only where somebody looked.
func TestAnInventoryIsCompleteWhereEveryListWasSeen(t *testing.T) {
	t.Parallel()
	whole := soc2.Assessment{Feeds: []evidence.FeedState{{}}}
	require.True(t, unknownAssets(whole).Complete)
	require.False(t, unknownAssets(soc2.Assessment{}).Complete, "nothing was looked at")
	whole.Holes = []soc2.ScopedHole{{Lack: &soc2.Lack{Hole: evidence.Hole{Type: "aws.s3.bucket", Field: "encryption"}}}}
	require.True(t, unknownAssets(whole).Complete, "a field of one is no thing that is missing")
	whole.Holes = append(whole.Holes, soc2.ScopedHole{Lack: &soc2.Lack{Hole: evidence.Hole{Type: "aws.s3.bucket"}}})
	require.False(t, unknownAssets(whole).Complete, "a list was not read to its end")
}
