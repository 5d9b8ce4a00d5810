package report_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

func TestClockOffsets(t *testing.T) {
	t.Parallel()
	feed := func(provider string, clock *evidence.Clock) evidence.FeedState {
		return evidence.FeedState{ID: evidence.FeedID{Scope: evidence.Scope{Provider: provider}}, Last: &evidence.Pull{Clock: clock}}
	}
	never := feed("okta", nil)
	never.Last = nil
	require.Equal(t, map[string]time.Duration{"aws": -90 * time.Second, "github": 0}, report.ClockOffsets([]evidence.FeedState{
		feed("aws", &evidence.Clock{OffsetSeconds: 12.5}), feed("aws", &evidence.Clock{OffsetSeconds: -90}), feed("aws", nil),
		feed("github", &evidence.Clock{Answers: 4}), feed("files", nil), never,
	}), "the farthest of each, and none where nobody told")
}

func TestJSONTellsTheClock(t *testing.T) {
	t.Parallel()
	s, err := report.Read(bytes.NewReader(scanJSON(t, soc2.Assessment{Pulls: []evidence.Pull{
		{Collector: "a", Clock: &evidence.Clock{OffsetSeconds: -2.25, Answers: 7}}, {Collector: "b"},
	}})))
	require.NoError(t, err)
	require.Equal(t, &report.Clock{OffsetSeconds: -2.25, Answers: 7}, s.Pulls[0].Clock)
	require.Nil(t, s.Pulls[1].Clock)
}
