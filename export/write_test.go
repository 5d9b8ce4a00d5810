package export_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/store"
)

func TestABundleVerifiesByItself(t *testing.T) {
	t.Parallel()
	w := month(t)
	for _, window := range [][2]int{{-5, 31}, {0, 31}, {8, 22}, {12, 16}, {29, 31}} {
		b, m := w.write(window[0], window[1])
		for _, keys := range [][]string{nil, {w.key.Public()}} {
			v := verify(t, b, keys...)
			require.Empty(t, v.Problems)
			require.True(t, v.OK())
			require.Equal(t, len(keys) > 0, v.Pinned)
			require.Equal(t, int64(len(m.Files)), v.Files)
			require.Equal(t, m.Commits, v.Commits)
			require.Positive(t, v.Bodies)
			require.False(t, v.Anchored)
		}
	}
}

func TestFactsThatHeldAtAnyMomentOfTheWindowAreThere(t *testing.T) {
	t.Parallel()
	w := month(t)
	b, _ := w.write(8, 22)
	files := unzip(t, b)
	rows := lines(files["facts.csv"])
	require.Len(t, rows, 1+4, "ada, bob before and after, eve: %s", files["facts.csv"])
	bodies := files["bodies/facts/0001.jsonl"]
	require.Equal(t, 4, strings.Count(bodies, "\n"))
	require.Contains(t, bodies, `"id":"eve"`)
	require.NotContains(t, bodies, `"id":"cara"`, "she came later")
	require.Contains(t, files["pulls.csv"], "denied")
	require.Contains(t, files["records.csv"], "identity not verified")
	require.Contains(t, files["bodies/entries/0001.jsonl"], `{"text":"reviewed"}`)
	require.Contains(t, files["VERIFY.md"], "Not protected against the operator")
	require.Contains(t, files["index.html"], "Not protected against the operator")
}

func TestNamesDoNoHarmInTablesAndPages(t *testing.T) {
	t.Parallel()
	b, _ := month(t).write(0, 9)
	files := unzip(t, b)
	page := files["controls/people-use-multi-factor-sign-in/index.html"]
	require.Contains(t, page, "&lt;script&gt;")
	for name, text := range files {
		switch {
		case strings.HasSuffix(name, ".html"):
			require.NotContains(t, text, "<script", name)
			require.NotContains(t, text, " src=", name)
		case strings.HasSuffix(name, ".csv"):
			require.NotContains(t, text, `,"=`, name)
			require.NotContains(t, text, `,=`, name)
		}
	}
	require.Contains(t, files["controls/people-use-multi-factor-sign-in/findings.csv"], `"'=HYPERLINK(""`)
}

func TestWhatWasNotSeenIsNeverShownAsHolding(t *testing.T) {
	t.Parallel()
	w := month(t)
	b, _ := w.write(18, 22)
	files := unzip(t, b)
	require.Contains(t, files["controls/people-use-multi-factor-sign-in/index.html"], "unobserved")
	require.NotContains(t, files["controls/people-use-multi-factor-sign-in/findings.csv"], "no-gap-seen")
	require.Contains(t, files["criteria/CC6.1/index.html"], "evidence-incomplete")
	require.NotContains(t, files["criteria/CC6.1/index.html"], `class="no-gap-seen"`)
}

func TestABundleLimitedToCriteriaSaysWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	w := month(t)
	b, m := w.write(0, 31, "A1.2")
	v := verify(t, b, w.key.Public())
	require.Empty(t, v.Problems)
	require.Positive(t, v.LeftOut)
	files := unzip(t, b)
	require.NotContains(t, files, "criteria/CC6.1/index.html")
	require.Contains(t, files, "criteria/A1.2/index.html")
	require.Contains(t, files["log/left-out.txt"], "not of the criteria")
	require.Contains(t, m.LeftOut[0].What, "other criteria")
	_, _, err := w.tryWrite(0, 31, "CC99.9")
	require.ErrorContains(t, err, `there is no criterion "CC99.9"`)
}

func TestAWindowOfNothingIsAnError(t *testing.T) {
	t.Parallel()
	w := month(t)
	_, _, err := w.tryWrite(-9, -3)
	require.ErrorIs(t, err, store.ErrNothingKept)
	_, _, err = w.tryWrite(16, 17)
	require.ErrorIs(t, err, store.ErrNothingKept)
}

func TestTheDaysBeforeTheStoreBeganAreAHole(t *testing.T) {
	t.Parallel()
	_, m := month(t).write(-5, 9)
	require.Contains(t, m.LeftOut[0].Why, "which is a hole")
}
