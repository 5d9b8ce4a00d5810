package metrics

import (
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// Projection is one assessment as series, ready to be published.
type Projection struct{ series []prometheus.Metric }

// Project turns an assessment into series. It fails rather than make series that
// contradict each other, so what it returns can be published without fail.
func Project(a soc2.Assessment, drift []store.DriftTotal) (Projection, error) {
	p := projector{seen: map[string]bool{}}
	p.add(assessmentTimestamp, seconds(a.At))
	p.add(sampleData, is(a.SampleData, true))
	p.controls(a.Controls)
	p.criteria(a.Criteria)
	p.decided(a)
	p.findings(a.CountsByPlace())
	p.holes(a)
	p.feeds(a.Feeds, a.At)
	p.clocks(a.Feeds)
	p.drift(a.Controls, drift)
	for _, c := range a.Controls {
		p.add(driftWaiting, float64(a.Pending.Waiting[c.ID]), c.ID)
	}
	if p.err != nil {
		return Projection{}, fmt.Errorf("project the assessment: %w", p.err)
	}
	return Projection{series: p.series}, nil
}

type projector struct {
	series []prometheus.Metric
	seen   map[string]bool
	err    error
}

func (p *projector) add(f *family, value float64, labels ...string) {
	if p.err != nil {
		return
	}
	for i := range labels {
		labels[i] = label(labels[i])
	}
	id := fmt.Sprintf("%s%q", f.name, labels)
	if p.seen[id] {
		p.err = fmt.Errorf("%s is there twice", id)
		return
	}
	p.seen[id] = true
	m, err := prometheus.NewConstMetric(f.desc, f.kind, value, labels...)
	if err != nil {
		p.err = fmt.Errorf("series of %s: %w", f.name, err)
		return
	}
	p.series = append(p.series, m)
}

func (p *projector) controls(controls []soc2.ControlResult) {
	for _, c := range controls {
		p.add(controlInfo, 1, c.ID, c.Severity.String(), c.Adoption, c.Owner)
		p.add(findingsAccepted, float64(c.Accepted), c.ID)
		p.add(findingsExcluded, float64(c.Excluded), c.ID)
		for _, state := range soc2.Outcomes {
			p.add(controlState, is(c.State, state), c.ID, state.String())
		}
	}
}

func (p *projector) criteria(criteria []soc2.CriterionResult) {
	for _, c := range criteria {
		p.add(criterionInfo, 1, c.ID, c.Category)
		for _, state := range soc2.CriterionStates {
			p.add(criterionState, is(c.State, state), c.ID, string(state))
		}
	}
}

func (p *projector) findings(counts map[soc2.Place]map[soc2.Outcome]int) {
	type judged struct{ control, provider string }
	none := map[judged]int{} // of all accounts: what nothing follows from is not worth a series for each
	for at, n := range counts {
		none[judged{at.Control, at.Provider}] += n[soc2.NotApplicable]
		for _, outcome := range soc2.Outcomes {
			if outcome != soc2.NotApplicable {
				p.add(findings, float64(n[outcome]), at.Control, outcome.String(), at.Provider, at.Account)
			}
		}
	}
	for at, n := range none {
		p.add(findings, float64(n), at.control, soc2.NotApplicable.String(), at.provider, "")
	}
}

func (p *projector) holes(a soc2.Assessment) {
	type place struct{ provider, collector string }
	type counted struct {
		place
		reason evidence.Reason
	}
	places, counts := map[place]bool{}, map[counted]int{}
	for _, f := range a.Feeds {
		places[place{f.ID.Scope.Provider, f.ID.Collector}] = true
	}
	for _, h := range a.Holes {
		at := place{h.Provider, h.Collector}
		places[at] = true
		counts[counted{at, h.Hole.Reason}]++
	}
	for at := range places {
		for _, reason := range evidence.Reasons {
			counts[counted{at, reason}] += 0 // a reason that does not occur is a zero, so that a first one is a rise
		}
	}
	for c, n := range counts {
		p.add(holes, float64(n), c.provider, c.collector, string(c.reason))
	}
}

func (p *projector) drift(controls []soc2.ControlResult, totals []store.DriftTotal) {
	type key struct {
		control string
		change  soc2.Change
		cause   soc2.Cause
	}
	counts, judged := map[key]int64{}, map[string]bool{}
	for _, c := range controls {
		judged[c.ID] = true
		for _, change := range soc2.Changes {
			for _, cause := range soc2.Causes {
				if change != soc2.AcceptanceExpired || cause == soc2.CauseTime || cause == soc2.CauseScope { // it was withdrawn, or ended
					counts[key{c.ID, change, cause}] = 0
				}
			}
		}
	}
	for _, t := range totals {
		if judged[t.Control] { // a control that was dropped keeps its history in the store, not here
			counts[key{t.Control, t.Change, t.Cause}] += t.Count
		}
	}
	for k, n := range counts {
		p.add(driftEvents, float64(n), k.control, string(k.change), string(k.cause))
	}
}

// is is 1 if two states are the same, else 0.
func is[T comparable](state, other T) float64 {
	if state == other {
		return 1
	}
	return 0
}

func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}
