package soc2_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/soc2"
)

func TestProtectionIsNoneUnlessProven(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		given soc2.Protection
		want  string
	}{
		{soc2.Protection{}, "not protected against the operator: no anchor out of the operator's reach is configured"},
		{soc2.Protection{Size: 5, LogSize: 5, At: at}, "not protected against the operator: no anchor out of the operator's reach is configured"},
		{soc2.Protection{Outside: []string{"tsa", "share"}, LogSize: 5}, "not protected against the operator: tsa or share has taken no checkpoint yet"},
		{soc2.Protection{Outside: []string{"tsa", "share"}, By: "tsa", Size: 4, LogSize: 5, At: at}, "4 leaves anchored at 2027-03-01T12:00:00Z (tsa); the 1 since are not protected against the operator"},
	} {
		require.Equal(t, c.want, c.given.Words())
		require.False(t, c.given.Holds())
	}
	whole := soc2.Protection{Outside: []string{"tsa", "share"}, By: "tsa", Size: 5, LogSize: 5, At: at}
	require.True(t, whole.Holds())
	require.Equal(t, "5 leaves anchored at 2027-03-01T12:00:00Z (tsa)", whole.Words())
}
