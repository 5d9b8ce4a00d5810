package soc2

import "slices"

// adoptions is what the company does with each control. A decision to decline
// counts only with another person's approval and a reason: it narrows what is promised.
type adoptions struct {
	by       map[string]Adoption // newest that counts, by control
	byRest   map[string]bool     // controls of the catalogue that an adopted control of the company rests on
	anything bool                // something was adopted
}

func adoptionsOf(in *GapInputs) adoptions {
	a := adoptions{by: map[string]Adoption{}, byRest: map[string]bool{}}
	for _, one := range in.Adoptions {
		if one.State == Declined && !one.approved() {
			continue
		}
		if was, ok := a.by[one.Control]; !ok || !one.At.Before(was.At) {
			a.by[one.Control] = one
		}
	}
	for _, one := range a.by {
		a.anything = a.anything || one.State == Adopted
	}
	for _, c := range in.Company {
		if a.by[c.ID].State == Adopted {
			for _, id := range c.Controls {
				a.byRest[id] = true
			}
		}
	}
	return a
}

func (a Adoption) approved() bool {
	return a.Reason != "" && a.Approver.Name != "" && !SamePerson(a.By.Name, a.Approver.Name)
}

// of is the word for what is done with a control.
func (a adoptions) of(control string) string {
	if one, ok := a.by[control]; ok {
		return string(one.State)
	}
	if a.byRest[control] {
		return string(Adopted)
	}
	return Proposed
}

// counts says whether a control is among those the company goes by: the adopted
// ones, and while nobody adopted anything the proposed ones.
func (a adoptions) counts(control string) bool {
	state := a.of(control)
	return state == string(Adopted) || !a.anything && state == Proposed
}

// bearing are the controls that count and bear on a criterion, of the catalogue
// and of the company; declined those that would.
func (a adoptions) bearing(in *GapInputs, criterion string) (counting, declined []string) {
	add := func(id string) {
		switch {
		case a.counts(id):
			counting = append(counting, id)
		case a.of(id) == string(Declined):
			declined = append(declined, id)
		}
	}
	for _, c := range in.Catalogue.Controls {
		if slices.ContainsFunc(c.Criteria, func(m Mapping) bool { return m.ID == criterion }) {
			add(c.ID)
		}
	}
	for _, c := range in.Company {
		if slices.Contains(c.Criteria, criterion) {
			add(c.ID)
		}
	}
	return counting, declined
}
