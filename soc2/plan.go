package soc2

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// PlanV1 names the contract of a plan in JSON.
const PlanV1 = "controlwatch.plan/v1"

// Plan is how gaps are to be closed (R16), at one time. All of it follows from
// evidence, rules and what people recorded; a frozen one is kept as it was.
type Plan struct {
	Schema     string     `json:"schema"` // "controlwatch.plan/v1"
	At         time.Time  `json:"at"`
	Assessment string     `json:"assessment"`  // its id
	SampleData bool       `json:"sample_data"` // of a company that does not exist
	ByProposed bool       `json:"by_proposed"` // nobody has adopted a control: proposed ones count
	Counting   int        `json:"controls_counting"`
	Holding    int        `json:"controls_holding"` // of those counting, shown by evidence
	Items      []PlanItem `json:"items"`            // by due date and severity; closed ones last
}

// PlanStatus is how far a gap is. Evidence decides it, never a person.
type PlanStatus string

// The statuses. How it is decided, the first that applies:
//
//   - closed: it has no gap any more, and evidence shows that it holds;
//   - unobserved: it cannot be told: nothing is seen to fail and something was not
//     seen, or the gap has gone and nothing shows that it holds;
//   - accepted: a person decided to live with all that fails, and all was seen;
//   - reopened: it was closed before;
//   - in-progress: less fails than when it began, or some of it was resolved;
//   - open.
const (
	PlanOpen       PlanStatus = "open"
	PlanInProgress PlanStatus = "in-progress"
	PlanAccepted   PlanStatus = "accepted"
	PlanReopened   PlanStatus = "reopened"
	PlanUnobserved PlanStatus = "unobserved"
	PlanClosed     PlanStatus = "closed"
)

// PlanStatuses lists them, for metrics and schemas.
var PlanStatuses = []PlanStatus{PlanOpen, PlanInProgress, PlanReopened, PlanUnobserved, PlanAccepted, PlanClosed}

// PlanItem is one gap in a plan.
type PlanItem struct {
	Gap        string      `json:"gap"`
	Title      string      `json:"title"`
	Control    string      `json:"control,omitempty"`
	Company    []string    `json:"company_controls,omitempty"`
	Criteria   []string    `json:"criteria"`
	Kind       GapKind     `json:"kind"`
	Adoption   string      `json:"adoption,omitempty"`
	OutOfScope bool        `json:"out_of_scope,omitempty"`
	Systems    []string    `json:"systems,omitempty"`
	Severity   Severity    `json:"severity"`
	Inherent   RiskScore   `json:"inherent"`
	Residual   RiskScore   `json:"residual"`
	Owner      string      `json:"owner"` // empty: nobody
	OwnerBy    string      `json:"owner_by"`
	Opened     time.Time   `json:"opened"`
	Due        time.Time   `json:"due"`
	DueBy      string      `json:"due_by"` // the rule, or who set it and why
	Overdue    bool        `json:"overdue"`
	Set        *PlanChange `json:"set,omitempty"`     // the newest word of a person on it
	DueSet     *PlanChange `json:"due_set,omitempty"` // who set the date that counts, and why; none: rules did
	Status     PlanStatus  `json:"status"`
	Why        string      `json:"why"`   // of the status
	Since      time.Time   `json:"since"` // of the status
	Reopenings int         `json:"reopenings"`
	Closed     *time.Time  `json:"closed,omitempty"` // when evidence last showed that it was; with the status unobserved, sight was lost since
	Failing    int         `json:"failing"`
	Began      int         `json:"began"` // how many failed when it opened, as far as plans tell
	Unobserved int         `json:"unobserved"`
	Accepted   int         `json:"accepted"`
	Tasks      []PlanTask  `json:"tasks"`
	Effort     Effort      `json:"effort"`
	After      []string    `json:"after,omitempty"` // gaps that must be closed first
	Success    string      `json:"success"`
}

// Live says that work is left: neither closed nor accepted.
func (i PlanItem) Live() bool { return i.Status != PlanClosed && i.Status != PlanAccepted }

// PlanChange is a person's word on a gap: who owns it, until when it is to be closed.
type PlanChange struct {
	ID     string    `json:"id"` // of its record
	Gap    string    `json:"gap"`
	Owner  string    `json:"owner,omitempty"`
	Due    time.Time `json:"due,omitzero"`
	Reason string    `json:"reason"`
	By     string    `json:"by"` // and how that is known
	At     time.Time `json:"at"`
}

// PlanInputs is what a plan is made of.
type PlanInputs struct {
	Analysis  GapAnalysis
	Catalogue Catalogue
	FixWithin map[Severity]time.Duration // nil: DefaultFixWithin
	Changes   []PlanChange
	Previous  *Plan   // the newest frozen one, or the one before; nil: none
	Drift     []Drift // what was noted, as far back as there is
	Scope     Scope
}

// PlanOf makes the plan. A gap that the plan before had and that is not there any
// more stays in it: closed if evidence shows that it holds, and else unobserved.
func PlanOf(in PlanInputs) Plan {
	if in.FixWithin == nil {
		in.FixWithin = DefaultFixWithin()
	}
	a := in.Analysis
	p := Plan{
		Schema: PlanV1, At: a.At, Assessment: a.Assessment, SampleData: a.SampleData, ByProposed: a.ByProposed,
		Counting: a.Counting, Holding: a.Holding, Items: []PlanItem{},
	}
	before := map[string]PlanItem{}
	if in.Previous != nil {
		for _, item := range in.Previous.Items {
			before[item.Gap] = item
		}
	}
	happened := historyByControl(in.Drift, a.At)
	there := map[string]bool{}
	for _, g := range a.Gaps {
		was, known := before[g.ID]
		there[g.ID] = true
		item := in.item(g, was, known, happened[g.Control])
		p.Items = append(p.Items, item)
	}
	for id, was := range before {
		if !there[id] {
			p.Items = append(p.Items, in.left(was))
		}
	}
	in.order(&p, there)
	slices.SortFunc(p.Items, comparePlanItems)
	return p
}

// item is a gap that is there.
func (in *PlanInputs) item(g Gap, was PlanItem, known bool, h controlHistory) PlanItem {
	i := PlanItem{
		Gap: g.ID, Title: g.Title, Control: g.Control, Company: g.Company, Criteria: criterionIDs(g.Criteria), Kind: g.Kind, Adoption: g.Adoption,
		OutOfScope: g.OutOfScope, Systems: g.Systems, Severity: g.Risk.Severity, Inherent: g.Risk.Inherent, Residual: g.Risk.Residual,
		Owner: g.Owner, OwnerBy: g.OwnerBy, Opened: g.Since, Failing: g.Failing, Began: g.Failing, Unobserved: g.Unobserved, Accepted: g.Accepted,
		Tasks: tasksOf(g, in.Catalogue), Success: success(g),
	}
	i.Effort = effortOf(i.Tasks)
	closedBefore := known && was.Closed != nil
	if known {
		i.Reopenings = was.Reopenings
		if !closedBefore {
			// Mending the oldest of it must not make the whole younger, nor its time longer.
			if was.Opened.Before(i.Opened) {
				i.Opened = was.Opened
			}
			i.Began = max(i.Began, was.Began)
		}
	}
	if closedBefore && g.Blind() {
		i.Closed = was.Closed // to lose sight of it opens nothing again
	} else if closedBefore {
		i.Reopenings++
		if was.Closed != nil && i.Opened.Before(*was.Closed) {
			i.Opened = *was.Closed // it held in between
		}
	}
	if strings.HasPrefix(g.ID, "control:") {
		i.Reopenings = max(i.Reopenings, h.reopenings)
	}
	i.Status, i.Why = i.statusOf(g, h)
	switch {
	case !known:
		i.Since = i.Opened
	case was.Status == i.Status:
		i.Since = was.Since
	default:
		i.Since = in.Analysis.At
	}
	in.due(&i, g)
	return i
}

func (i PlanItem) statusOf(g Gap, h controlHistory) (PlanStatus, string) {
	switch {
	case g.Blind():
		return PlanUnobserved, "It cannot be told: " + g.Current
	case g.WhollyAccepted():
		return PlanAccepted, "All that fails is accepted until " + g.AcceptedUntil.UTC().Format(time.DateOnly) + "."
	case i.Reopenings > 0:
		return PlanReopened, fmt.Sprintf("It held before and does not any more, %d times so far.", i.Reopenings)
	case g.Failing < i.Began:
		return PlanInProgress, fmt.Sprintf("%d fail, %d did when it began.", g.Failing, i.Began)
	case strings.HasPrefix(g.ID, "control:") && h.resolvedSince(i.Opened) && g.Failing > 0:
		return PlanInProgress, "Some of it was resolved since it opened."
	}
	return PlanOpen, g.Current
}

// left is a gap that is not there any more.
func (in *PlanInputs) left(was PlanItem) PlanItem {
	at := in.Analysis.At
	i := was
	i.Overdue = false
	if why, ok := in.Analysis.Held[was.Gap]; ok {
		if was.Status != PlanClosed {
			i.Status, i.Since, i.Closed = PlanClosed, at, &at
		}
		i.Failing, i.Unobserved, i.Accepted, i.Tasks, i.After = 0, 0, 0, []PlanTask{}, nil
		i.Why, i.Effort = "Evidence shows it: "+why+".", Effort{}
		return i
	}
	why := "Nothing shows that it holds, and its gap has gone: catalogue, scope or what is looked at changed."
	if doubt, ok := in.Analysis.Doubt[was.Gap]; ok {
		why = "It cannot be told: " + doubt + "."
	}
	if was.Status != PlanUnobserved {
		i.Since = at
	}
	i.Status, i.Why = PlanUnobserved, why
	if len(i.Tasks) == 0 {
		i.Tasks = []PlanTask{{Text: "Find out why it is not judged any more, and let controlwatch see it again", Effort: taskEffort("low", 1)}}
		i.Effort = effortOf(i.Tasks)
	}
	i.Overdue = !i.Due.IsZero() && at.After(i.Due)
	return i
}

func criterionIDs(ms []Mapping) []string {
	ids := []string{}
	for _, m := range ms {
		ids = append(ids, m.ID)
	}
	return ids
}

// success is what shows that a gap is closed.
func success(g Gap) string {
	switch g.Kind {
	case NoControl:
		return g.Desired
	case Undocumented, WeakDesign:
		if g.Kind == WeakDesign {
			return "A newer conclusion says that the design is suitable, and all " + fmt.Sprint(max(g.Failing+g.Unobserved+g.Passing, 1)) + " pass in a complete pull: " + g.Desired
		}
		return g.Desired
	case NotImplemented, NotOperating, NoEvidence:
	}
	if n := g.Failing + g.Unobserved + g.Passing; n > 0 {
		return fmt.Sprintf("All %d pass in a complete pull: %s", n, g.Desired)
	}
	return g.Desired
}
