package soc2

import (
	"strings"
	"time"
)

// adoptedWithin are the controls that were adopted at any time of a window up to when
// it is told. A control that was declined on the last day is still told of: what it
// did until then is the period's.
func adoptedWithin(ev PeriodEvidence, window Interval) map[string]bool {
	until := ev.Until
	if window.To.Before(until) {
		until = window.To.Add(-time.Microsecond)
	}
	moments := []time.Time{window.From}
	for _, k := range ev.Adoptions {
		for _, at := range []time.Time{k.AskedAt, k.SignOff.At} {
			if at.After(window.From) && !at.After(until) {
				moments = append(moments, at)
			}
		}
	}
	// Type I is the state of one day: what is adopted at its end, or was on it.
	moments = append(moments, until)
	within := map[string]bool{}
	for _, at := range moments {
		for _, a := range AdoptionsAt(ev.Adoptions, at) {
			if a.State == Adopted {
				within[a.Control] = true
			}
		}
	}
	for _, own := range ev.Company.Controls {
		if !within[own.ID] {
			continue
		}
		for _, control := range own.Controls { // what shows that it holds is told with it
			within[control] = true
		}
	}
	return within
}

// unlinked are the company's own controls that were adopted and that nothing shows.
func unlinked(ev PeriodEvidence, within map[string]bool) []CompanyControl {
	var out []CompanyControl
	for _, own := range ev.Company.Controls {
		if within[own.ID] && len(own.Controls) == 0 {
			out = append(out, own)
		}
	}
	return out
}

// adopt takes what the company did with the control by the time the period is told as
// of. Without a record it is as the last assessment knew it.
func (cp *ControlPeriod) adopt(ev PeriodEvidence) {
	cp.Own = ev.Company.Testing(cp.ID)
	for _, a := range AdoptionsAt(ev.Adoptions, ev.Until) {
		if a.Control == cp.ID {
			cp.Adoption = string(a.State)
			return
		}
	}
}

// Told are the controls that the period is told of: those adopted within it, and all
// of them where none was.
func (p Period) Told() []ControlPeriod {
	if !p.Adopting {
		return p.Controls
	}
	var out []ControlPeriod
	for _, c := range p.Controls {
		if c.Reported {
			out = append(out, c)
		}
	}
	return out
}

// NotAdopted are the others.
func (p Period) NotAdopted() []ControlPeriod {
	var out []ControlPeriod
	for _, c := range p.Controls {
		if p.Adopting && !c.Reported {
			out = append(out, c)
		}
	}
	return out
}

// Worded is the control in the company's wording; empty where none of its own is linked.
func (cp ControlPeriod) Worded() string { return OwnWording(cp.Own) }

// OwnWording puts the company's controls into one text: "AC-01: People sign in ...".
func OwnWording(own []CompanyControl) string {
	var out []string
	for _, o := range own {
		out = append(out, o.ID+": "+strings.Join(strings.Fields(o.Wording), " "))
	}
	return strings.Join(out, " · ")
}
