package soc2_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// A hundred thousand devices of which nobody tells the same thing are lines that
// differ in the device only; what differs in anything else is never taken for the same.
func TestWhatIsLackedAlikeIsHeldOnce(t *testing.T) {
	t.Parallel()
	a := &soc2.Assessment{At: monday}
	tally := soc2.NewTally(a, soc2.Catalogue{}, evidence.View{At: monday})
	add := func(id, account, detail, reason string) {
		r := evidence.Resource{Provider: "p", Account: account, Kind: "Device", Type: "device", ID: id}
		holes := []evidence.Hole{{Field: "encrypted", Reason: evidence.NotCollected, Detail: detail}}
		tally.Add(soc2.Judged{Resource: r, Findings: []soc2.Finding{{Control: "c", Check: "k", Resource: r, Outcome: soc2.Unobserved, Reason: reason, Holes: holes}}})
	}
	for i := range 3 {
		add(fmt.Sprint(i), "1", "", "encrypted: not-collected")
	}
	add("3", "2", "", "encrypted: not-collected")
	add("4", "2", "other", "encrypted: not-collected")
	add("5", "2", "other", "two things")
	tally.RollUp(nil)

	require.Len(t, a.Holes, 6)
	require.Same(t, a.Holes[0].Lack, a.Holes[2].Lack)
	require.Same(t, &a.Findings[0].Holes[0], &a.Findings[3].Holes[0])
	for i, want := range []struct{ account, detail, reason string }{
		{"1", "", "encrypted: not-collected"},
		{"1", "", "encrypted: not-collected"},
		{"1", "", "encrypted: not-collected"},
		{"2", "", "encrypted: not-collected"},
		{"2", "other", "encrypted: not-collected"},
		{"2", "other", "two things"},
	} {
		h, f := a.Holes[i], a.Findings[i]
		require.Equal(t, []string{fmt.Sprint(i), want.account, want.detail}, []string{h.Resource, h.Account, h.Hole.Detail})
		require.Equal(t, []string{fmt.Sprint(i), want.account, want.detail, want.reason}, []string{f.Resource.ID, f.Resource.Account, f.Holes[0].Detail, f.Reason})
	}
}
