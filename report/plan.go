package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// planGroup is a part of a plan, as people work through it.
type planGroup struct {
	title string
	in    func(soc2.PlanItem, time.Time) bool
}

// planGroups divide a plan: each item is in the first that takes it.
var planGroups = []planGroup{
	{"Closed", func(i soc2.PlanItem, _ time.Time) bool { return i.Status == soc2.PlanClosed }},
	{"Out of scope", func(i soc2.PlanItem, _ time.Time) bool { return i.OutOfScope }},
	{"Accepted", func(i soc2.PlanItem, _ time.Time) bool { return i.Status == soc2.PlanAccepted }},
	{"Overdue", func(i soc2.PlanItem, _ time.Time) bool { return i.Overdue }},
	{"Due within a week", func(i soc2.PlanItem, at time.Time) bool { return i.Due.Before(at.AddDate(0, 0, 7)) }},
	{"Due within 30 days", func(i soc2.PlanItem, at time.Time) bool { return i.Due.Before(at.AddDate(0, 0, 30)) }},
	{"Later", func(soc2.PlanItem, time.Time) bool { return true }},
}

// planOrder is in which order the groups are shown.
var planOrder = []int{3, 4, 5, 6, 2, 1, 0}

// PlanText writes a plan as a person works through it: by due date and severity,
// with what to do for the first, and a line for the rest.
func PlanText(w io.Writer, p soc2.Plan, o Options) error {
	o.Width = max(o.Width, MinWidth)
	if o.Findings <= 0 {
		o.Findings = 10
	}
	s := &summary{Options: o, sample: p.SampleData}
	s.section("Remediation plan")
	s.lines(2, "", planHeader(p)...)
	told := 0
	for _, n := range planOrder {
		items := planGroupOf(p, n)
		if len(items) == 0 {
			continue
		}
		s.section(fmt.Sprintf("%s (%d)", planGroups[n].title, len(items)))
		for _, i := range items {
			s.planLine(i)
			if i.Live() && !i.OutOfScope && told < o.Findings {
				s.planTasks(i)
				told++
			}
		}
	}
	if told == o.Findings {
		s.lines(2, "", "", "What to do about the rest: -o markdown, -o csv or -o json.")
	}
	if _, err := io.WriteString(w, s.String()); err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	return nil
}

func planGroupOf(p soc2.Plan, n int) []soc2.PlanItem {
	var items []soc2.PlanItem
	for _, i := range p.Items {
		for m, g := range planGroups {
			if g.in(i, p.At) {
				if m == n {
					items = append(items, i)
				}
				break
			}
		}
	}
	return items
}

func planHeader(p soc2.Plan) []string {
	live, overdue, unseen, nobody := 0, 0, 0, 0
	var effort soc2.Effort
	for _, i := range p.Items {
		if i.OutOfScope || !i.Live() {
			continue
		}
		live++
		effort.Min += i.Effort.Min
		effort.Max += i.Effort.Max
		if i.Overdue {
			overdue++
		}
		if i.Status == soc2.PlanUnobserved {
			unseen++
		}
		if i.Owner == "" {
			nobody++
		}
	}
	lines := []string{
		fmt.Sprintf("As of %s: %s, %d overdue, %d of which it cannot be told; %d without an owner. About %s of work, by rule of thumb.",
			minute(p.At), count(live, "gap", "gaps"), overdue, unseen, nobody, effort),
		fmt.Sprintf("%d of %d controls that count are shown to hold.", p.Holding, p.Counting),
	}
	if p.ByProposed {
		lines = append(lines, "Nobody has adopted a control yet: every control the catalogue proposes counts.")
	}
	return lines
}

func (s *summary) planLine(i soc2.PlanItem) {
	due := "accepted until "
	if i.Status != soc2.PlanAccepted {
		due = "due "
	}
	if i.Status == soc2.PlanClosed && i.Closed != nil {
		due = "closed " + i.Closed.UTC().Format(time.DateOnly)
	} else {
		due += i.Due.UTC().Format(time.DateOnly)
	}
	owner := "owner: NOBODY"
	if i.Owner != "" {
		owner = "owner: " + Safe(i.Owner) + " (" + escaped(i.OwnerBy) + ")"
	}
	s.lines(2, "", fmt.Sprintf("%s · %s · %s · %s", due, i.Severity, Safe(i.Gap), escaped(i.Title)))
	s.lines(6, "", fmt.Sprintf("%s · %s · risk %s, inherent %s · %s", i.Status, i.Kind, i.Residual, i.Inherent, owner), escaped(i.Why))
}

func (s *summary) planTasks(i soc2.PlanItem) {
	if len(i.After) > 0 {
		s.lines(6, "first  ", strings.Join(i.After, ", "))
	}
	for n, t := range i.Tasks {
		s.lines(6, fmt.Sprintf("%d. ", n+1), escaped(t.Text)+" ("+t.Effort.String()+")")
		for _, c := range t.Commands {
			s.lines(9, "$ ", escaped(c))
		}
		if len(t.Commands) == 0 && t.How != "" {
			s.lines(9, "", prose(t.How)...)
		}
	}
	s.lines(6, "done when  ", escaped(i.Success))
}

// PlanJSON writes a plan as controlwatch.plan/v1.
func PlanJSON(w io.Writer, p soc2.Plan) error { return writeJSON(w, p) }
