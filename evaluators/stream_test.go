package evaluators_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// crowd is users, who are known before the rest, between others, and lists that
// were not seen.
func crowd() evidence.Snapshot {
	denied := evidence.Hole{Reason: evidence.Denied, Operation: "iam:ListAccessKeys"}
	s := evidence.Snapshot{At: now, Feeds: []evidence.FeedState{
		userFeed(), feed(aws, "AccessKey", "aws.iam.access_key", denied), feed(aws, "Datastore", "aws.s3.bucket"), feed(aws, "Account", "aws.account"),
	}}
	for _, id := range []string{"m", "a", "z"} {
		s.Facts = append(s.Facts, iamUser(id, good()))
		for kind, typ := range map[evidence.Kind]string{"AccessKey": "aws.iam.access_key", "Datastore": "aws.s3.bucket"} {
			info, _ := evidence.KindOf(kind)
			s.Facts = append(s.Facts, evidence.Fact{
				Resource: evidence.Resource{Provider: "aws", Account: "1", Kind: kind, Type: typ, ID: id}, Body: info.New(), Seen: now, Digest: id,
			})
		}
	}
	return s
}

func TestStreamYieldsEachResourceOnceInTheOrderOfKeys(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.Load()
	require.NoError(t, err)
	e := engine(t, cat, nil)
	snap := crowd()
	var keys []evidence.Key
	var streamed []soc2.Finding
	require.NoError(t, e.Stream(t.Context(), snap.View(), func(j *evaluators.Judged) error {
		keys = append(keys, j.Resource.Key())
		for i, f := range j.Findings {
			require.Equal(t, j.Resource, f.Resource)
			require.True(t, i == 0 || j.Findings[i-1].Compare(f) < 0, "by control and check")
			if f.Outcome == soc2.Fail || f.Outcome == soc2.Unobserved {
				require.NotEmpty(t, f.Observed)
			}
		}
		j.Show()
		streamed = append(streamed, j.Findings...)
		return nil
	}))
	for i := 1; i < len(keys); i++ {
		require.Negative(t, keys[i-1].Compare(keys[i]))
	}
	for _, f := range snap.Facts {
		require.Contains(t, keys, f.Resource.Key())
	}
	soc2.SortFindings(streamed)
	whole, err := e.Evaluate(t.Context(), snap)
	require.NoError(t, err)
	require.Equal(t, whole, streamed)
}

func TestStreamEndsWithTheFirstError(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.Load()
	require.NoError(t, err)
	e := engine(t, cat, nil)
	enough, calls := errors.New("enough"), 0
	err = e.Stream(t.Context(), crowd().View(), func(*evaluators.Judged) error {
		calls++
		return enough
	})
	require.ErrorIs(t, err, enough)
	require.Equal(t, 1, calls)
}
