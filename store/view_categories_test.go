package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

func TestCategoriesBeforeAreThoseOfEveryAssessmentSoFar(t *testing.T) {
	t.Parallel()
	s, clock := setup(t)
	judged := func(basis string) time.Time {
		at := clock.Add(time.Hour)
		v, err := s.View(t.Context(), at, nil)
		require.NoError(t, err)
		_, err = v.Commit(t.Context(), assessment(at), []Record{{Kind: BasisRecord, Digest: evidence.Digest([]byte(basis)), Bytes: []byte(basis)}})
		require.NoError(t, err)
		require.NoError(t, v.Close())
		return at
	}
	before := func(v *View, err error) []string {
		require.NoError(t, err)
		names, err := v.CategoriesBefore(t.Context())
		require.NoError(t, err)
		require.NoError(t, v.Close())
		return names
	}
	require.Empty(t, before(s.View(t.Context(), clock.Now(), nil)))
	judged(`{"categories":["Security","Privacy"]}`)
	second := judged(`{"categories":["Security"]}`)
	judged(`{"categories":["Security","Availability"]}`)
	require.Equal(t, []string{"Availability", "Privacy", "Security"}, before(s.View(t.Context(), clock.Now(), nil)))
	require.Equal(t, []string{"Privacy", "Security"}, before(s.Past(t.Context(), second.Add(time.Minute), nil)), "what came later was not before")
}
