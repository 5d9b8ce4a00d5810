package attestations_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/attestations"
	"github.com/controlwatch/controlwatch/collectors/collectorstest"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	collectorstest.Run(t, collectorstest.Suite{
		Provider: attestations.Provider,
		// It goes out to no network, so the seam does not see it.
		Conditional: []string{"read:directory", "read:log"},
		Open: func(t *testing.T, seam *transport.Seam) []connect.Source {
			t.Helper()
			sources, err := attestations.Provider.Open(connect.Options{
				Decode: func(into any) error {
					into.(*attestations.Settings).Directory = "testdata/good"
					return nil
				},
				Seam:  seam,
				Clock: func() time.Time { return time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC) },
			})
			require.NoError(t, err)
			return sources
		},
	})
}
