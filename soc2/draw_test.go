package soc2_test

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// drawable is a population of keys whose items are counted in the first months of 2026.
func drawable(t *rapid.T) soc2.Population {
	ids := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-zä/ ]{1,8}`), 0, 40, rapid.ID[string]).Draw(t, "ids")
	var p soc2.Population
	for _, id := range ids {
		p.Items = append(p.Items, counted(id, rapid.IntRange(0, 9).Draw(t, "month")))
	}
	return p
}

func counted(id string, month int) soc2.PopulationItem {
	item := soc2.PopulationItem{Key: soc2.ItemKey(evidence.Key{Provider: "p", Account: "a", Kind: "User", ID: id}, "")}
	if month > 0 {
		at := time.Date(2026, time.Month(month), 2, 0, 0, 0, 0, time.UTC)
		item.CountedAt = &at
	}
	return item
}

func keysBy(drawn []soc2.Drawn) map[string][]string {
	out := map[string][]string{}
	for _, d := range drawn {
		out[d.Stratum] = append(out[d.Stratum], d.Key)
	}
	return out
}

func TestDraw(t *testing.T) {
	t.Parallel()
	by := func(t *rapid.T) string { return rapid.SampledFrom(soc2.Strata).Draw(t, "by") }
	size := func(t *rapid.T) int { return rapid.IntRange(1, 12).Draw(t, "size") }

	t.Run("the order of the items does not matter", func(t *testing.T) {
		t.Parallel()
		rapid.Check(t, func(t *rapid.T) {
			p, n, by := drawable(t), size(t), by(t)
			mixed := p
			mixed.Items = rapid.Permutation(p.Items).Draw(t, "mixed")
			require.Equal(t, keysBy(soc2.Draw(p, "seed", n, by)), keysBy(soc2.Draw(mixed, "seed", n, by)))
		})
	})

	t.Run("each stratum gives as many as were asked for, or all it has", func(t *testing.T) {
		t.Parallel()
		rapid.Check(t, func(t *rapid.T) {
			p, n, by := drawable(t), size(t), by(t)
			has := map[string]int{}
			for _, item := range p.Items {
				has[soc2.StratumOf(item.CountedAt, by)]++
			}
			drawn := keysBy(soc2.Draw(p, "seed", n, by))
			require.Len(t, drawn, len(has))
			for stratum, count := range has {
				require.Len(t, drawn[stratum], min(n, count))
			}
		})
	})

	t.Run("one item more changes at most one place, and only in its stratum", func(t *testing.T) {
		t.Parallel()
		rapid.Check(t, func(t *rapid.T) {
			p, n, by := drawable(t), size(t), by(t)
			more := p
			extra := counted("NEW", rapid.IntRange(0, 9).Draw(t, "month"))
			more.Items = append(slices.Clone(p.Items), extra)
			before, after := keysBy(soc2.Draw(p, "seed", n, by)), keysBy(soc2.Draw(more, "seed", n, by))
			for stratum, keys := range after {
				var fresh []string
				for _, k := range keys {
					if !slices.Contains(before[stratum], k) {
						fresh = append(fresh, k)
					}
				}
				if stratum != soc2.StratumOf(extra.CountedAt, by) {
					require.Empty(t, fresh)
				}
				require.LessOrEqual(t, len(fresh), 1)
			}
		})
	})

	t.Run("another seed gives another sample", func(t *testing.T) {
		t.Parallel()
		var p soc2.Population
		for i := range 200 {
			p.Items = append(p.Items, counted(fmt.Sprint("id", i), 1))
		}
		one := keysBy(soc2.Draw(p, "one", 25, ""))
		require.Equal(t, one, keysBy(soc2.Draw(p, "one", 25, "")))
		require.NotEqual(t, one, keysBy(soc2.Draw(p, "two", 25, "")))
	})
}

// redraw is the procedure of docs/sampling.md: keys on standard input, one a line.
const redraw = `while IFS= read -r key; do
  printf '%s  %s\n' "$(printf '%s\000%s' "$1" "$key" | sha256sum | cut -c1-64)" "$key"
done | LC_ALL=C sort | head -n "$2" | cut -c67-`

// The draw is redone with programs we did not write.
func TestDrawWithSha256sumAndSort(t *testing.T) {
	t.Parallel()
	seeds := []string{"5f0c1e", "a seed with blanks, \"quotes\" and ünïcode", "-n", "%s"}
	var p soc2.Population
	var keys strings.Builder
	for i := range 60 {
		p.Items = append(p.Items, counted(fmt.Sprintf("arn:aws:s3:::bücket %d\t'\"\\%%", i), 1))
		keys.WriteString(p.Items[i].Key + "\n")
	}
	for _, seed := range seeds {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", redraw, "sh", seed, "7")
		cmd.Stdin = strings.NewReader(keys.String())
		out, err := cmd.Output()
		require.NoError(t, err)
		require.Equal(t, strings.Split(strings.TrimSuffix(string(out), "\n"), "\n"), keysBy(soc2.Draw(p, seed, 7, ""))[soc2.StratumAll], seed)
	}
}

func TestItemKey(t *testing.T) {
	t.Parallel()
	key := evidence.Key{Provider: "aws", Account: "1111", Region: "eu-west-1", Kind: "Datastore", ID: "arn:aws:s3:::a/b#c%\n"}
	require.Equal(t, "aws/1111/eu-west-1/Datastore/arn:aws:s3:::a/b%23c%25%0A", soc2.ItemKey(key, ""))
	require.Equal(t, "aws/1111/eu-west-1/Datastore/arn:aws:s3:::a/b%23c%25%0A#push", soc2.ItemKey(key, "push"))
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a/%#\n\t]{0,4}`)
		draw := func(name string) (evidence.Key, string) {
			return evidence.Key{
				Provider: text.Draw(t, name), Account: text.Draw(t, name), Region: text.Draw(t, name), Kind: "User", ID: text.Draw(t, name),
			}, text.Draw(t, name)
		}
		a, partA := draw("a")
		b, partB := draw("b")
		require.Equal(t, a == b && partA == partB, soc2.ItemKey(a, partA) == soc2.ItemKey(b, partB))
		require.NotContains(t, soc2.ItemKey(a, partA), "\n")
		require.NotContains(t, soc2.ItemKey(a, partA), "\t")
	})
}

func TestPick(t *testing.T) {
	t.Parallel()
	p := soc2.Population{Items: []soc2.PopulationItem{
		{Key: "k/1", Resource: evidence.Resource{ID: "1", Name: "ada"}},
		{Key: "k/2", Resource: evidence.Resource{ID: "2", Name: "kofi"}},
		{Key: "k/3", Resource: evidence.Resource{ID: "3", Name: "kofi"}},
	}}
	picked, missing, err := soc2.Pick(p, []string{"ada", "3", "marie"})
	require.NoError(t, err)
	require.Equal(t, []string{"marie"}, missing, "what exists elsewhere and not here is what a list is for")
	require.Equal(t, []string{"k/1", "k/3"}, keysBy(picked)[soc2.StratumAll])
	_, _, err = soc2.Pick(p, []string{"kofi"})
	require.EqualError(t, err, `"kofi" fits 2 items: give the key of one, such as k/2 or k/3`)
	_, _, err = soc2.Pick(p, []string{"ada", "1"})
	require.EqualError(t, err, `"1" is in the list twice`)
}
