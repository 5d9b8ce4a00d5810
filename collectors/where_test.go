package collectors

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

// Each population that any provider reads says where an auditor sees it.
func TestEveryPopulationSaysWhereItIsSeen(t *testing.T) {
	t.Parallel()
	all, err := wherever()
	require.NoError(t, err)
	populations := map[string]bool{}
	for _, p := range Providers {
		for _, c := range p.Collectors {
			for _, population := range c.Populations {
				populations[population.Type] = true
				w, ok := all[population.Type]
				require.True(t, ok, "%s is not in where.yaml: give a page and a command, or say in none why there is neither", population.Type)
				require.Equal(t, w.None == "", w.Page != "" && w.Command != "", "%s has a page and a command, or none and why", population.Type)
				got, err := WhereIs(evidence.Resource{Type: population.Type, Provider: p.Name, Account: "ACCOUNT", Region: "REGION", ID: "ID", Name: "NAME"})
				require.NoError(t, err)
				require.NotContains(t, got.Page+got.Command, "{", population.Type)
			}
		}
	}
	for typ := range all {
		require.True(t, populations[typ], "%s is in where.yaml and nobody reads it", typ)
	}
	none, err := WhereIs(evidence.Resource{Type: "nowhere"})
	require.NoError(t, err)
	require.Contains(t, none.None, "no such page")
	hostile, err := WhereIs(evidence.Resource{Type: "aws.iam.user", Name: "x'; rm -rf ~ #"})
	require.NoError(t, err)
	require.Contains(t, hostile.Command, `--user-name 'x'\''; rm -rf ~ #'`)
}
