package attestations

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

func TestSample(t *testing.T) {
	t.Parallel()
	const dir = "../sample/attestations"
	require.NoError(t, Check(dir, now))
	pull, facts, err := collect(t.Context(), dir)
	require.NoError(t, err)
	require.Empty(t, pull.Holes)
	require.Len(t, facts, 2)
	for id, f := range facts {
		require.Empty(t, f.Holes, id)
		require.Len(t, f.Body.(*evidence.Attestation).Files, 1, id)
	}
	require.Contains(t, facts, "access-is-reviewed/2026-10-05")
	require.Contains(t, facts, "incident-response-is-prepared/2025-09-18")
}

// FuzzParse asks that no file brings the parser down, and that every file says
// something: a statement or what is wrong.
func FuzzParse(f *testing.F) {
	f.Add([]byte(met))
	f.Add([]byte("- control: a\n  <<: *x\n"))
	f.Add([]byte("&a [*a]"))
	f.Add([]byte("!!binary ="))
	f.Fuzz(func(t *testing.T, src []byte) {
		found, problems := parse("a.yaml", src, now)
		require.NotZero(t, len(found)+len(problems))
		for _, st := range found {
			require.NotEmpty(t, st.id)
			require.NotEmpty(t, st.body.Control)
			require.Contains(t, results, st.body.Result)
			require.False(t, st.body.PerformedAt.IsZero())
			require.NotEmpty(t, st.body.PerformedBy)
		}
	})
}
