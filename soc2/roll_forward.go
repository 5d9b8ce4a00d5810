package soc2

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// EntryRollForward is the kind of record that carries a period into the next. Its
// subject is the next one's days.
const EntryRollForward = "roll-forward"

// RollForward is what one observation period hands to the next.
type RollForward struct {
	Schema     string            `json:"schema"` // controlwatch.roll-forward/v1
	Previous   RolledPeriod      `json:"previous"`
	Next       RolledPeriod      `json:"next"`
	ToldAsOf   time.Time         `json:"told_as_of"` // what of the previous period was known by then
	Running    bool              `json:"running"`    // the previous one was not over: what it still finds is not carried
	Categories []string          `json:"categories"`
	Systems    []string          `json:"systems"` // of the stated scope
	Adoptions  []Adoption        `json:"adoptions"`
	Open       []CarriedGap      `json:"open"`      // deviations that were open at the end; carried, not ended
	Decisions  []CarriedDecision `json:"decisions"` // that end inside the next period
	Due        []CarriedDue      `json:"due"`       // attestations of adopted controls; of all where none is adopted
}

// RolledPeriod is a window of time, half-open.
type RolledPeriod struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// CarriedGap is a deviation that the next period begins with.
type CarriedGap struct {
	Control  string       `json:"control"`
	Adoption string       `json:"adoption"`
	Check    string       `json:"check"`
	Resource evidence.Key `json:"resource"`
	Name     string       `json:"name"`
	Severity string       `json:"severity"`
	Since    time.Time    `json:"since"`          // first seen bad
	Left     Left         `json:"left,omitempty"` // it is judged no more, and was not seen mended
}

// CarriedDecision is a decision that comes up for another.
type CarriedDecision struct {
	ID      string       `json:"id"`
	Kind    DecisionKind `json:"kind"`
	About   string       `json:"about"`
	Expires time.Time    `json:"expires"`
}

// CarriedDue is an instance of an attested control that falls into the next period.
type CarriedDue struct {
	Control string    `json:"control"`
	From    time.Time `json:"from"`
	By      time.Time `json:"by"` // before then
}

// Body is what is recorded of it.
func (r RollForward) Body() (json.RawMessage, error) { return json.Marshal(r) }

// RollForwardOf says what a period that was told hands to the next. decisions are all
// that are known; those count that are in force when the next one begins, or now if that
// is later, and those that came to their end in it.
func RollForwardOf(told Period, adoptions []Adoption, decisions []Decision, next Interval) RollForward {
	r := RollForward{
		Schema: "controlwatch.roll-forward/v1", Previous: rolled(told.Asked.Window), Next: rolled(next), ToldAsOf: told.Until.UTC(), Running: told.Running,
		Categories: append([]string{}, told.Asked.Categories...), Systems: []string{}, Adoptions: []Adoption{}, Open: []CarriedGap{}, Decisions: []CarriedDecision{}, Due: []CarriedDue{},
	}
	for _, a := range adoptions {
		a.At = a.At.UTC()
		r.Adoptions = append(r.Adoptions, a)
	}
	for _, c := range told.Controls {
		for i := range c.Deviations {
			d := &c.Deviations[i]
			if d.End != EndOpen {
				continue
			}
			r.Open = append(r.Open, CarriedGap{
				Control: d.Control, Adoption: c.Adoption, Check: d.Check, Resource: d.Resource.Key(), Name: d.Resource.Label(),
				Severity: d.Severity.String(), Since: d.FirstBad.UTC(), Left: d.Left,
			})
		}
	}
	slices.SortStableFunc(r.Open, func(a, b CarriedGap) int {
		return cmp.Or(cmp.Compare(a.Control, b.Control), cmp.Compare(a.Check, b.Check), a.Resource.Compare(b.Resource))
	})
	for _, d := range decisions {
		if !d.Expires.Before(next.From) && d.Expires.Before(next.To) && d.InForce(d.Expires.Add(-time.Microsecond)) {
			about := strings.Trim(d.Control+" "+d.Parameter+d.Source+" "+d.Setting+d.Leaves, " ")
			r.Decisions = append(r.Decisions, CarriedDecision{ID: d.ID, Kind: d.Kind, About: about, Expires: d.Expires.UTC()})
		}
	}
	slices.SortStableFunc(r.Decisions, func(a, b CarriedDecision) int {
		return cmp.Or(a.Expires.Compare(b.Expires), strings.Compare(a.ID, b.ID))
	})
	r.due(told, adoptions, next)
	return r
}

func rolled(i Interval) RolledPeriod { return RolledPeriod{i.From.UTC(), i.To.UTC()} }

func (r *RollForward) due(told Period, adoptions []Adoption, next Interval) {
	adopted := map[string]bool{}
	for _, a := range adoptions {
		if a.State == Adopted {
			adopted[a.Control] = true
		}
	}
	for _, c := range told.Asked.Catalogue.Controls {
		if c.AttestationAsked == nil || len(adopted) > 0 && !adopted[c.ID] {
			continue
		}
		for _, i := range instances(c.AttestationAsked.Validity, next, told.Asked.Zone)[1:] {
			r.Due = append(r.Due, CarriedDue{Control: c.ID, From: i.From, By: i.To})
		}
	}
	slices.SortStableFunc(r.Due, func(a, b CarriedDue) int { return cmp.Or(a.By.Compare(b.By), strings.Compare(a.Control, b.Control)) })
}
