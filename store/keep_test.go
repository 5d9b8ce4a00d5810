package store

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
)

// What waits for the commit is what was given, in its order, however much.
func TestKeepingGivesBackWhatWasAdded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var k keeping
		var all []kept
		few := rapid.SampledFrom([]string{"", "a", "b", "ß"})
		for range rapid.SampledFrom([]int{0, 1, keptAtOnce, keptAtOnce + 1}).Draw(t, "how many") {
			all = append(all, kept{
				key: evidence.Key{Provider: few.Draw(t, "provider"), Account: few.Draw(t, "account"), Region: few.Draw(t, "region"), Kind: evidence.Kind(few.Draw(t, "kind")), ID: few.Draw(t, "id")},
				typ: few.Draw(t, "type"), name: few.Draw(t, "name"), checks: &checkList{},
				states: []byte(few.Draw(t, "states")),
			})
		}
		if len(all) > 0 {
			all[0].name = strings.Repeat("n", keptBytes+1)
		}
		for _, one := range all {
			k.add(one)
		}
		got := slices.Collect(k.all)
		require.Len(t, got, len(all))
		for i := range all {
			require.Equal(t, all[i].key, got[i].key)
			require.Equal(t, all[i].typ, got[i].typ)
			require.Equal(t, all[i].name, got[i].name)
			require.Same(t, all[i].checks, got[i].checks)
			require.Equal(t, string(all[i].states), string(got[i].states))
		}
		require.Len(t, slices.Collect(k.all), len(all), "and again, where a commit failed")
	})
}
