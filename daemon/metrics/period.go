package metrics

import (
	"fmt"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// What is told of the observation period that is configured; without one there are none.
var (
	periodStart = gauge("controlwatch_period_start_timestamp_seconds",
		"Beginning of the configured observation period.", "type")
	periodEnd = gauge("controlwatch_period_end_timestamp_seconds",
		"End of the configured observation period.", "type")
	periodSeen = gauge("controlwatch_period_seen_ratio",
		"Share of the period so far in which every list a control needs was seen to its end, recently enough, and judged.", "control")
	periodObserved = gauge("controlwatch_period_observed_ratio",
		"Of the period so far, the share in which besides no resource was left unjudged. It can only fall through holes.", "control")
	periodDeviations = gauge("controlwatch_period_deviations",
		"Deviations of the period so far, accepted ones too.", "control")
	periodLate = gauge("controlwatch_period_deviations_late",
		"Of them, those that were not shown to be fixed within the time there is for their severity.", "control")
	periodOpenHoles = gauge("controlwatch_period_open_holes",
		"Holes of the running period that last until now and can still be ended: every further minute is lost to it.", "control")
)

// WithPeriod is the projection with what is told of a period.
func (p Projection) WithPeriod(told soc2.Period) (Projection, error) {
	q := projector{series: slices.Clone(p.series), seen: map[string]bool{}}
	q.add(periodStart, seconds(told.Asked.Window.From), string(told.Asked.Type))
	q.add(periodEnd, seconds(told.Asked.Window.To), string(told.Asked.Type))
	for _, c := range told.Controls {
		open, late := 0, 0
		for _, h := range c.Holes {
			if h.Open {
				open++
			}
		}
		for _, d := range c.Deviations {
			if in := d.Against(c.FixWithin, told.Until); in == soc2.FixLate || in == soc2.FixNotShown {
				late++
			}
		}
		q.add(periodSeen, ratio(c.Seen.Length(), c.Elapsed), c.ID)
		q.add(periodObserved, ratio(c.Observed.Length(), c.Elapsed), c.ID)
		q.add(periodDeviations, float64(len(c.Deviations)), c.ID)
		q.add(periodLate, float64(late), c.ID)
		q.add(periodOpenHoles, float64(open), c.ID)
	}
	if q.err != nil {
		return Projection{}, fmt.Errorf("project the period: %w", q.err)
	}
	return Projection{series: q.series}, nil
}

// ratio of nothing is nothing: what has not begun was not observed.
func ratio(part, whole time.Duration) float64 {
	if whole <= 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
