package alert_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/publish/alert/receivertest"
)

func TestTextForReading(t *testing.T) {
	t.Parallel()
	for name, n := range receivertest.Stories() {
		receivertest.Golden(t, name+".txt", []byte(alert.Text(n)))
	}
}

func TestMark(t *testing.T) {
	t.Parallel()
	for want, n := range map[string]alert.Notice{
		"SEVERITY NOT KNOWN":     {},
		"CRITICAL":               {Severity: 4, Class: alert.Failing},
		"OUT OF SIGHT, HIGH":     {Severity: 3, Class: alert.OutOfSight},
		"RESOLVED":               {Severity: 3, Class: alert.Failing, Status: alert.Resolved},
		"NO LONGER OUT OF SIGHT": {Severity: 3, Class: alert.OutOfSight, Status: alert.Resolved},
		"TEST":                   {Kind: alert.Test, Status: alert.Resolved},
		"DIGEST":                 {Kind: alert.Digest, Status: alert.Resolved},
	} {
		require.Equal(t, want, n.Mark())
	}
}

func TestCounts(t *testing.T) {
	t.Parallel()
	n := receivertest.Huge()
	require.Len(t, n.Listed(), alert.MaxAlerts)
	require.Equal(t, "…and 4980 more, not listed in this message.", n.Rest(len(n.Listed())))
	n.Total = 0 // a mistake of whoever wrote it hides nothing
	require.Equal(t, "…and 4980 more, not listed in this message.", n.Rest(len(n.Listed())))
	require.Empty(t, receivertest.Notice().Rest(2))
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "A", "a b", "-a", "a\n", "ü"} {
		require.Error(t, alert.CheckName(bad), bad)
	}
	require.NoError(t, alert.CheckName("on-call_2"))
}
