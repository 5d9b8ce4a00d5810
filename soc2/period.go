package soc2

import (
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// PeriodType is what is reported: a span, or one day.
type PeriodType string

// The types of period, as SOC 2 reports have them.
const (
	TypeI  PeriodType = "I"  // the state as of a date, and the conclusions on design
	TypeII PeriodType = "II" // how controls operated over a span
)

// PeriodState is what the evidence of a period says. As with criteria there is no
// "met" and no "effective": that is an auditor's opinion.
type PeriodState string

// The states of a control or criterion over a period.
const (
	DeviationSeen    PeriodState = "deviation-seen"
	PeriodIncomplete PeriodState = "evidence-incomplete"
	NoDeviationSeen  PeriodState = "no-deviation-seen"
	NoneOccurred     PeriodState = "no-occurrence" // nothing it applies to was ever there, by complete pulls throughout
	PeriodOutOfScope PeriodState = "out-of-scope"  // of a criterion whose category is not in scope
)

// PeriodStates lists them, worst first.
var PeriodStates = []PeriodState{DeviationSeen, PeriodIncomplete, NoDeviationSeen, NoneOccurred, PeriodOutOfScope}

// PeriodAsked is what a period is asked of.
type PeriodAsked struct {
	Type       PeriodType
	Window     Interval
	Zone       *time.Location
	Now        time.Time
	FixWithin  map[Severity]time.Duration // nil: DefaultFixWithin
	Catalogue  Catalogue
	Categories []string // in scope
	Filter     Filter   // by control and criterion
	Systems    []System // in scope, of which some controls are attested one by one
}

// DefaultFixWithin is how long there is to fix a deviation, by severity. It is a
// convention, as many vulnerability policies have it, not a part of the criteria.
func DefaultFixWithin() map[Severity]time.Duration {
	const day = 24 * time.Hour
	return map[Severity]time.Duration{Critical: 7 * day, High: 30 * day, Medium: 90 * day, Low: 180 * day}
}

// Period is what the evidence of an observation period says.
type Period struct {
	Asked       PeriodAsked
	Until       time.Time // what was known by then
	Running     bool      // it is not over
	Began       time.Time
	SampleData  bool
	Assessments int
	Last        time.Time
	Days        Days // observed for every control that is shown
	Controls    []ControlPeriod
	Criteria    []CriterionPeriod
	Judges      []JudgeChange
	Scopes      []ScopeChange
	LeftOut     int // controls that the filter leaves out
	// Adopting says that the company adopted controls: the period is then told of those
	// that were adopted at any time within it. The others are listed beside them.
	Adopting bool
	Unlinked []CompanyControl // adopted, of the company's own, and linked to nothing that shows that they hold
	// Administration is what was done to the tool within the period; nil: nobody read it.
	Administration *Administration
}

// ControlPeriod is a control over a period.
type ControlPeriod struct {
	ID, Title    string
	Severity     Severity
	Owner        string
	Frequency    string
	Adoption     string           // at the end of what was known
	Reported     bool             // the period is told of it
	Own          []CompanyControl // the company's own that are linked to it
	InCatalogue  bool             // of now; else it was judged once and is no more
	Criteria     []Mapping
	State        PeriodState
	Planned      int           // reads of a list that a plan asked for
	Executed     int           // of them, those that saw all of it
	Seen         Intervals     // every list it needs was seen, recently enough, and an assessment judged it
	Observed     Intervals     // of that, the time in which no resource was left unjudged
	Elapsed      time.Duration // of the period by now
	Days         Days
	Holes        []PeriodHole
	Resources    int
	Applicable   int
	Populations  []PopulationHistory
	Deviations   []Deviation
	FixWithin    time.Duration
	Attestations []AttestationDue
	Designs      []DesignConclusion
	Standing     Standing
}

// PeriodHole is time in which a control was not observed.
type PeriodHole struct {
	SightGap
	Open   bool     // it lasts until now, in a period that is not over: it can be mended
	Check  string   // for what single resources did not show; empty: for whole lists
	Places []string // the feeds or resources
	More   int      // that are not among Places
}

// CriterionPeriod is a criterion over a period.
type CriterionPeriod struct {
	ID, Category, Title string
	State               PeriodState
	Residual            string
	Controls            []string
}

// PeriodOf tells a period from its evidence.
func PeriodOf(ev PeriodEvidence, asked PeriodAsked) Period {
	if asked.FixWithin == nil {
		asked.FixWithin = DefaultFixWithin()
	}
	p := Period{
		Asked: asked, Until: ev.Until, Running: ev.Until.Before(asked.Window.To), Began: ev.Began, SampleData: ev.SampleData,
		Assessments: ev.Assessments, Last: ev.Last, Judges: ev.Judges, Scopes: ev.Scopes,
	}
	within := adoptedWithin(ev, asked.Window)
	p.Adopting, p.Unlinked = len(within) > 0, unlinked(ev, within)
	states := map[string]PeriodState{}
	reported := 0
	observed := Intervals{asked.Window}
	for _, c := range periodControls(ev, asked.Catalogue) {
		if !asked.Filter.Control(c.ID, c.Criteria) {
			p.LeftOut++
			continue
		}
		cp := controlPeriod(c, ev, asked)
		cp.InCatalogue = slices.ContainsFunc(asked.Catalogue.Controls, func(k Control) bool { return k.ID == c.ID })
		cp.adopt(ev)
		if cp.Reported = !p.Adopting || within[c.ID]; cp.Reported {
			reported++
			states[c.ID] = cp.State
			observed = observed.And(cp.Observed)
		}
		p.Controls = append(p.Controls, cp)
	}
	if reported == 0 {
		observed = nil
	}
	p.Days = CountDays(asked.Window, asked.Zone, observed, ev.Until)
	for _, criterion := range asked.Catalogue.Criteria {
		if c := criterionPeriod(criterion, asked, states); asked.Filter.periodCriterion(c) {
			p.Criteria = append(p.Criteria, c)
		}
	}
	return p
}

// periodControls are the catalogue's controls and those that were judged and are not
// in it any more: leaving the catalogue hides nothing.
func periodControls(ev PeriodEvidence, cat Catalogue) []Control {
	controls := slices.Clone(cat.Controls)
	known := map[string]bool{}
	for _, c := range controls {
		known[c.ID] = true
	}
	var gone []Control
	for id, h := range ev.Controls {
		if !known[id] && len(h.Catalogued) > 0 {
			gone = append(gone, Control{ID: id, Title: "no longer in the catalogue"})
		}
	}
	slices.SortFunc(gone, func(a, b Control) int { return strings.Compare(a.ID, b.ID) })
	return append(controls, gone...)
}

func controlPeriod(c Control, ev PeriodEvidence, asked PeriodAsked) ControlPeriod {
	cp := ControlPeriod{
		ID: c.ID, Title: c.Title, Severity: c.Severity(), Owner: c.Owner, Frequency: c.Frequency, Adoption: Proposed, Criteria: c.Criteria,
	}
	elapsed := asked.Window.Within(Interval{asked.Window.From, ev.Until})
	cp.Elapsed = elapsed.Length()
	h := ev.Controls[c.ID]
	if h == nil {
		h = &ControlHistory{}
	}
	cp.Resources, cp.Applicable, cp.Deviations, cp.Standing = h.Resources, h.Applicable, h.Deviations, h.Standing
	if h.Standing.Adoption != "" {
		cp.Adoption = h.Standing.Adoption
	}
	for _, d := range cp.Deviations {
		cp.Severity = max(cp.Severity, d.Severity)
	}
	cp.FixWithin = asked.FixWithin[cp.Severity]
	decided(cp.Deviations, ev.Decisions, ev.Until)
	names := conclusionNames(c.ID, ev.Company)
	for _, design := range ev.Designs {
		if slices.Contains(names, OwnID(design.Control)) {
			cp.Designs = append(cp.Designs, design)
		}
	}
	for _, pop := range ev.Populations {
		if c.needs(pop.Population) {
			cp.Populations = append(cp.Populations, pop)
			cp.Planned += pop.Planned
			cp.Executed += pop.Executed
		}
	}
	holes := newHoleSet(elapsed, asked.Window, ev.Until)
	holes.outside(cp.Populations, h.Catalogued, ev.Began)
	for _, pop := range cp.Populations {
		for _, g := range pop.Gaps {
			holes.add(g, "", 0, pop.Feed.Collector+" "+pop.Feed.Scope.String())
		}
	}
	cp.Seen = Intervals{elapsed}.Without(holes.lost()).Within(elapsed)
	for _, u := range h.Unjudged {
		g := SightGap{Interval: u.Interval, Reason: NotSeenThere, Detail: "the list was seen, and what the check reads of these was not"}
		holes.add(g, u.Check, max(0, u.Resources-len(u.Names)), u.Names...)
	}
	cp.Holes = holes.all()
	cp.Observed = Intervals{elapsed}.Without(holes.lost()).Within(elapsed)
	cp.Days = CountDays(asked.Window, asked.Zone, cp.Observed, ev.Until)
	if c.AttestationAsked != nil {
		cp.Attestations = attestationsDue(c, ev.Attested, asked, ev.Until)
	}
	cp.State = cp.conclude(c)
	return cp
}

// NotSeenThere is the reason of a hole in single resources. Which field was not
// seen, and why, is in their facts.
const NotSeenThere evidence.Reason = "unobserved"

// needs says whether any check of the control judges what a population lists.
func (c Control) needs(p evidence.Population) bool {
	for _, k := range c.Checks {
		if k.Kind == p.Kind && k.AppliesTo(p.Type) {
			return true
		}
	}
	return c.AttestationAsked != nil && p.Kind == "Attestation"
}

// conclude never says more than what was seen: any hole leaves it open, and so does
// an attestation that nobody made in its time.
func (cp *ControlPeriod) conclude(c Control) PeriodState {
	if len(cp.Deviations) > 0 {
		return DeviationSeen
	}
	state := NoDeviationSeen
	if c.AttestationAsked != nil {
		state = attestedState(cp.Attestations)
	}
	switch {
	case state == DeviationSeen:
		return state
	case cp.Elapsed == 0 || len(cp.Populations) == 0 || cp.Observed.Length() < cp.Elapsed:
		return PeriodIncomplete
	case len(c.Checks) == 0:
		return state
	case cp.Applicable == 0 && c.AttestationAsked == nil:
		return NoneOccurred
	}
	return state
}

func criterionPeriod(c Criterion, asked PeriodAsked, states map[string]PeriodState) CriterionPeriod {
	r := CriterionPeriod{ID: c.ID, Category: c.Category, Title: c.Title}
	residual := []string{c.Residual}
	r.State = ""
	for _, control := range asked.Catalogue.Controls {
		for _, m := range control.Criteria {
			if m.ID != c.ID {
				continue
			}
			residual = append(residual, m.Residual)
			state, judged := states[control.ID]
			if !judged {
				continue // the filter leaves it out, or it is not adopted; then the criterion is told of a part
			}
			r.Controls = append(r.Controls, control.ID)
			r.State = worsePeriod(r.State, state)
		}
	}
	r.Residual = strings.Join(slices.DeleteFunc(residual, func(s string) bool { return s == "" }), " ")
	if r.State == "" {
		r.State = PeriodIncomplete
	}
	if !slices.Contains(asked.Categories, c.Category) {
		r.State = PeriodOutOfScope
	}
	return r
}

func worsePeriod(a, b PeriodState) PeriodState {
	if a == "" || slices.Index(PeriodStates, b) < slices.Index(PeriodStates, a) {
		return b
	}
	return a
}

func (f Filter) periodCriterion(c CriterionPeriod) bool {
	if len(f.Criteria) > 0 {
		return slices.Contains(f.Criteria, c.ID)
	}
	return len(f.Controls) == 0 || len(c.Controls) > 0
}

// decided marks deviations with the decisions that were known. Those that had
// expired before a deviation began, and those that do not select it, are not.
func decided(all []Deviation, decisions []Decision, until time.Time) {
	for i := range all {
		d := &all[i]
		f := Finding{Control: d.Control, Check: d.Check, Resource: d.Resource}
		for _, decision := range decisions {
			if !decision.About(&f) {
				continue
			}
			switch decision.Kind {
			case Accept:
				for n := range d.Accepted {
					if a := &d.Accepted[n]; a.Expires.Equal(decision.Expires) {
						a.Decision, a.Reason, a.Approver = decision.ID, decision.Reason, decision.Approver
					}
				}
			case Relax, Skip, LeaveOut: // about no finding
			case Exclude:
				if decision.InForce(until) {
					d.ExcludedBy = decision.ID
				}
			}
		}
	}
}
