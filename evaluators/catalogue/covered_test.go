package catalogue_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
)

// Nothing of what was meant to be covered is forgotten, and no reason for not
// covering outlives the day it is covered.
func TestCovered(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.Load()
	require.NoError(t, err)
	rows, err := catalogue.Rows()
	require.NoError(t, err)
	answers := catalogue.Answers(cat)

	t.Run("every row of priority 1 of a complete provider is answered or reasoned", func(t *testing.T) {
		t.Parallel()
		for _, r := range rows {
			if !asked(r) {
				continue
			}
			answered, reasoned := len(answers[r.ID]) > 0, catalogue.Uncovered[r.ID] != ""
			require.False(t, answered && reasoned, "%s is answered by %v: remove its reason from Uncovered", r.ID, answers[r.ID])
			require.True(t, answered || reasoned, "%s is answered by no check: add one, or the reason to Uncovered", r.ID)
		}
	})
	t.Run("only such rows are reasoned", func(t *testing.T) {
		t.Parallel()
		for id := range catalogue.Uncovered {
			require.True(t, slices.ContainsFunc(rows, func(r catalogue.Row) bool { return r.ID == id && asked(r) }), id)
		}
	})
	t.Run("differences are of rows that a check answers", func(t *testing.T) {
		t.Parallel()
		for id, why := range catalogue.Differences {
			require.NotEmpty(t, answers[id], id)
			require.NotEmpty(t, why, id)
		}
	})
}

func asked(r catalogue.Row) bool {
	return !r.Attested && r.Priority == "1" && slices.Contains(catalogue.Complete, r.Provider)
}
