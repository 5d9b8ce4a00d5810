package soc2

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// KnownAdoption is a record that adopts, advises or declines controls, and what became
// of it.
type KnownAdoption struct {
	ID         string
	Controls   []string // ids of the catalogue, or the company's own
	State      AdoptionState
	Reason     string
	By         evidence.Actor
	AskedAt    time.Time
	Consent    Consent // of one that declines; the others need none
	SignOff    SignOff // the word that was said; its ID is empty without one
	Unreadable string  // why it cannot be read: it is not in force
}

// adoptionBody is what its record says.
type adoptionBody struct {
	State    AdoptionState `json:"state"`
	Controls []string      `json:"controls"`
	Reason   string        `json:"reason,omitempty"`
}

// AdoptionBody is what is recorded of it.
func AdoptionBody(state AdoptionState, reason string, controls ...string) (json.RawMessage, error) {
	body := adoptionBody{State: state, Controls: controls, Reason: strings.TrimSpace(reason)}
	if err := body.wrong(); err != nil {
		return nil, err
	}
	return json.Marshal(body)
}

func (b adoptionBody) wrong() error {
	switch {
	case len(b.Controls) == 0 || slices.Contains(b.Controls, ""):
		return errors.New("it names no control")
	case !slices.Contains([]AdoptionState{Adopted, Advisory, Declined}, b.State):
		return fmt.Errorf("%q is nothing a company does with a control; expected adopted, advisory or declined", b.State)
	case b.State == Declined && strings.TrimSpace(b.Reason) == "":
		return errors.New("the reason is missing: a control is never declined without one")
	}
	return nil
}

// declines says whether a record would take controls away. One that cannot be read
// might.
func (r Recorded) declines() bool {
	var body adoptionBody
	return r.Decode(&body) != nil || body.State == Declined
}

// ReadAdoptions reads them from their records as they stood at a time, oldest first.
// Records of other kinds are passed over. One that cannot be read is given too.
func ReadAdoptions(records []Recorded, signOffs SignOffs, at time.Time) []KnownAdoption {
	var all []KnownAdoption
	for _, r := range records {
		if r.Kind != EntryAdoption || r.At.After(at) {
			continue
		}
		k := KnownAdoption{ID: r.ID, By: r.By, AskedAt: r.At}
		var body adoptionBody
		err := r.Decode(&body)
		if err == nil {
			if wrong := body.wrong(); wrong != nil {
				err = fmt.Errorf("%s %s: %w", r.Kind, r.ID, wrong)
			}
		}
		if err != nil {
			k.Unreadable, k.Consent = err.Error(), Requested
			all = append(all, k)
			continue
		}
		k.Controls, k.State, k.Reason, k.Consent = body.Controls, body.State, body.Reason, Approved
		if k.State == Declined {
			if consent, o := signOffs.Of(r.ID, at, r.By.Name); consent != Requested {
				k.Consent, k.SignOff = consent, o
			} else {
				k.Consent = Requested
			}
		}
		all = append(all, k)
	}
	return all
}

// From is when it came into force; false: it never did.
func (k KnownAdoption) From() (time.Time, bool) {
	switch {
	case k.Unreadable != "" || k.Consent != Approved:
		return time.Time{}, false
	case k.State == Declined:
		return k.SignOff.At, true
	}
	return k.AskedAt, true
}

// InForce says whether it counts at a time.
func (k KnownAdoption) InForce(at time.Time) bool {
	from, ever := k.From()
	return ever && !from.After(at)
}

// AdoptionsAt are those in force at a time, one for each control that anybody decided
// on, in the order of their ids. The newest record that is in force counts: a decline
// that nobody approved changes nothing, and one that was overtaken by another record
// before its sign-off came comes to nothing. After a record that cannot be read no
// older decline counts, because nobody can say that it did not end it.
func AdoptionsAt(known []KnownAdoption, at time.Time) []Adoption {
	found := map[string]bool{}
	unreadable := false
	var all []Adoption
	for _, k := range slices.Backward(known) {
		if k.AskedAt.After(at) {
			continue
		}
		unreadable = unreadable || k.Unreadable != ""
		if !k.InForce(at) || k.State == Declined && unreadable {
			continue
		}
		from, _ := k.From()
		for _, control := range k.Controls {
			if !found[control] {
				found[control] = true
				all = append(all, Adoption{ID: k.ID, Control: control, State: k.State, Reason: k.Reason, By: k.By, Approver: k.SignOff.By, At: from})
			}
		}
	}
	slices.SortFunc(all, func(a, b Adoption) int { return strings.Compare(a.Control, b.Control) })
	return all
}

// JudgedBy are those of controls that a catalogue has, as far as they bear on an
// assessment: who decided and why is in their records, where it can be erased.
func JudgedBy(all []Adoption, cat Catalogue) []Adoption {
	var out []Adoption
	for _, a := range all {
		if slices.ContainsFunc(cat.Controls, func(c Control) bool { return c.ID == a.Control }) {
			out = append(out, Adoption{ID: a.ID, Control: a.Control, State: a.State, At: a.At.UTC()})
		}
	}
	return out
}

// Declined says that the company does not have the control, by a reason that another
// person approved.
func (r ControlResult) Declined() bool { return r.Adoption == string(Declined) }

// ReliedOn says whether a criterion can hold by the control.
func (r ControlResult) ReliedOn() bool {
	return !r.NotYet && r.Adoption != string(Advisory) && !r.Declined()
}

// LeftBare are the criteria for which no control would be left that is not declined,
// though there is one in the catalogue.
func LeftBare(cat Catalogue, declined func(control string) bool) []string {
	var bare []string
	for _, criterion := range cat.Criteria {
		has, left := false, false
		for _, c := range cat.Controls {
			if slices.ContainsFunc(c.Criteria, func(m Mapping) bool { return m.ID == criterion.ID }) {
				has, left = true, left || !declined(c.ID)
			}
		}
		if has && !left {
			bare = append(bare, criterion.ID)
		}
	}
	return bare
}

// tellDeclined says of a criterion which of its controls the company declined.
func (t *Tally) tellDeclined(r *CriterionResult) {
	var declined []string
	for _, id := range r.Controls {
		if t.controls[id].Declined() {
			declined = append(declined, id)
		}
	}
	if len(declined) == 0 {
		return
	}
	told := "Declined by the company: " + strings.Join(declined, ", ") + "."
	if len(declined) == len(r.Controls) {
		told = "Every control of it is declined by the company, so nothing here shows that it is met: " + strings.Join(declined, ", ") + "."
	}
	r.Residual = strings.TrimSpace(r.Residual + " " + told)
}
