package report_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/soc2"
)

// byResource gives findings as an assessment that does not hold them does.
func byResource(fs []soc2.Finding) soc2.AllFindings {
	fs = slices.Clone(fs)
	slices.SortStableFunc(fs, func(a, b soc2.Finding) int { return a.Resource.Key().Compare(b.Resource.Key()) })
	return func(each func(soc2.Finding) error) error {
		for _, f := range fs {
			if err := each(f); err != nil {
				return err
			}
		}
		return nil
	}
}

func TestJSONOfFindingsThatAreNotHeldIsTheSame(t *testing.T) {
	t.Parallel()
	for name, n := range map[string]int{"few": 3, "enough to put aside": 2000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			held := many(n)
			for i := range held.Findings {
				held.Findings[i].Check = []string{"z", "a", "m"}[i%3]
				held.Findings[i].Reason = strings.Repeat("why ", rand.IntN(40)) // a length, not a secret
			}
			streamed := held
			streamed.All, streamed.Findings = byResource(held.Findings), nil
			require.Equal(t, string(scanJSON(t, held)), string(scanJSON(t, streamed)))
		})
	}
}

func TestJSONSaysWhenFindingsCannotBeReadAgain(t *testing.T) {
	t.Parallel()
	a := assessment()
	a.All = func(func(soc2.Finding) error) error { return errors.New("the store has gone") }
	var b strings.Builder
	require.ErrorContains(t, jsonTo(&b, a), "the store has gone")
}
