package evaluators_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
)

func TestShippedCatalogue(t *testing.T) {
	t.Parallel()
	tested, err := evaluators.TestCases(t.Context(), catalogue.Files())
	require.NoError(t, err)
	require.NotEmpty(t, tested.Cases)
	for _, c := range tested.Cases {
		t.Run(c.Control+": "+c.Name, func(t *testing.T) {
			t.Parallel()
			require.Empty(t, c.Wrong, "%s:%d", c.File, c.Line)
		})
	}
	t.Run("every check has a case that passes, one that fails and one that is unobserved", func(t *testing.T) {
		t.Parallel()
		require.Empty(t, tested.Missing)
	})
}
