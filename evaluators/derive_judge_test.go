package evaluators

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// A rule that stumbles over what a provider sent costs the findings of that fact: no
// other, and none of them passes.
func TestAPanicOfARuleIsUnobserved(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.Load()
	require.NoError(t, err)
	e, err := New(cat, nil)
	require.NoError(t, err)
	f := evidence.Fact{
		Resource: evidence.Resource{Provider: "aws", Account: "1", Kind: "User", Type: "aws.iam.user", ID: "ada"}, Body: &evidence.User{}, Digest: "d",
	}
	scope := evidence.Scope{Provider: "aws", Account: "1"}
	seen := sight.Of(evidence.Snapshot{Feeds: []evidence.FeedState{{ID: evidence.FeedID{Scope: scope}, Populations: []evidence.Population{{Kind: "User", Type: "aws.iam.user"}}}}})
	var whole, broken Judged
	require.NoError(t, e.deriveAndJudge(t.Context(), seen, time.Time{}, func(f evidence.Fact) evidence.Fact { return f }, f, &whole))
	require.NotEmpty(t, whole.Findings)
	broken.Findings = append(broken.Findings, soc2.Finding{Outcome: soc2.Pass}) // of the resource before
	err = e.deriveAndJudge(t.Context(), seen, time.Time{}, func(evidence.Fact) evidence.Fact { panic("odd policy") }, f, &broken)
	require.NoError(t, err)
	require.Len(t, broken.Findings, len(whole.Findings), "each check says that it does not know")
	for i, one := range broken.Findings {
		require.Equal(t, whole.Findings[i].Key(), one.Key())
		require.Equal(t, soc2.Unobserved, one.Outcome)
		require.Contains(t, one.Reason, "odd policy")
	}
	require.Len(t, broken.checks, len(broken.Findings))
}
