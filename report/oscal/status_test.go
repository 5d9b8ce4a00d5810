package oscal

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/soc2"
)

func TestOnlyWhatPassesIsSatisfied(t *testing.T) {
	t.Parallel()
	for _, o := range soc2.Outcomes {
		status := StatusOf(o)
		require.Equal(t, o == soc2.Pass, status.State == "satisfied", o)
		require.Equal(t, o == soc2.Pass, status.Reason == "pass", o)
		require.Equal(t, o == soc2.Fail, status.Reason == "fail", o)
	}
	require.Equal(t, "not-satisfied", StatusOf(soc2.Outcome(99)).State)
}
