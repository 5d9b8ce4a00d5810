package blind_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/blind"
	"github.com/controlwatch/controlwatch/evidence"
)

func TestBlind(t *testing.T) {
	t.Parallel()
	yes, text := true, "x"
	f := evidence.Fact{
		Resource: evidence.Resource{Kind: "SignOnPolicy", ID: "p"},
		Body:     &evidence.SignOnPolicy{Active: &yes, Rules: []evidence.SignOnRule{{ID: "a", Allow: &yes}, {ID: "b", MFARequired: &yes}}},
	}
	require.Equal(t, []string{"active", "rules", "rules[0].allow", "rules[1].mfa_required"}, blind.Fields(f))

	less, err := blind.Without(f, "rules[1].mfa_required")
	require.NoError(t, err)
	require.Nil(t, less.Body.(*evidence.SignOnPolicy).Rules[1].MFARequired)
	require.NotNil(t, less.Body.(*evidence.SignOnPolicy).Rules[0].Allow)
	require.NotNil(t, f.Body.(*evidence.SignOnPolicy).Rules[1].MFARequired, "the fact itself is left alone")

	none, err := blind.WithoutAll(f)
	require.NoError(t, err)
	require.Equal(t, &evidence.SignOnPolicy{}, none.Body)

	_, err = blind.Without(f, "priority")
	require.ErrorContains(t, err, "there is no observed field priority")

	t.Run("derived and always seen fields stay", func(t *testing.T) {
		t.Parallel()
		d := evidence.Fact{Resource: evidence.Resource{Kind: "Datastore"}, Body: &evidence.Datastore{
			Public: &yes, S3: &evidence.S3Bucket{Ownership: &text, Policy: &evidence.PolicyDocument{Statements: []evidence.PolicyStatement{{Effect: "Deny"}}}},
		}}
		require.Equal(t, []string{"s3", "s3.policy", "s3.ownership"}, blind.Fields(d))
	})
}
