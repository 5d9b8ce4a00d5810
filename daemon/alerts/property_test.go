package alerts_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/robfig/cron/v3"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/daemon/alerts"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
)

// oracle says what must fire, from drift and findings alone.
type oracle struct {
	failing map[soc2.FindingKey]bool // began to fail, and was not seen otherwise since
	held    map[soc2.FindingKey]bool // the last time it was seen to fail, a decision covered it
	blind   map[soc2.FindingKey]bool
}

func (o *oracle) step(c *company) {
	for _, d := range c.drift {
		k := soc2.FindingKey{Control: d.Control, Check: d.Check, Resource: d.Resource.Key()}
		switch d.Change {
		case soc2.Opened, soc2.Reopened, soc2.AcceptanceExpired:
			o.failing[k] = true
		case soc2.LostSight:
			o.blind[k] = true
		case soc2.Resolved, soc2.Regained:
		}
	}
	for k := range o.failing {
		f, there := c.findings[k]
		if !there || f.Outcome == soc2.Pass {
			delete(o.failing, k)
			delete(o.held, k)
		} else if f.Outcome == soc2.Fail {
			o.held[k] = f.Acceptance != nil
		}
	}
	for k := range o.blind {
		if f, there := c.findings[k]; !there || f.Outcome != soc2.Unobserved {
			delete(o.blind, k)
		}
	}
}

func (o *oracle) fires(class alert.Class, k soc2.FindingKey) bool {
	if class == alert.OutOfSight {
		return o.blind[k]
	}
	return o.failing[k] && !o.held[k]
}

// unsure says that a decision covered what failed when it was seen last, and nobody
// sees it now. Whoever was away at that time does not know of it, and must not hold it back.
func (o *oracle) unsure(c *company, k soc2.FindingKey) bool {
	return o.failing[k] && o.held[k] && c.findings[k].Outcome == soc2.Unobserved
}

func TestAlertsFollowWhatIsSeen(t *testing.T) {
	t.Parallel()
	daily, err := cron.ParseStandard("0 8 * * *")
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		routes := alerts.Routes{List: []alerts.Route{
			{Name: "sight", Match: alerts.Match{Classes: []alert.Class{alert.OutOfSight}}, Receivers: []string{"eyes"}, Continue: rapid.Bool().Draw(t, "continue")},
			{Name: "one", Match: alerts.Match{Controls: []string{"c1", "c2"}}, Receivers: []string{"ops", "eyes"}, Continue: true, Wait: 30 * time.Minute},
			{Name: "daily", Match: alerts.Match{Controls: []string{"c3"}}, Receivers: []string{"boss"}, Digest: daily, Continue: true},
			{Name: "default", Receivers: []string{"ops"}},
		}}
		var all []soc2.Finding
		for control := range rapid.IntRange(1, 5).Draw(t, "controls") {
			for account := range rapid.IntRange(1, 7).Draw(t, "accounts") {
				all = append(all, bucket(fmt.Sprintf("c%d", control), fmt.Sprint(account+1), "bucket", soc2.Pass))
			}
		}
		first := slices.Clone(all)
		for i := range first {
			first[i] = drawn(t, first[i])
		}
		c := newCompany(t, routes, first...)
		o := oracle{map[soc2.FindingKey]bool{}, map[soc2.FindingKey]bool{}, map[soc2.FindingKey]bool{}}
		lagged := false
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			for range rapid.IntRange(0, 8).Draw(t, "changes") {
				f := all[rapid.IntRange(0, len(all)-1).Draw(t, "which")]
				if rapid.IntRange(0, 9).Draw(t, "gone") == 0 {
					delete(c.findings, f.Key())
					continue
				}
				c.set(drawn(t, f))
			}
			if rapid.IntRange(0, 9).Draw(t, "judge") == 0 {
				c.judge += "x"
			}
			c.lags = rapid.IntRange(0, 3).Draw(t, "lags") == 0
			c.assess()
			o.step(c)
			lagged = lagged || c.lags
			if c.lags { // what it makes of several assessments is whole with the next one
				continue
			}
			c.assess()
			o.step(c)
			firing := map[string]bool{}
			for _, one := range c.state.Alerts {
				a := one.Alert
				k := soc2.FindingKey{Control: a.Control, Check: a.Check, Resource: a.Resource.Key()}
				if one.Held == "" && a.Status == alert.Firing {
					require.True(t, o.fires(a.Class, k) || lagged && o.unsure(c, k), "%s %v fires", a.Class, k)
					require.False(t, firing[fmt.Sprint(a.Class, k)], "one alert for one finding")
					firing[fmt.Sprint(a.Class, k)] = true
					placed(t, c, one)
				}
			}
			for k := range o.failing {
				if lagged && o.unsure(c, k) {
					continue
				}
				require.Equal(t, o.fires(alert.Failing, k), firing[fmt.Sprint(alert.Failing, k)], "%v", k)
			}
			for k := range o.blind {
				require.True(t, firing[fmt.Sprint(alert.OutOfSight, k)], "%v", k)
			}
			if rapid.Bool().Draw(t, "send") {
				c.send()
			}
		}
		c.lags = false
		c.set(all...) // everything is mended
		c.assess()
		for range 4 {
			c.now = c.now.Add(12 * time.Hour)
			c.send()
			c.assess()
		}
		c.send()
		require.Empty(t, c.state.Alerts)
		require.Empty(t, c.state.Incidents)
		complete(t, c)
	})
}

// drawn is a finding in some state.
func drawn(t *rapid.T, f soc2.Finding) soc2.Finding {
	next := bucket(f.Control, f.Resource.Account, f.Resource.ID, soc2.Pass)
	switch rapid.IntRange(0, 3).Draw(t, "state") {
	case 1:
		next = bucket(f.Control, f.Resource.Account, f.Resource.ID, soc2.Fail)
	case 2:
		next = bucket(f.Control, f.Resource.Account, f.Resource.ID, soc2.Unobserved)
	case 3:
		next = bucket(f.Control, f.Resource.Account, f.Resource.ID, soc2.Fail)
		next.Acceptance = &soc2.Acceptance{ID: "d1", Expires: noon.Add(10_000 * time.Hour)}
	}
	return next
}

// placed says that an alert is in exactly one incident on each route that it takes.
func placed(t *rapid.T, c *company, one *alerts.Tracked) {
	var want, got []string
	for _, r := range c.routes.Of(one) {
		want = append(want, r.Name)
	}
	for _, told := range one.Told {
		got = append(got, told.Route)
		if told.Digest {
			continue
		}
		in := 0
		for _, i := range c.state.Incidents {
			if i.Route == told.Route && slices.Contains(i.Alerts, one.Alert.ID) {
				in++
				require.Equal(t, told.Incident, i.Key)
			}
		}
		require.Equal(t, 1, in, "incidents of one route")
	}
	require.Equal(t, want, got)
}

// complete says that every incident was told from its beginning to its end, in order.
func complete(t *rapid.T, c *company) {
	byKey := map[string][]alerts.Message{}
	for _, m := range c.messages {
		byKey[m.Notice.Key] = append(byKey[m.Notice.Key], m)
	}
	for key, all := range byKey {
		for i, m := range all {
			require.Equal(t, i+1, m.Notice.Number)
			require.Equal(t, fmt.Sprintf("%s-%d", key, i+1), m.Notice.ID)
			require.True(t, c.sent[m.Notice.ID], "was sent")
			require.NotEmpty(t, m.Receivers)
			if i > 0 {
				require.False(t, m.Due.Before(all[i-1].Due))
			}
		}
		if all[0].Notice.Kind != alert.Incident {
			continue
		}
		require.Equal(t, alert.Firing, all[0].Notice.Status)
		require.GreaterOrEqual(t, len(all), 2)
		for _, m := range all[:len(all)-1] {
			require.Equal(t, alert.Firing, m.Notice.Status)
		}
		last := all[len(all)-1].Notice
		require.Equal(t, alert.Resolved, last.Status)
		require.Equal(t, last.Total, last.Resolved)
		require.False(t, last.EndsAt.IsZero())
	}
}
