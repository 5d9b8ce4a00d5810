package evidence_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

// What was asked is the same in whatever order requests noted it, and whenever the
// answer was made; another filter is another question.
func TestAsked(t *testing.T) {
	t.Parallel()
	one := evidence.Pull{Parameters: []string{"b filter=x", "a", "iam:GetCredentialReport GeneratedTime=2026-11-16T09:00:00Z"}}
	require.Equal(t, []string{"a", "b filter=x"}, one.Asked())
	require.Equal(t, "b filter=x", one.Parameters[0], "the pull stays as it is")
	require.NotEqual(t, one.Asked(), evidence.Pull{Parameters: []string{"a", "b filter=y"}}.Asked())
}
