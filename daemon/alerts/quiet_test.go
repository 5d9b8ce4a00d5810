package alerts_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/robfig/cron/v3"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon/alerts"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
)

func TestQuietHours(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	every := [7]bool{true, true, true, true, true, true, true}
	night := alerts.Quiet{Zone: berlin, Days: every, From: 22 * 60, To: 7 * 60, Through: soc2.Critical}
	weekend := alerts.Quiet{Zone: berlin, Days: [7]bool{time.Saturday: true, time.Sunday: true}, From: 0, To: 0, Through: soc2.Critical}
	for name, c := range map[string]struct {
		quiet    []alerts.Quiet
		severity soc2.Severity
		at, want string
	}{
		"by day it goes":                            {[]alerts.Quiet{night}, soc2.High, "2026-03-04T12:00:00+01:00", "2026-03-04T12:00:00+01:00"},
		"at night it waits for the morning":         {[]alerts.Quiet{night}, soc2.High, "2026-03-04T23:00:00+01:00", "2026-03-05T07:00:00+01:00"},
		"after midnight too":                        {[]alerts.Quiet{night}, soc2.High, "2026-03-05T03:00:00+01:00", "2026-03-05T07:00:00+01:00"},
		"the gravest goes":                          {[]alerts.Quiet{night}, soc2.Critical, "2026-03-05T03:00:00+01:00", "2026-03-05T03:00:00+01:00"},
		"it begins on the minute":                   {[]alerts.Quiet{night}, soc2.Low, "2026-03-04T22:00:00+01:00", "2026-03-05T07:00:00+01:00"},
		"and ends on it":                            {[]alerts.Quiet{night}, soc2.Low, "2026-03-05T07:00:00+01:00", "2026-03-05T07:00:00+01:00"},
		"the night in which the clock goes forward": {[]alerts.Quiet{night}, soc2.Low, "2026-03-28T23:00:00+01:00", "2026-03-29T07:00:00+02:00"},
		"the night in which it goes back":           {[]alerts.Quiet{night}, soc2.Low, "2026-10-24T23:00:00+02:00", "2026-10-25T07:00:00+01:00"},
		"the second of two hours of one name":       {[]alerts.Quiet{night}, soc2.Low, "2026-10-25T02:30:00+01:00", "2026-10-25T07:00:00+01:00"},
		"a weekend and the night after it":          {[]alerts.Quiet{night, weekend}, soc2.Low, "2026-03-27T23:00:00+01:00", "2026-03-30T07:00:00+02:00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at, err := time.Parse(time.RFC3339, c.at)
			require.NoError(t, err)
			want, err := time.Parse(time.RFC3339, c.want)
			require.NoError(t, err)
			require.Equal(t, want.UTC(), alerts.Free(c.quiet, c.severity, at).UTC())
		})
	}
	always := alerts.Quiet{Zone: berlin, Days: every, From: 0, To: 0}
	require.Less(t, alerts.Free([]alerts.Quiet{always}, soc2.Low, noon).Sub(noon), 10*24*time.Hour, "nothing is held for ever")
}

func TestDigestsOverAChangeOfTheClock(t *testing.T) {
	t.Parallel()
	daily, err := cron.ParseStandard("CRON_TZ=Europe/Berlin 0 8 * * *")
	require.NoError(t, err)
	routes := alerts.Routes{List: []alerts.Route{{Name: "default", Receivers: []string{"boss"}, Digest: daily}}}
	c := newCompany(t, routes, buckets("public", "1", 48, soc2.Pass)...)
	c.send()
	c.now = time.Date(2026, 3, 28, 0, 30, 0, 0, time.UTC)
	var sent []string
	total, resolved := 0, 0
	for i := range 72 {
		if i < 48 {
			c.set(bucket("public", "1", fmt.Sprintf("bucket-%04d", i), soc2.Fail))
		}
		if i == 60 {
			c.set(buckets("public", "1", 48, soc2.Pass)...)
		}
		c.assess()
		for _, n := range c.send() {
			require.Equal(t, alert.Digest, n.Kind)
			sent = append(sent, c.now.Format(time.DateTime))
			total, resolved = total+n.Total, resolved+n.Resolved
		}
	}
	require.Equal(t, []string{"2026-03-28 07:30:00", "2026-03-29 06:30:00", "2026-03-30 06:30:00", "2026-03-31 00:30:00"}[:3], sent,
		"eight in the morning is an hour sooner by UTC from the 29th on, and none is left out")
	c.now = c.now.Add(8 * time.Hour)
	last := c.send()
	require.Len(t, last, 1)
	require.Equal(t, 48, last[0].Resolved, "what ended is in the next one")
	require.Equal(t, 48, total, "each is told once")
	require.Zero(t, resolved)
}
