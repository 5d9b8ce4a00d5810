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

// EntrySignOff is the kind of record that holds a SignOff. Its subject is the id of
// the record that it is about, of whatever kind.
const EntrySignOff = "sign-off"

// SignOff is another person's yes or no to what somebody recorded. One person
// never requests and approves.
type SignOff struct {
	ID   string // of its record
	Of   string // id of the record that it is about
	Yes  bool
	By   evidence.Actor
	At   time.Time
	Note string
}

// signOffBody is what its record says. Without a word nothing is said: it is no zero
// value that approves or refuses.
type signOffBody struct {
	Yes  *bool  `json:"yes"`
	Note string `json:"note,omitempty"`
}

// Body is what is recorded of it; who, when and of what stands beside that.
func (o SignOff) Body() (json.RawMessage, error) {
	return json.Marshal(signOffBody{&o.Yes, o.Note})
}

// ReadSignOff reads one as it was recorded.
func ReadSignOff(r Recorded) (SignOff, error) {
	var body signOffBody
	if err := r.Decode(&body); err != nil {
		return SignOff{}, err
	}
	if body.Yes == nil {
		return SignOff{}, fmt.Errorf("%s %s: it says neither yes nor no", r.Kind, r.ID)
	}
	return SignOff{ID: r.ID, Of: r.Subject, Yes: *body.Yes, By: r.By, At: r.At, Note: body.Note}, nil
}

// Consent is how a record stands that needs another person's word.
type Consent string

// The consents. Only Approved puts anything in force.
const (
	Requested Consent = "requested" // nobody else has said a word yet
	Approved  Consent = "approved"
	Refused   Consent = "refused"
)

// SignOffs are all that were recorded, oldest first.
type SignOffs struct {
	all map[string][]SignOff
	// Same says whether two names are one person's, where more is known of people
	// than their names; nil: SamePerson.
	Same func(a, b string) bool
}

// Add takes the next one.
func (s *SignOffs) Add(o SignOff) {
	if s.all == nil {
		s.all = map[string][]SignOff{}
	}
	s.all[o.Of] = append(s.all[o.Of], o)
}

// Of says how a record stood at a time, and by whose word. The first word of another
// person than those who asked for it counts; what they say of it themselves never does.
// Before its sign-off a record is requested and nothing more.
func (s SignOffs) Of(record string, at time.Time, askedBy ...string) (Consent, SignOff) {
	for _, o := range s.all[record] {
		if o.At.After(at) || !o.By.Person() || s.one(o.By.Name, askedBy) {
			continue
		}
		if o.Yes {
			return Approved, o
		}
		return Refused, o
	}
	return Requested, SignOff{}
}

func (s SignOffs) one(name string, others []string) bool {
	for _, other := range others {
		if SamePerson(name, other) || s.Same != nil && s.Same(name, other) {
			return true
		}
	}
	return false
}

// NeedSignOff are the kinds of records that are requests until another person says yes.
// Of adoptions only those that decline are: the others never take a control away.
var NeedSignOff = []string{
	EntryDecision, EntryAdoption, "attestation", "walkthrough", "plan", "plan-change", "review",
}

// Refusal says why a person cannot sign a record off; nil: they can.
func (s SignOffs) Refusal(r Recorded, by string, at time.Time) error {
	switch consent, o := s.Of(r.ID, at, r.By.Name); {
	case !slices.Contains(NeedSignOff, r.Kind):
		return fmt.Errorf("nobody signs off %s, of the kind %s: what takes a sign-off is %s", r.ID, r.Kind, strings.Join(NeedSignOff, ", "))
	case r.Kind == EntryAdoption && !r.declines():
		return fmt.Errorf("%s declines nothing: to adopt a control, or to make it advisory, takes one person", r.ID)
	case consent != Requested:
		return fmt.Errorf("%s was %s already, by %s on %s: what is decided is not decided again; record a new one", r.ID, consent, o.By.Name, o.At.UTC().Format(time.RFC3339))
	case strings.TrimSpace(by) == "":
		return errors.New("it does not say who signs it off")
	case s.one(by, []string{r.By.Name}):
		return fmt.Errorf("%s was recorded by %s: one person cannot ask for something and approve it; another must approve", r.ID, r.By.Name)
	}
	return nil
}
