package soc2

import (
	"path"
	"slices"
	"strings"
	"time"
)

// DecisionProblem is what is wrong with a decision, and where.
type DecisionProblem struct{ Field, Text string }

// Problems says what is wrong with a decision as it is asked for; nil: nothing. The
// approver is another matter: nobody has approved it yet.
func (d Decision) Problems(cat Catalogue) []DecisionProblem {
	var all []DecisionProblem
	wrong := func(field, text string) { all = append(all, DecisionProblem{field, text}) }
	if strings.TrimSpace(d.Reason) == "" {
		wrong("reason", "is missing: say why this is no danger, or why it cannot be otherwise")
	}
	if Nobody(d.Requester) {
		wrong("requester", "is missing")
	}
	if d.Expires.IsZero() {
		wrong("expires", "is missing; a decision to live with a gap has an end, such as 2027-03-31")
	}
	switch {
	case d.Approver == "":
	case Nobody(d.Approver):
		wrong("approver", "names nobody")
	case SamePerson(d.Requester, d.Approver):
		wrong("approver", "must be another person than the requester")
	}
	controls := map[string]Control{}
	for _, c := range cat.Controls {
		controls[c.ID] = c
	}
	control, known := controls[d.Control]
	if d.Control != "" && !known {
		wrong("control", "there is no control \""+d.Control+"\"; see `controlwatch controls list`")
	}
	switch d.Kind {
	case Accept, Exclude:
		d.selecting(control, known, wrong)
	case Relax:
		switch _, has := control.Parameters[d.Parameter]; {
		case d.Control == "":
			wrong("control", "is missing: a parameter is a control's")
		case d.Parameter == "":
			wrong("parameter", "is missing: name the parameter and its value")
		case known && !has:
			wrong("parameter", "control "+d.Control+" has no parameter \""+d.Parameter+"\"")
		case d.Value == "":
			wrong("value", "is missing: what is decided is one value of the parameter")
		}
	case Skip:
		if d.Source == "" {
			wrong("source", "is missing: name the provider whose setting leaves something unread")
		}
		if d.Setting == "" {
			wrong("setting", "is missing: name the setting that leaves something unread")
		}
	case LeaveOut:
		switch {
		case d.Leaves == "":
			wrong("leaves_out", "is missing: name the Trust Services category or the system that is not in scope")
		case strings.EqualFold(d.Leaves, "Security"):
			wrong("leaves_out", "Security is part of every SOC 2 report")
		}
	default:
		wrong("kind", "expected acceptance, exclusion, relaxation, skip or scope")
	}
	for _, f := range d.foreign() {
		wrong(f, "says nothing in a decision of kind "+string(d.Kind))
	}
	return all
}

func (d Decision) selecting(control Control, known bool, wrong func(field, text string)) {
	if d.Control == "" && d.Select == (Selector{}) {
		wrong("control", "is missing: name a control, or select resources; a decision is never about everything")
	}
	if d.Check != "" {
		switch {
		case d.Control == "":
			wrong("check", "is of a control: name that too")
		case known && !control.has(d.Check):
			wrong("check", "control "+d.Control+" has no check \""+d.Check+"\"")
		}
	}
	for field, pattern := range map[string]string{"select.id": d.Select.ID, "select.name": d.Select.Name} {
		switch _, err := path.Match(pattern, ""); {
		case err != nil:
			wrong(field, "is no pattern: [ ] need a pair, and \\ something after it; it would pick nothing")
		case pattern != "" && strings.Trim(pattern, "*?") == "":
			wrong(field, "matches everything: leave it out to decide on a whole control")
		}
	}
}

func (c Control) has(check string) bool {
	return slices.ContainsFunc(c.Checks, func(k Check) bool { return k.ID == check }) || c.AttestationAsked != nil && check == AttestationCheck
}

// foreign are fields that are given and that the decision's kind does not read: what
// somebody meant by them would be lost.
func (d Decision) foreign() []string {
	selects := d.Kind == Accept || d.Kind == Exclude
	var out []string
	for _, f := range []struct {
		name        string
		given, read bool
	}{
		{"control", d.Control != "", selects || d.Kind == Relax},
		{"check", d.Check != "", selects},
		{"resource", d.Resource != ResourceKey{}, selects},
		{"select", d.Select != Selector{}, selects},
		{"parameter", d.Parameter != "", d.Kind == Relax},
		{"value", d.Value != "", d.Kind == Relax || d.Kind == Skip},
		{"source", d.Source != "", d.Kind == Skip},
		{"setting", d.Setting != "", d.Kind == Skip},
		{"leaves_out", d.Leaves != "", d.Kind == LeaveOut},
	} {
		if f.given && !f.read && slices.Contains(DecisionKinds, d.Kind) {
			out = append(out, f.name)
		}
	}
	return out
}

// ExpiredAlready is the problem of a decision that is asked for when it is over.
func (d Decision) ExpiredAlready(now time.Time) bool {
	return !d.Expires.IsZero() && !now.Before(d.Expires)
}
