package report_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
)

func TestCoverage(t *testing.T) {
	t.Parallel()
	populations := []evidence.Population{{Kind: "User", Type: "a"}, {Kind: "User", Type: "b"}}
	full := func(ago time.Duration) evidence.FeedState {
		return evidence.FeedState{
			Populations: populations, MaxAge: time.Hour,
			Last:     &evidence.Pull{StartedAt: at.Add(-ago), FinishedAt: at.Add(-ago + time.Minute)},
			Complete: map[string]time.Time{"a": at.Add(-ago), "b": at.Add(-ago)},
		}
	}
	half := full(time.Minute)
	half.Last.Holes = []evidence.Hole{{Type: "b", Reason: evidence.Denied}}
	half.Complete["b"] = at.Add(-50 * time.Minute)
	never := evidence.FeedState{Populations: populations}
	neverHalf := half
	neverHalf.Complete = map[string]time.Time{"a": at}
	brokenEmpty := evidence.FeedState{Last: &evidence.Pull{StartedAt: at, Holes: []evidence.Hole{{Reason: evidence.Denied}}}}

	for name, c := range map[string]struct {
		feeds    []evidence.FeedState
		complete int
		never    bool
		oldest   time.Duration
	}{
		"seen completely":                            {[]evidence.FeedState{full(time.Minute)}, 1, false, time.Minute},
		"the oldest counts":                          {[]evidence.FeedState{full(9 * time.Minute), full(time.Minute)}, 2, false, 9 * time.Minute},
		"too old is not complete":                    {[]evidence.FeedState{full(2 * time.Hour)}, 0, false, 2 * time.Hour},
		"half seen is as old as the other half":      {[]evidence.FeedState{half}, 0, false, 50 * time.Minute},
		"never pulled":                               {[]evidence.FeedState{full(time.Minute), never}, 1, true, time.Minute},
		"one population never seen":                  {[]evidence.FeedState{neverHalf}, 0, true, 0},
		"nothing planned inside and the pull failed": {[]evidence.FeedState{brokenEmpty}, 0, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got report.Coverage
			for _, f := range c.feeds {
				got.Add(f, at)
			}
			require.Equal(t, len(c.feeds), got.Planned)
			require.Equal(t, c.complete, got.Complete)
			require.Equal(t, c.never, got.Never)
			if c.oldest == 0 {
				require.Zero(t, got.Oldest)
				return
			}
			require.Equal(t, at.Add(-c.oldest), got.Oldest)
		})
	}
}
