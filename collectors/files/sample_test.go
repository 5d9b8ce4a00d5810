package files_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

func TestSample(t *testing.T) {
	t.Parallel()
	sources, err := open("../sample/facts", "")
	require.NoError(t, err)
	pulls, facts := pull(t, sources)
	require.Len(t, pulls, 4)
	for _, p := range pulls {
		require.Empty(t, p.Holes, p.Scope.Shard)
	}
	require.Len(t, facts, 12+9+10+8)
	pavel := facts["personio/16"].Body.(*evidence.Employment)
	require.Equal(t, new(evidence.EmploymentEnded), pavel.Status)
	require.Equal(t, []string{}, pavel.Accounts, "none is something that was seen")
	require.Equal(t, []string{"github/ada", "aws/ada"}, facts["personio/1"].Body.(*evidence.Employment).Accounts)
	require.Empty(t, facts["register/V08"].Body.(*evidence.Vendor).DataTypes)
}
