package report

import (
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

func periodReport(p soc2.Period) PeriodReport {
	r := PeriodReport{
		Schema: PeriodV1, SampleData: p.SampleData, Type: p.Asked.Type, From: p.Asked.Window.From.UTC(), To: p.Asked.Window.To.UTC(),
		Timezone: p.Asked.Zone.String(), ToldAsOf: p.Until.UTC(), Running: p.Running, Began: moment(p.Began), Assessments: p.Assessments,
		Last: moment(p.Last), Days: daysOf(p.Days), FixWithin: map[string]string{}, LeftOut: p.LeftOut, Filter: p.Asked.Filter.String(),
		Criteria: []PeriodCriterion{}, Controls: []PeriodControl{}, Judges: []PeriodJudge{}, Scopes: []PeriodScope{},
	}
	r.Adopting, r.Unlinked = p.Adopting, ownOf(p.Unlinked)
	for severity, limit := range p.Asked.FixWithin {
		r.FixWithin[severity.String()] = limit.String()
	}
	for _, c := range p.Criteria {
		r.Criteria = append(r.Criteria, PeriodCriterion{c.ID, c.Category, c.Title, c.State, c.Residual, list(c.Controls)})
	}
	for _, c := range p.Controls {
		r.Controls = append(r.Controls, periodControl(c, p))
	}
	for _, j := range p.Judges {
		r.Judges = append(r.Judges, PeriodJudge{j.At.UTC(), j.From, j.To, list(j.Added), list(j.Removed), list(j.Changed), j.Unknown})
	}
	for _, s := range p.Scopes {
		r.Scopes = append(r.Scopes, PeriodScope{s.At.UTC(), feedNames(s.Added), feedNames(s.Removed)})
	}
	if p.Administration != nil {
		a := AdministrationOf(*p.Administration)
		r.Administration = &a
	}
	return r
}

func periodControl(c soc2.ControlPeriod, p soc2.Period) PeriodControl {
	out := PeriodControl{
		ID: c.ID, Title: c.Title, Severity: c.Severity.String(), Owner: c.Owner, Frequency: c.Frequency, Adoption: c.Adoption, Reported: c.Reported, Own: ownOf(c.Own),
		InCatalogue: c.InCatalogue, Criteria: []string{}, State: c.State, Planned: c.Planned, Executed: c.Executed,
		SeenFor: whole(c.Seen.Length()), ObservedFor: whole(c.Observed.Length()), Elapsed: whole(c.Elapsed), Seen: intervalsOf(c.Seen), Observed: intervalsOf(c.Observed), Days: daysOf(c.Days),
		Resources: c.Resources, Applicable: c.Applicable, Populations: []PeriodPopulation{}, Holes: []PeriodHole{},
		Deviations: []PeriodDeviation{}, Attestations: []PeriodAttestation{}, Designs: []PeriodDesign{},
	}
	for _, m := range c.Criteria {
		out.Criteria = append(out.Criteria, m.ID)
	}
	for _, x := range c.Populations {
		s := x.Feed.Scope
		out.Populations = append(out.Populations, PeriodPopulation{
			Collector: x.Feed.Collector, Provider: s.Provider, Account: s.Account, Region: s.Region, Type: x.Population.Type,
			Scope: intervalsOf(x.Scope), Planned: x.Planned, Executed: x.Executed, Pulls: x.Pulls,
		})
	}
	for _, h := range c.Holes {
		out.Holes = append(out.Holes, PeriodHole{
			From: h.From.UTC(), To: h.To.UTC(), Reason: h.Reason, Operation: h.Operation, Detail: h.Detail, Check: h.Check,
			Open: h.Open, Places: list(h.Places), More: h.More,
		})
	}
	for _, d := range c.Deviations {
		out.Deviations = append(out.Deviations, periodDeviation(d, c.FixWithin, p.Until))
	}
	for _, a := range c.Attestations {
		out.Attestations = append(out.Attestations, PeriodAttestation{
			From: a.From.UTC(), To: a.To.UTC(), System: a.System, State: a.State, ID: a.ID, By: a.By, Identity: string(a.Identity), At: moment(a.At), Recorded: moment(a.Recorded),
			Lacks: list(a.Lacks), Next: moment(a.Next), Before: moment(a.Before),
		})
	}
	for _, d := range c.Designs {
		out.Designs = append(out.Designs, PeriodDesign{d.ID, d.At.UTC(), d.Conclusion, d.Note, d.By, d.Identity, d.Maturity, d.Date})
	}
	if s := c.Standing; s.Known {
		out.Standing = &PeriodStanding{s.State, s.Failing, s.Unobserved, s.Passing, s.NotApplicable, s.Accepted, s.Excluded}
	}
	return out
}

func periodDeviation(d soc2.Deviation, within time.Duration, until time.Time) PeriodDeviation {
	least, most := d.TimeToFix(until)
	out := PeriodDeviation{
		Check: d.Check, Resource: findingOf(soc2.Finding{Resource: d.Resource}).Resource, Severity: d.Severity.String(),
		Before: beforeWord(d.Before), LastGood: moment(d.LastGood), FirstBad: d.FirstBad.UTC(), FoundBy: foundBy(d), LastBad: d.LastBad.UTC(),
		FirstGood: moment(d.FirstGood), End: endWord(d.End), Left: string(d.Left), FixAtLeast: whole(least), FixAtMost: whole(most),
		FixWithin: whole(within), InTime: d.Against(within, until), Unseen: intervalsOf(d.Unseen), Accepted: []PeriodAccepted{}, ExcludedBy: d.ExcludedBy,
	}
	if detect, ok := d.TimeToDetect(); ok {
		seconds := whole(detect)
		out.DetectAtMost = &seconds
	}
	for _, a := range d.Accepted {
		out.Accepted = append(out.Accepted, PeriodAccepted{a.From.UTC(), a.To.UTC(), a.Decision, a.Reason, a.Approver, a.Expires.UTC()})
	}
	return out
}

func beforeWord(b soc2.Before) string {
	if b == soc2.BeforeUnseen {
		return "unseen"
	}
	return string(b)
}

func endWord(e soc2.Ending) string {
	if e == soc2.EndOpen {
		return "open"
	}
	return string(e)
}

func foundBy(d soc2.Deviation) string {
	if d.ByLook {
		return "look"
	}
	return "judgement"
}

// whole are the seconds that were full: a share of one never rounds up to the next.
func whole(d time.Duration) int64 { return int64(d / time.Second) }

func daysOf(d soc2.Days) PeriodDays { return PeriodDays{d.Covered, d.Lost, d.Running, d.ToCome} }

func intervalsOf(all soc2.Intervals) []PeriodInterval {
	out := []PeriodInterval{}
	for _, i := range all {
		out = append(out, PeriodInterval{i.From.UTC(), i.To.UTC()})
	}
	return out
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// list is never null in JSON.
func list[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

func feedNames(feeds []evidence.FeedID) []string {
	names := []string{}
	for _, f := range feeds {
		names = append(names, f.Collector+" "+f.Scope.String())
	}
	return names
}

func ownOf(all []soc2.CompanyControl) []PeriodOwn {
	out := []PeriodOwn{}
	for _, o := range all {
		out = append(out, PeriodOwn{o.ID, o.Wording})
	}
	return out
}
