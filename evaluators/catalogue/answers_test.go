package catalogue_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/soc2"
)

// allPass is an assessment in which every control passes.
func allPass(t *testing.T) (soc2.AnswerInputs, map[string]int) {
	t.Helper()
	cat, err := catalogue.Load()
	require.NoError(t, err)
	questions, err := catalogue.CustomerQuestions()
	require.NoError(t, err)
	a, at := &soc2.Assessment{}, map[string]int{}
	for i, c := range cat.Controls {
		a.Controls = append(a.Controls, soc2.ControlResult{ID: c.ID, State: soc2.Pass, Passing: 3})
		at[c.ID] = i
	}
	return soc2.AnswerInputs{Questions: questions, Catalogue: cat, Assessment: a}, at
}

func TestCustomerQuestions(t *testing.T) {
	t.Parallel()
	in, at := allPass(t)
	require.GreaterOrEqual(t, len(in.Questions), 40)
	seen := map[string]bool{}
	topics := map[string]bool{}
	last := ""
	for _, q := range in.Questions {
		require.False(t, seen[q.ID], "%s is there twice", q.ID)
		seen[q.ID] = true
		require.NotEmpty(t, q.Controls, q.ID)
		for _, text := range []string{q.Topic, q.Question, q.Yes, q.Person} {
			require.NotEmpty(t, text, q.ID)
		}
		require.True(t, strings.HasSuffix(q.Question, "?") && strings.HasSuffix(q.Yes, ".") && strings.HasSuffix(q.Person, "."), q.ID)
		for _, id := range q.Controls {
			require.Contains(t, at, id, q.ID)
		}
		require.False(t, q.Topic != last && topics[q.Topic], "%s: the questions of %s stand together", q.ID, q.Topic)
		topics[q.Topic], last = true, q.Topic
	}
}

// TestNoAnswerSaysYesToWhatIsNotShown: each answer is a yes while every control passes,
// and whatever becomes of one it rests on, none.
func TestNoAnswerSaysYesToWhatIsNotShown(t *testing.T) {
	t.Parallel()
	in, at := allPass(t)
	all, err := soc2.CustomerAnswers(in)
	require.NoError(t, err)
	for _, a := range all {
		require.Equal(t, soc2.AnswerShown, a.State, a.ID)
		require.True(t, strings.HasPrefix(a.Draft, "Yes. "), a.Draft)
	}
	spoil := map[string]struct {
		result soc2.ControlResult
		want   soc2.AnswerState
	}{
		"unobserved":             {soc2.ControlResult{State: soc2.Unobserved, Unobserved: 1, Passing: 2}, soc2.AnswerUnknown},
		"wholly unobserved":      {soc2.ControlResult{}, soc2.AnswerUnknown},
		"fails":                  {soc2.ControlResult{State: soc2.Fail, Failing: 1, Passing: 2}, soc2.AnswerGaps},
		"fails and is accepted":  {soc2.ControlResult{State: soc2.Fail, Failing: 1, Accepted: 1, Passing: 2}, soc2.AnswerGaps},
		"fails and is unseen":    {soc2.ControlResult{State: soc2.Fail, Failing: 1, Unobserved: 1}, soc2.AnswerGaps},
		"called a pass, unseen":  {soc2.ControlResult{State: soc2.Pass, Unobserved: 1, Passing: 2}, soc2.AnswerUnknown},
		"called a pass, fails":   {soc2.ControlResult{State: soc2.Pass, Failing: 1, Passing: 2}, soc2.AnswerGaps},
		"a pass of nothing":      {soc2.ControlResult{State: soc2.Pass}, soc2.AnswerUnknown},
		"partly excluded":        {soc2.ControlResult{State: soc2.Pass, Passing: 2, Excluded: 1}, soc2.AnswerUnknown},
		"an outcome of tomorrow": {soc2.ControlResult{State: soc2.Outcome(9), Passing: 2}, soc2.AnswerUnknown},
	}
	for _, q := range in.Questions {
		for _, control := range q.Controls {
			for name, s := range spoil {
				one, _ := allPass(t)
				s.result.ID = control
				one.Assessment.Controls[at[control]] = s.result
				one.Questions = []soc2.CustomerQuestion{q}
				got, err := soc2.CustomerAnswers(one)
				require.NoError(t, err)
				require.Equal(t, s.want, got[0].State, "%s: %s %s", q.ID, control, name)
				require.NotContains(t, got[0].Draft, "Yes", "%s: %s %s", q.ID, control, name)
				require.NotContains(t, got[0].Draft, q.Yes, "%s: %s %s", q.ID, control, name)
			}
			one, _ := allPass(t)
			one.Assessment.Controls = append(one.Assessment.Controls[:at[control]:at[control]], one.Assessment.Controls[at[control]+1:]...)
			one.Questions = []soc2.CustomerQuestion{q}
			got, err := soc2.CustomerAnswers(one)
			require.NoError(t, err)
			require.Equal(t, soc2.AnswerUnknown, got[0].State, "%s: %s was not judged", q.ID, control)
		}
	}
	in.Assessment.Narrowings = []soc2.Narrowing{{Kind: soc2.Relax, Control: in.Questions[0].Controls[0], Parameter: "days", Value: "400", Default: "90"}, {Kind: soc2.Skip, Source: "aws", Setting: "skip", Value: `["prod"]`}}
	all, err = soc2.CustomerAnswers(in)
	require.NoError(t, err)
	require.Contains(t, all[0].Draft, "days of "+in.Questions[0].Controls[0]+" is 400 instead of 90")
	for _, a := range all {
		require.Contains(t, a.Draft, `source aws leaves things out by its setting skip = ["prod"]`, a.ID)
	}
	in.Assessment = nil
	all, err = soc2.CustomerAnswers(in)
	require.NoError(t, err)
	for _, a := range all {
		require.Equal(t, soc2.AnswerUnknown, a.State, a.ID)
	}
}
