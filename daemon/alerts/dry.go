package alerts

import (
	"slices"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
)

// Taken is where an alert on a finding would go if it began now.
type Taken struct {
	Alert  alert.Alert
	Held   string // the decision by which it would not; empty: it would
	Routes []Route
}

// Dry tells where alerts on all that does not pass would go. Nothing is begun by it.
func Dry(routes Routes, in Input) (all []Taken) {
	t := &turning{state: NewState(), in: in, routes: routes, findings: map[soc2.FindingKey]*soc2.Finding{}, open: map[about]*Tracked{}, touched: map[about]bool{}, changed: map[string]bool{}}
	t.lookUp()
	for i := range in.Assessment.Findings {
		f := &in.Assessment.Findings[i]
		what := about{alert.Failing, f.Key()}
		change := soc2.Opened
		switch f.Outcome {
		case soc2.Fail:
		case soc2.Unobserved:
			what.class, change = alert.OutOfSight, soc2.LostSight
		case soc2.Pass, soc2.NotApplicable:
			continue
		}
		t.begin(what, Noted{Seq: in.Seq, Drift: soc2.Drift{
			At: in.Assessment.At, Change: change, Cause: soc2.CauseSystem, Control: f.Control, Check: f.Check, Resource: f.Resource, To: f.Outcome, Severity: f.Severity,
		}})
		one := t.open[what]
		all = append(all, Taken{one.Alert, t.coveredBy(what, f), routes.Of(one)})
	}
	slices.SortStableFunc(all, func(a, b Taken) int { return compareTracked(&Tracked{Alert: a.Alert}, &Tracked{Alert: b.Alert}) })
	return all
}
