package soc2

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Calendar is who has to do what until when, as far as it is known (R27).
type Calendar struct {
	At      time.Time      `json:"at"`
	Zone    string         `json:"zone"`
	From    time.Time      `json:"from,omitzero"` // of the period; zero: not stated, and no instance is planned
	To      time.Time      `json:"to,omitzero"`   // its end, which is not in it
	Unseen  []string       `json:"unseen"`        // what was not looked at: its dates are missing here
	Entries []CalendarDate `json:"entries"`       // by day
}

// CalendarKind is what happens on a day.
type CalendarKind string

// The kinds.
const (
	CalendarPeriod      CalendarKind = "period"
	CalendarAudit       CalendarKind = "audit"
	CalendarReview      CalendarKind = "access-review"
	CalendarInstance    CalendarKind = "planned-activity"    // last day of a planned instance
	CalendarAttestation CalendarKind = "attestation-ends"    // last day on which a statement counts
	CalendarLacking     CalendarKind = "attestation-missing" // no statement counts: today
	CalendarDecision    CalendarKind = "decision-ends"       // last day on which a decision is in force
	CalendarPlan        CalendarKind = "gap-due"
)

// CalendarKinds lists them.
var CalendarKinds = []CalendarKind{CalendarPeriod, CalendarAudit, CalendarReview, CalendarInstance, CalendarLacking, CalendarAttestation, CalendarDecision, CalendarPlan}

// AccessReview is the control that is an access review.
const AccessReview = "access-is-reviewed"

// CalendarDate is one thing that must have happened by the end of a day.
type CalendarDate struct {
	ID       string       `json:"id"` // the same for as long as it is about the same, whatever its day
	On       time.Time    `json:"on"` // beginning of the day in the zone
	Kind     CalendarKind `json:"kind"`
	Title    string       `json:"title"`
	What     string       `json:"what"`
	Owner    string       `json:"owner,omitempty"`
	Proposed bool         `json:"owner_is_proposed_role,omitempty"` // nobody is named: the catalogue proposes that role
	Control  string       `json:"control,omitempty"`
	System   string       `json:"system,omitempty"`
	Overdue  bool         `json:"overdue"` // its day is over, or nothing shows that it was ever done
}

// CalendarInputs is what a calendar is made of.
type CalendarInputs struct {
	Now       time.Time
	Zone      *time.Location
	Window    Interval // the period; empty: not stated
	Scope     Scope
	Company   []CompanyControl
	Counts    func(control string) bool // controls the company goes by; nil: all
	Standings []AttestationStanding     // nil: not looked at
	Decisions []DecisionState
	Plan      *Plan // nil: not looked at
}

// CalendarOf makes it.
func CalendarOf(in CalendarInputs) Calendar {
	if in.Zone == nil {
		in.Zone = time.UTC
	}
	c := &calendarMaker{in: in, out: Calendar{At: in.Now, Zone: in.Zone.String(), From: in.Window.From, To: in.Window.To, Unseen: []string{}, Entries: []CalendarDate{}}}
	c.period()
	c.attestations()
	c.decisions()
	c.plan()
	slices.SortStableFunc(c.out.Entries, func(a, b CalendarDate) int {
		return cmp.Or(a.On.Compare(b.On), slices.Index(CalendarKinds, a.Kind)-slices.Index(CalendarKinds, b.Kind), strings.Compare(a.ID, b.ID))
	})
	return c.out
}

type calendarMaker struct {
	in  CalendarInputs
	out Calendar
}

func (c *calendarMaker) day(t time.Time) time.Time {
	y, m, d := t.In(c.in.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, c.in.Zone)
}

// add enters a date. What has a day before today is overdue.
func (c *calendarMaker) add(d CalendarDate) {
	d.Overdue = d.Overdue || d.On.Before(c.day(c.in.Now)) && d.Kind != CalendarPeriod && d.Kind != CalendarAudit
	c.out.Entries = append(c.out.Entries, d)
}

func (c *calendarMaker) period() {
	if w := c.in.Window; w.Empty() {
		c.out.Unseen = append(c.out.Unseen, "the period is not stated: no instance of an activity is planned")
	} else {
		c.add(CalendarDate{ID: "period:first", On: c.day(w.From), Kind: CalendarPeriod, Title: "First day of the observation period", What: "From here on a control that does not hold is a deviation."})
		c.add(CalendarDate{ID: "period:last", On: c.day(w.To.Add(-1)), Kind: CalendarPeriod, Title: "Last day of the observation period", What: "What is to fall into the period has to be done by then."})
	}
	if c.in.Scope.Audit.IsZero() {
		c.out.Unseen = append(c.out.Unseen, "the day the audit begins is not stated (scope.audit)")
		return
	}
	c.add(CalendarDate{ID: "audit", On: c.day(c.in.Scope.Audit), Kind: CalendarAudit, Title: "The audit begins", What: "Evidence and populations are asked for from here on."})
}

func (c *calendarMaker) attestations() {
	if c.in.Standings == nil {
		c.out.Unseen = append(c.out.Unseen, "attested controls were not looked at")
	}
	for _, s := range c.in.Standings {
		if c.in.Counts != nil && !c.in.Counts(s.Control.ID) {
			continue
		}
		d := CalendarDate{ID: "attestation:" + AttestationSubject(s.Control.ID, s.System), Kind: CalendarAttestation, Title: s.Control.Title, Control: s.Control.ID, System: s.System}
		if d.Owner = ControlOwner(s.Control, c.in.Scope, c.in.Company); d.Owner == "" {
			d.Owner, d.Proposed = s.Control.Owner, s.Control.Owner != ""
		}
		c.instances(s, d)
		if s.State.Counts() {
			d.On, d.What = c.day(s.Until.Add(-1)), "Last day on which the last statement counts: perform it again before."
		} else {
			// Without a statement that counts it is due since ever: today, so that nobody
			// has to look for it in the past.
			d.Kind = CalendarLacking
			d.On, d.Overdue, d.What = c.day(c.in.Now), true, "No statement counts ("+string(cmp.Or(s.State, "not known"))+"): perform and attest it."
		}
		c.add(d)
	}
}

// instances enters each planned instance that the last statement does not answer.
func (c *calendarMaker) instances(s AttestationStanding, d CalendarDate) {
	start := LatestStartOf(s, c.in.Window, c.in.Zone, c.in.Now)
	d.Kind = CalendarInstance
	if s.Control.ID == AccessReview {
		d.Kind = CalendarReview
	}
	id := d.ID
	for n, p := range start.Planned {
		if s.State.Counts() && !c.day(s.Performed).Before(p.First) {
			continue // performed then, or later: what became of it `period` tells
		}
		d.ID, d.On = id+"/"+p.First.Format(time.DateOnly), p.Last
		d.What = fmt.Sprintf("Instance %d of %d: from %s to %s.", n+1, len(start.Planned), p.First.Format(time.DateOnly), p.Last.Format(time.DateOnly))
		c.add(d)
	}
}

func (c *calendarMaker) decisions() {
	for _, s := range c.in.Decisions {
		if s.Life != DecisionInForce {
			continue
		}
		title := "Ends: " + decisionWord(s.Kind)
		if s.Control != "" {
			title += " on " + s.Control
		}
		c.add(CalendarDate{
			ID: "decision:" + s.ID, On: c.day(s.Expires.Add(-1)), Kind: CalendarDecision, Title: title, Owner: s.Requester, Control: s.Control,
			What: "Last day on which it is in force: mend what it covers, or have it decided anew.",
		})
	}
}

func (c *calendarMaker) plan() {
	if c.in.Plan == nil {
		c.out.Unseen = append(c.out.Unseen, "no plan was made: due dates of gaps are missing")
		return
	}
	for _, i := range c.in.Plan.Items {
		if !i.Live() || i.OutOfScope || i.Due.IsZero() || i.Control != "" && c.in.Counts != nil && !c.in.Counts(i.Control) {
			continue
		}
		d := CalendarDate{
			ID: "gap:" + i.Gap, On: c.day(i.Due), Kind: CalendarPlan, Title: i.Title, Owner: i.Owner, Control: i.Control, Overdue: i.Overdue,
			What: fmt.Sprintf("Due date of a %s gap (%s).", i.Severity, i.Kind),
		}
		d.Proposed = strings.HasPrefix(i.OwnerBy, proposedRole)
		if len(i.Systems) == 1 {
			d.System = i.Systems[0]
		}
		c.add(d)
	}
}
