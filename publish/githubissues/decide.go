package githubissues

import (
	"fmt"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/soc2"
)

// Do is what is done about the issue of a gap.
type Do string

// What is done. Left is what stays as it is although there is something to say of it.
const (
	Create    Do = "create"
	Update    Do = "update"
	Close     Do = "close"
	Reopen    Do = "reopen"
	Unchanged Do = "unchanged"
	Left      Do = "left"
)

// Dos lists them, for metrics.
var Dos = []Do{Create, Update, Close, Reopen, Unchanged, Left}

// Action is what is done about one gap's issue, and why.
type Action struct {
	Gap    string `json:"gap"`
	Do     Do     `json:"do"`
	Why    string `json:"why"`
	Number int    `json:"number,omitempty"` // 0: there is none yet
	URL    string `json:"url,omitempty"`
	Done   bool   `json:"done"`            // false in a dry run, and where it failed
	Error  string `json:"error,omitempty"` // why it failed

	change  change
	comment string // to write first; empty: none
	mark    mark
	failed  error
}

// decide says what a gap's issue needs. It is pure: of a gap, of an issue and of
// what the options say.
func (o Options) decide(g *gap, is issue, by string) Action {
	p := take(is.Body)
	a := Action{Gap: g.id, Number: is.Number, URL: is.URL}
	m := p.mark
	if !p.marked {
		m = mark{store: o.Store, gap: g.id, state: markOpen}
		if is.closed() && g.held != "" {
			m.state = markClosed
		}
	}
	m.store = o.Store // a store that takes over from one that was lost
	a.mark = m
	switch {
	case g.held != "":
		return o.held(a, g, is, p, by)
	case g.item == nil:
		a.Do, a.Why = Left, g.doubt
		return a
	case is.closed() && m.state == markClosed && g.open():
		a.Do, a.Why = Reopen, "the gap is there again: "+g.current()
		a.mark.state, a.mark.turn = markOpen, m.turn+1
		a.change.State = "open"
		a.comment = "**The gap is there again.** " + prose(g.current())
	case is.closed() && m.state == markOpen && g.open() && o.ClosedByHand == ReopenOnce:
		a.Do, a.Why = Reopen, "it was closed by hand, and evidence does not show that the gap is closed"
		a.mark.state, a.mark.turn = markInsisted, m.turn+1
		a.change.State = "open"
		a.comment = "**Opened again once:** evidence does not show that the gap is closed. " + prose(g.current()) +
			"\n\nIf it is to be lived with, record that with `controlwatch accept`. If this issue is closed once more it stays closed; the gap stays in the plan."
	case !is.closed() && m.state == markClosed && g.open():
		a.mark.state = markOpen // a person was faster
	}
	a = o.rewritten(a, g, is, p, describe(g))
	if a.Do == Unchanged && is.closed() && g.open() {
		a.Do, a.Why = Left, "it was closed by hand; the gap is open in the plan"
	}
	return a
}

// held is what becomes of an issue whose gap evidence shows to be closed.
func (o Options) held(a Action, g *gap, is issue, p parts, by string) Action {
	switch {
	case a.mark.state == markClosed && !is.closed():
		a.Do, a.Why = Left, "it was opened again by hand; evidence shows that the gap is closed"
		return a
	case a.mark.state == markClosed && strings.Contains(p.own, closedWords):
		a.Do, a.Why = Unchanged, "closed"
		return a
	}
	if a.mark.state == markClosed {
		return o.rewritten(a, g, is, p, closing(g, by)) // sight was lost, and is back
	}
	a.Do, a.Why = Close, g.held
	a.mark.state, a.mark.turn = markClosed, a.mark.turn+1
	a.comment = fmt.Sprintf("**The gap is closed.** %s\n\nJudged by %s.", prose(g.held), code(by))
	if !is.closed() {
		a.change.State, a.change.StateReason = "closed", "completed"
	}
	return o.rewritten(a, g, is, p, closing(g, by))
}

// rewritten adds what differs of an issue's text, label of acceptance and assignee.
func (o Options) rewritten(a Action, g *gap, is issue, p parts, text string) Action {
	if g.item != nil {
		title := titleOf(g)
		written := digestOf(is.Title) == a.mark.title
		if is.Title != title && written {
			a.change.Title = title
		}
		if written {
			a.mark.title = digestOf(title)
		}
		o.assign(&a, g, is)
	}
	o.label(&a, g, is)
	own, fits := fitted(a.mark, text, p.room())
	if !fits {
		a.Do, a.Why, a.change, a.comment = Left, "what people wrote into it leaves no room for our part", change{}, ""
		return a
	}
	if body := p.with(own); !sameText(is.Body, body) {
		a.change.Body = &body
	}
	switch {
	case a.Do != "":
	case a.change.nothing():
		a.Do, a.Why = Unchanged, "as it is to be"
	default:
		a.Do, a.Why = Update, strings.Join(a.differs(p.marked), ", ")
	}
	return a
}

func (a Action) differs(marked bool) []string {
	var all []string
	if a.change.Title != "" {
		all = append(all, "title")
	}
	if a.change.Body != nil && marked {
		all = append(all, "description")
	}
	if a.change.Body != nil && !marked {
		all = append(all, "our part of the description is missing")
	}
	if a.change.Labels != nil {
		all = append(all, "label of acceptance")
	}
	if a.change.Assignees != nil {
		all = append(all, "assignee")
	}
	return all
}

// assign follows a change of owner, unless people assign the issue themselves.
func (o Options) assign(a *Action, g *gap, is issue) {
	want, was := o.Assignees[g.item.Owner], a.mark.assignee
	if want == was {
		return
	}
	var ours []string
	if was != "" {
		ours = []string{was}
	}
	if slices.EqualFunc(is.assignees(), ours, strings.EqualFold) {
		list := []string{}
		if want != "" {
			list = append(list, want)
		}
		a.change.Assignees = &list
	}
	a.mark.assignee = want
}

// label puts the label of acceptance, and takes it off if we put it.
func (o Options) label(a *Action, g *gap, is issue) {
	has := slices.ContainsFunc(is.labels(), func(l string) bool { return strings.EqualFold(l, o.AcceptedLabel) })
	switch {
	case g.accepted() && !a.mark.accepted:
		a.mark.accepted = true
		if !has {
			list := append(is.labels(), o.AcceptedLabel)
			a.change.Labels = &list
		}
	case !g.accepted() && a.mark.accepted:
		a.mark.accepted = false
		if has {
			list := slices.DeleteFunc(append([]string{}, is.labels()...), func(l string) bool { return strings.EqualFold(l, o.AcceptedLabel) })
			a.change.Labels = &list
		}
	}
}

// wanted says whether a gap without an issue gets one, and if not why.
func (o Options) wanted(g *gap) (bool, string) {
	i := g.item
	switch {
	case !g.open():
		return false, ""
	case i.Severity < o.MinSeverity:
		return false, ""
	case len(o.Owners) > 0 && !slices.Contains(o.Owners, i.Owner):
		return false, ""
	}
	return true, string(i.Status) + ", " + i.Severity.String()
}

// created is a new issue.
func (o Options) created(g *gap, why string) Action {
	title := titleOf(g)
	m := mark{store: o.Store, gap: g.id, title: digestOf(title), assignee: o.Assignees[g.item.Owner], state: markOpen}
	own, _ := fitted(m, describe(g), mostBody)
	a := Action{Gap: g.id, Do: Create, Why: why, mark: m}
	labels := append([]string{o.Label}, o.Labels...)
	a.change = change{Title: title, Body: &own, Labels: &labels}
	if m.assignee != "" {
		a.change.Assignees = &[]string{m.assignee}
	}
	return a
}

// compareGaps puts the gravest first, then what is due first.
func compareGaps(a, b *soc2.PlanItem) int {
	if a.Severity != b.Severity {
		return int(b.Severity) - int(a.Severity)
	}
	if c := a.Due.Compare(b.Due); c != 0 {
		return c
	}
	return strings.Compare(a.Gap, b.Gap)
}
