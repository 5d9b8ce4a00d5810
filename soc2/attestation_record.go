package soc2

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// EntryAttestation is the kind of entry that holds an attestation: its subject is
// what AttestationSubject gives, its actor whoever performed the control.
const EntryAttestation = "attestation"

// AttestationSubject is what an attestation is about. A newer one about the same
// takes its place.
func AttestationSubject(control, system string) string {
	if system == "" {
		return control
	}
	return control + "/" + system
}

// AttestationBody is an attestation as it is recorded. When it was performed and what
// it covers are moments, made of dates in the zone of whoever recorded it.
type AttestationBody struct {
	Control     string          `json:"control"`
	System      string          `json:"system,omitempty"`
	Result      string          `json:"result"`
	PerformedAt time.Time       `json:"performed_at"`
	CoversFrom  time.Time       `json:"covers_from"`
	CoversTo    time.Time       `json:"covers_to"` // beginning of the last day
	Population  *int            `json:"population,omitempty"`
	Tested      *int            `json:"tested,omitempty"`
	Deviations  *int            `json:"deviations,omitempty"`
	Note        string          `json:"note,omitempty"`
	ReviewedBy  string          `json:"reviewed_by,omitempty"` // a name only; who signs it off proves more
	Files       []evidence.File `json:"files"`
}

// RecordedAttestation is one of the log.
type RecordedAttestation struct {
	ID string
	At time.Time
	By evidence.Actor
	AttestationBody
}

// ReadAttestation reads one back. Nobody promises that it is well formed: the log
// says that it was not altered, not that it makes sense.
func ReadAttestation(r Recorded) (RecordedAttestation, error) {
	a := RecordedAttestation{ID: r.ID, At: r.At, By: r.By}
	err := r.Decode(&a.AttestationBody)
	if err == nil {
		err = a.Check(r.At)
	}
	if subject := AttestationSubject(a.Control, a.System); err == nil && r.Subject != subject {
		err = fmt.Errorf("it is recorded as of %q and speaks of %q", r.Subject, subject)
	}
	if err == nil && strings.TrimSpace(r.By.Name) == "" {
		err = errors.New("it does not say who performed it")
	}
	if err != nil {
		return RecordedAttestation{}, fmt.Errorf("attestation %s cannot be used: %w", r.ID, err)
	}
	return a, nil
}

// As is the attestation as evidence, with what others said of it.
func (a RecordedAttestation) As(all []SignOff) evidence.Attestation {
	out := evidence.Attestation{
		Control: a.Control, Result: a.Result, PerformedAt: a.PerformedAt.UTC(), PerformedBy: a.By.Name, ReviewedBy: a.ReviewedBy,
		CoversFrom: a.CoversFrom.UTC(), CoversTo: a.CoversTo.UTC(), System: a.System, Note: a.Note, Files: append([]evidence.File{}, a.Files...),
		Population: a.Population, Tested: a.Tested, Deviations: a.Deviations, Record: a.ID, Identity: a.By.Identity,
	}
	by, no := standing(a.ID, a.By.Name, all)
	if by != "" {
		out.ReviewedBy = by
	}
	out.Refused = no
	return out
}

// standing is who signed a record off, and who did not. The last word of each person
// counts; nobody's word on their own record does.
func standing(of, author string, all []SignOff) (yes, no string) {
	last := map[string]SignOff{}
	var order []string
	for _, s := range all {
		who := foldName(s.By.Name)
		if s.Of != of || !s.By.Person() || who == "" || SamePerson(who, author) {
			continue
		}
		if _, known := last[who]; !known {
			order = append(order, who)
		}
		last[who] = s
	}
	for _, who := range order {
		s := last[who]
		switch {
		case s.Yes && yes == "":
			yes = s.By.Name
		case !s.Yes && no == "":
			no = strings.TrimSuffix(s.By.Name+": "+s.Note, ": ")
		}
	}
	return yes, no
}
