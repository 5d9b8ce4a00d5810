package evidence_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

func TestAWordNobodyKnowsWasNotObserved(t *testing.T) {
	t.Parallel()
	users := evidence.Population{Kind: "User", Type: "aws.iam.user"}
	rec := evidence.NewRecorder(evidence.Pull{Populations: []evidence.Population{users}})
	odd, known := "Active", evidence.UserActive
	body := &evidence.User{Status: &odd}
	for id, body := range map[string]*evidence.User{"odd": body, "known": {Status: &known}, "unseen": {}} {
		require.NoError(t, rec.Add(evidence.Fact{Resource: evidence.Resource{Kind: users.Kind, Type: users.Type, ID: id}, Body: body}))
	}
	pull, facts := rec.Result()
	require.True(t, pull.Complete())
	for _, f := range facts {
		status, hole := f.Body.(*evidence.User).Status, []evidence.Hole(nil)
		switch f.Resource.ID {
		case "known":
			require.Equal(t, &known, status)
		case "odd":
			hole = []evidence.Hole{{Field: "status", Reason: evidence.ProviderError, Detail: `"Active" is none of active, pending, suspended, deactivated`}}
			fallthrough
		default:
			require.Nil(t, status)
		}
		require.Equal(t, hole, f.Holes)
	}
	require.Equal(t, &odd, body.Status, "the collector's own is left alone")
}

// Only fields of the kind itself are looked at.
func TestWordsAreOfOptionalTexts(t *testing.T) {
	t.Parallel()
	for _, k := range evidence.Kinds {
		for f := range k.Type().Fields() {
			if len(evidence.WordsOf(f)) > 0 {
				require.Equal(t, reflect.TypeFor[*string](), f.Type, "%s.%s", k.Kind, f.Name)
			}
			if f.Type.Kind() == reflect.Pointer && f.Type.Elem().Kind() == reflect.Struct {
				for inner := range f.Type.Elem().Fields() {
					require.Empty(t, inner.Tag.Get("words"), "%s.%s.%s", k.Kind, f.Name, inner.Name)
				}
			}
		}
	}
}
