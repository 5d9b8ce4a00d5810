package kinds

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// SchemaPlanReport names the form of PlanReport.
const SchemaPlanReport = "controlwatch.plan-report/v1"

// PlanReport is how gaps are to be closed: by whom, until when, in which steps, and
// how far that is.
type PlanReport struct {
	Schema       string           `json:"schema"` // "controlwatch.plan-report/v1"
	At           time.Time        `json:"at"`
	Assessment   string           `json:"assessment"`
	Sample       bool             `json:"sample_data"`
	Organization string           `json:"organization,omitempty"`
	ByProposed   bool             `json:"by_proposed"` // nobody has adopted a control: proposed ones count
	Figures      PlanFigures      `json:"figures"`
	Owners       []PlanOwner      `json:"owners"` // who has most overdue first
	Items        []soc2.PlanItem  `json:"items"`  // to close: overdue ones first, then by date; then accepted, out of scope and closed ones
	First        []GapFirst       `json:"first"`  // what others wait for, the most awaited first
	Versions     []PlanVersionRow `json:"versions"`
	Approved     *SinceFrozen     `json:"approved"` // against the newest approved version; null: none is approved
	Frozen       *SinceFrozen     `json:"frozen"`   // against the newest frozen version; null: none is frozen
	Progress     soc2.Progress    `json:"progress"`
}

// PlanFigures are what is read first. What is out of scope is in OutOfScope alone.
type PlanFigures struct {
	Items      int                     `json:"items"` // in scope
	ToClose    int                     `json:"to_close"`
	Overdue    int                     `json:"overdue"`  // of those to close
	Soon       int                     `json:"due_soon"` // of those to close: within 30 days
	Unowned    int                     `json:"unowned"`  // of those to close
	OutOfScope int                     `json:"out_of_scope"`
	Statuses   map[soc2.PlanStatus]int `json:"statuses"` // in scope
	Effort     soc2.Effort             `json:"effort"`   // of those to close, in days
}

// PlanOwner is what one owner has to close.
type PlanOwner struct {
	Owner   string      `json:"owner"` // empty: nobody
	ToClose int         `json:"to_close"`
	Overdue int         `json:"overdue"`
	Next    time.Time   `json:"next_due,omitzero"` // of what is not overdue yet
	Effort  soc2.Effort `json:"effort"`
	Gaps    []string    `json:"gaps"` // ids, in the order of the plan
}

// PlanVersionRow is a plan as somebody froze it.
type PlanVersionRow struct {
	Version  int       `json:"version"`
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	Approved bool      `json:"approved"`
	Word     string    `json:"word"` // approved, refused or nobody
	Approver string    `json:"approver,omitempty"`
	SaidAt   time.Time `json:"said_at,omitzero"`
	Note     string    `json:"note,omitempty"`
	Items    int       `json:"items"`
}

// soonDue is how long before its date a gap is due soon.
const soonDue = 30 * 24 * time.Hour

// PlanReportOf makes the report.
func PlanReportOf(in Analysed) PlanReport {
	a := in.Assessment
	r := PlanReport{
		Schema: SchemaPlanReport, At: a.At, Assessment: a.ID, Sample: a.SampleData, Organization: cmp.Or(in.Head.Organization, in.Scope.Organization),
		ByProposed: in.Plan.ByProposed, Figures: PlanFigures{Statuses: map[soc2.PlanStatus]int{}}, Owners: []PlanOwner{}, Items: orEmpty(in.Plan.Items),
		First: firstOf(in.Plan, in.Analysis.Gaps), Versions: []PlanVersionRow{}, Approved: sinceApproved(in.Versions, in.Plan), Frozen: sinceFrozen(in.Versions, in.Plan), Progress: in.Progress,
	}
	slices.SortStableFunc(r.Items, func(a, b soc2.PlanItem) int { return cmp.Compare(planRank(&a), planRank(&b)) })
	owners := map[string]int{}
	f := &r.Figures
	for i := range r.Items {
		item := &r.Items[i]
		if item.OutOfScope {
			f.OutOfScope++
			continue
		}
		f.Items++
		f.Statuses[item.Status]++
		if !item.Live() {
			continue
		}
		f.ToClose++
		n, ok := owners[item.Owner]
		if !ok {
			n = len(r.Owners)
			owners[item.Owner] = n
			r.Owners = append(r.Owners, PlanOwner{Owner: item.Owner, Gaps: []string{}})
		}
		o := &r.Owners[n]
		o.ToClose++
		o.Gaps = append(o.Gaps, item.Gap)
		switch {
		case item.Overdue:
			o.Overdue++
			f.Overdue++
		default:
			if o.Next.IsZero() || item.Due.Before(o.Next) {
				o.Next = item.Due
			}
			if item.Due.Sub(a.At) <= soonDue {
				f.Soon++
			}
		}
		if item.Owner == "" {
			f.Unowned++
		}
		o.Effort = plus(o.Effort, item.Effort)
		f.Effort = plus(f.Effort, item.Effort)
	}
	slices.SortFunc(r.Owners, func(a, b PlanOwner) int {
		return cmp.Or(cmp.Compare(b.Overdue, a.Overdue), cmp.Compare(b.ToClose, a.ToClose), strings.Compare(a.Owner, b.Owner))
	})
	for _, v := range in.Versions {
		row := PlanVersionRow{Version: v.Number, At: v.At, By: v.By, Approved: v.Approved(), Word: "nobody", Items: len(v.Plan.Items)}
		if said, ok := v.Approval(); ok {
			row.Word, row.Approver, row.SaidAt, row.Note = "refused", said.By.String(), said.At, said.Note
			if said.Yes {
				row.Word = "approved"
			}
		}
		r.Versions = append(r.Versions, row)
	}
	return r
}

// planRank puts what is overdue first, then what is to be closed; the order within
// is the plan's.
func planRank(i *soc2.PlanItem) int {
	switch {
	case i.Status == soc2.PlanClosed:
		return 4
	case i.OutOfScope:
		return 3
	case i.Status == soc2.PlanAccepted:
		return 2
	case i.Overdue:
		return 0
	}
	return 1
}

func plus(a, b soc2.Effort) soc2.Effort { return soc2.Effort{Min: a.Min + b.Min, Max: a.Max + b.Max} }
