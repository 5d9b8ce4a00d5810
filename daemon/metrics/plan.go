package metrics

import (
	"fmt"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// What the plan of the published assessment says; absent where it could not be made.
var (
	gapOpen = gauge("controlwatch_gap_open",
		"Gaps in scope by severity and status (open, in-progress, reopened, unobserved or accepted). Unobserved is not closed: it cannot be told.", "severity", "status")
	gapOverdue = gauge("controlwatch_gap_overdue",
		"Gaps in scope that should have been closed by now; accepted ones are not among them.", "severity")
	gapOldest = gauge("controlwatch_gap_oldest_age_seconds",
		"Age of the oldest gap in scope that is neither closed nor accepted; 0 if there is none.", "severity")
	gapUnowned = gauge("controlwatch_gap_unowned",
		"Gaps in scope, neither closed nor accepted, of which nobody is known to be the owner.")
	gapReadiness = gauge("controlwatch_gap_readiness_ratio",
		"Share of the controls that count and are in scope that evidence shows to hold. What was not seen does not.")
)

// WithPlan is the projection with what a plan says.
func (p Projection) WithPlan(plan soc2.Plan) (Projection, error) {
	q := projector{series: slices.Clone(p.series), seen: map[string]bool{}}
	type cell struct {
		severity soc2.Severity
		status   soc2.PlanStatus
	}
	count := map[cell]int{}
	overdue, oldest, unowned := map[soc2.Severity]int{}, map[soc2.Severity]time.Duration{}, 0
	for _, i := range plan.Items {
		if i.OutOfScope {
			continue
		}
		count[cell{i.Severity, i.Status}]++
		if !i.Live() {
			continue
		}
		if i.Overdue {
			overdue[i.Severity]++
		}
		oldest[i.Severity] = max(oldest[i.Severity], plan.At.Sub(i.Opened))
		if i.Owner == "" {
			unowned++
		}
	}
	for _, s := range soc2.Severities {
		for _, status := range soc2.PlanStatuses {
			if status != soc2.PlanClosed {
				q.add(gapOpen, float64(count[cell{s, status}]), s.String(), string(status))
			}
		}
		q.add(gapOverdue, float64(overdue[s]), s.String())
		q.add(gapOldest, oldest[s].Seconds(), s.String())
	}
	q.add(gapUnowned, float64(unowned))
	ready := 0.0 // of no control nothing is shown
	if plan.Counting > 0 {
		ready = float64(plan.Holding) / float64(plan.Counting)
	}
	q.add(gapReadiness, ready)
	if q.err != nil {
		return Projection{}, fmt.Errorf("project the plan: %w", q.err)
	}
	return Projection{series: q.series}, nil
}
