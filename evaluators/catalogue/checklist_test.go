package catalogue_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/soc2"
)

// Every row that a person can attest is answered by an attestation: nothing of the
// manual controls is left out of the questionnaire.
func TestEveryManualRowIsAttested(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.Load()
	require.NoError(t, err)
	rows, err := catalogue.Rows()
	require.NoError(t, err)
	answers := catalogue.Answers(cat)
	attested := 0
	for _, r := range rows {
		if !r.Attested {
			continue
		}
		attested++
		require.Len(t, answers[r.ID], 1, "%s (%s) must be answered by one attestation", r.ID, r.Title)
		require.Contains(t, answers[r.ID][0], "/"+soc2.AttestationCheck, r.ID)
	}
	require.Equal(t, 99, attested)
}

// The eleven sections with their questions, the ten gaps that are often found and the
// six areas of examples are each answered by controls that exist.
func TestTheChecklistIsAnswered(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.Load()
	require.NoError(t, err)
	all, err := catalogue.Checklist()
	require.NoError(t, err)
	found := map[string][]string{}
	answered := map[string]bool{}
	for _, i := range all {
		found[i.Part] = append(found[i.Part], i.ID)
		require.NotEmpty(t, i.Title, i.ID)
		require.NotEmpty(t, i.Controls, "%s %s (%s) is answered by no control", i.Part, i.ID, i.Title)
		for _, id := range i.Controls {
			require.True(t, slices.ContainsFunc(cat.Controls, func(c soc2.Control) bool { return c.ID == id }), "%s %s is answered by %s, which is no control", i.Part, i.ID, id)
			if i.Part == catalogue.ChecklistSection {
				answered[id] = true
			}
		}
	}
	require.Equal(t, upTo(11), found[catalogue.ChecklistSection])
	require.Equal(t, upTo(10), found[catalogue.ChecklistGap])
	require.Equal(t, upTo(6), found[catalogue.ChecklistArea])
	require.Len(t, found[catalogue.ChecklistQuestion], 23)
	for _, c := range cat.Controls {
		if c.AttestationAsked != nil {
			require.True(t, answered[c.ID], "%s is attested and in no section: the questionnaire would leave it out", c.ID)
		}
	}
}

func upTo(n int) (ids []string) {
	for i := range n {
		ids = append(ids, strconv.Itoa(i+1))
	}
	return ids
}
