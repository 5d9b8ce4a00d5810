package soc2

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// The kinds of entries a plan is recorded in.
const (
	EntryPlan       = "plan"        // a frozen version; its body is the plan
	EntryPlanChange = "plan-change" // a person's word on a gap, its subject
)

// PlanVersion is a plan as somebody froze it. It is in force when another person
// has signed it off.
type PlanVersion struct {
	ID       string    `json:"id"` // of its record
	Number   int       `json:"version"`
	At       time.Time `json:"at"`
	By       string    `json:"by"` // and how that is known
	Author   string    `json:"author"`
	Plan     Plan      `json:"-"`
	SignOffs []SignOff `json:"-"`
}

// Approval is the newest sign-off by anybody but the author; false: there is none.
func (v PlanVersion) Approval() (SignOff, bool) {
	var newest SignOff
	found := false
	for _, s := range v.SignOffs {
		if s.Of == v.ID && !SamePerson(s.By.Name, v.Author) && (!found || !s.At.Before(newest.At)) {
			newest, found = s, true
		}
	}
	return newest, found
}

// Approved says that another person's newest word is yes.
func (v PlanVersion) Approved() bool {
	s, ok := v.Approval()
	return ok && s.Yes
}

// PlanDiffV1 names the contract of a difference of plans in JSON.
const PlanDiffV1 = "controlwatch.plan-diff/v1"

// PlanDiff is how a plan differs from an earlier one.
type PlanDiff struct {
	Schema     string       `json:"schema"` // "controlwatch.plan-diff/v1"
	From       time.Time    `json:"from"`
	To         time.Time    `json:"to"`
	SampleData bool         `json:"sample_data"`
	Slipped    int          `json:"slipped"` // gaps whose date is later
	Changes    []PlanDiffer `json:"changes"`
}

// PlanDiffer is one difference of one gap.
type PlanDiffer struct {
	Gap   string `json:"gap"`
	Title string `json:"title"`
	What  string `json:"what"` // added, removed, status, due, owner or severity
	From  string `json:"from"`
	To    string `json:"to"`
	Days  int    `json:"days,omitempty"` // of a date: by how much it is later; below zero: earlier
	Who   string `json:"who,omitempty"`  // set it; empty: it follows from rules or evidence
	Why   string `json:"why,omitempty"`
}

// Slipped says that a date is later than it was.
func (d PlanDiffer) Slipped() bool { return d.What == "due" && d.Days > 0 }

// DiffPlans compares two plans, gap by gap. A later date is slippage, whoever or
// whatever made it later; dates of what is closed or accepted, then or now, are none
// that was to be kept.
func DiffPlans(from, to Plan) PlanDiff {
	d := PlanDiff{Schema: PlanDiffV1, From: from.At, To: to.At, SampleData: from.SampleData || to.SampleData, Changes: []PlanDiffer{}}
	before := map[string]PlanItem{}
	for _, i := range from.Items {
		before[i.Gap] = i
	}
	add := func(i PlanItem, what, was, is string) *PlanDiffer {
		d.Changes = append(d.Changes, PlanDiffer{Gap: i.Gap, Title: i.Title, What: what, From: was, To: is})
		return &d.Changes[len(d.Changes)-1]
	}
	for _, i := range to.Items {
		was, ok := before[i.Gap]
		delete(before, i.Gap)
		if !ok {
			add(i, "added", "", string(i.Status))
			continue
		}
		if was.Status != i.Status {
			add(i, "status", string(was.Status), string(i.Status)).Why = i.Why
		}
		if was.Severity != i.Severity {
			add(i, "severity", was.Severity.String(), i.Severity.String())
		}
		if was.Owner != i.Owner {
			c := add(i, "owner", was.Owner, i.Owner)
			c.Why = i.OwnerBy
			if i.Set != nil && i.Set.Owner == i.Owner {
				c.Who, c.Why = i.Set.By, i.Set.Reason
			}
		}
		if was.Live() && i.Live() && !was.Due.Equal(i.Due) {
			c := add(i, "due", was.Due.UTC().Format(time.DateOnly), i.Due.UTC().Format(time.DateOnly))
			c.Days = daysLater(was.Due, i.Due)
			c.Why = i.DueBy
			switch {
			case i.DueSet != nil:
				c.Who, c.Why = i.DueSet.By, i.DueSet.Reason
			case was.Severity != i.Severity:
				c.Why = "the severity is " + i.Severity.String() + " and was " + was.Severity.String() + ": " + i.DueBy
			case i.Reopenings > was.Reopenings:
				c.Why = "it was closed and opened again: " + i.DueBy
			}
			if c.Slipped() {
				d.Slipped++
			}
		}
	}
	for _, i := range before {
		add(i, "removed", string(i.Status), "").Why = "The later plan does not have it: it was not made from the earlier one."
	}
	slices.SortFunc(d.Changes, func(a, b PlanDiffer) int {
		return cmp.Or(compareFlags(!a.Slipped(), !b.Slipped()), cmp.Compare(b.Days, a.Days), strings.Compare(a.Gap, b.Gap), strings.Compare(a.What, b.What))
	})
	return d
}

// daysLater rounds away from nothing: a date that moved at all moved by a day.
func daysLater(from, to time.Time) int {
	const day = 24 * time.Hour
	by := to.Sub(from)
	days := int(by / day)
	switch {
	case by > 0 && by%day != 0:
		return days + 1
	case by < 0 && by%day != 0:
		return days - 1
	}
	return days
}
