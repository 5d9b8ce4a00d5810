package daemon

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/soc2"
)

// What the inventory shows of each kind are fields of that kind.
func TestShownOfAssets(t *testing.T) {
	t.Parallel()
	shows, err := shownOfAssets()
	require.NoError(t, err)
	for _, kind := range soc2.AssetKinds {
		require.NotEmpty(t, shows[kind.Kind].fields, kind.Kind)
		require.Equal(t, kind.Version != "", len(shows[kind.Kind].version) > 0)
	}
}
