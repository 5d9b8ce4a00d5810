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

// Kinds of records about decisions. A decision is asked for by one person and in
// force from the sign-off of another; anybody can withdraw it, which only ever
// widens what is reported.
const (
	EntryDecision          = "decision"
	EntryDecisionWithdrawn = "decision-withdrawn" // subject: the id of the decision
)

// KnownDecision is a decision with where it is from and what became of it.
type KnownDecision struct {
	Decision
	Recorded   bool           // by command; else the configuration holds it
	AskedAt    time.Time      // zero: configured
	AskedBy    evidence.Actor // of a recorded one
	Consent    Consent
	SignOff    SignOff // the word that was said; its ID is empty without one
	EndedBy    evidence.Actor
	EndedWhy   string
	Unreadable string // why it cannot be read: it is not in force
}

// Configured are decisions that the configuration holds: they came in by whatever
// reviews its changes, which is their approval.
func Configured(all []Decision) []KnownDecision {
	out := make([]KnownDecision, 0, len(all))
	for _, d := range all {
		if d.ApprovedAs == "" {
			d.ApprovedAs = NamedInConfiguration
		}
		out = append(out, KnownDecision{Decision: d, Consent: Approved})
	}
	return out
}

// Body is what is recorded of a decision that is asked for.
func (d Decision) Body() (json.RawMessage, error) {
	d.ID, d.Approver, d.ApprovedAs, d.From, d.Withdrawn = "", "", "", time.Time{}, time.Time{}
	d.Expires = d.Expires.UTC()
	return json.Marshal(d)
}

// withdrawal is what is recorded when a decision is withdrawn.
type withdrawal struct {
	Reason string `json:"reason"`
}

// WithdrawalBody is what is recorded when a decision is withdrawn.
func WithdrawalBody(reason string) (json.RawMessage, error) { return json.Marshal(withdrawal{reason}) }

// ReadDecisions reads decisions from their records, as they stood at a time: what was
// recorded later is not known yet. Records of other kinds are passed over. One that
// cannot be read is given too, and is not in force; so does a withdrawal that cannot be
// read end what it is about.
func ReadDecisions(records []Recorded, signOffs SignOffs, at time.Time) []KnownDecision {
	var all []KnownDecision
	for _, r := range records {
		if r.At.After(at) {
			continue
		}
		switch r.Kind {
		case EntryDecision:
			all = append(all, readDecision(r, signOffs, at))
		case EntryDecisionWithdrawn:
			i := slices.IndexFunc(all, func(k KnownDecision) bool { return k.ID == r.Subject })
			if i < 0 || !all[i].Withdrawn.IsZero() {
				continue
			}
			var body withdrawal
			if err := r.Decode(&body); err != nil {
				body.Reason = err.Error()
			}
			all[i].Withdrawn, all[i].EndedBy, all[i].EndedWhy = r.At, r.By, body.Reason
		}
	}
	return all
}

func readDecision(r Recorded, signOffs SignOffs, at time.Time) KnownDecision {
	k := KnownDecision{Recorded: true, AskedAt: r.At, AskedBy: r.By, Consent: Requested}
	err := r.Decode(&k.Decision)
	if err == nil {
		err = k.recordedAs(r)
	}
	if err != nil {
		k.Decision = Decision{ID: r.ID, Requester: r.By.Name}
		k.Unreadable = err.Error()
		return k
	}
	k.ID = r.ID
	var o SignOff
	if k.Consent, o = signOffs.Of(r.ID, at, k.Requester, r.By.Name); k.Consent != Requested {
		k.SignOff = o
	}
	if k.Consent == Approved {
		k.Approver, k.ApprovedAs, k.From = o.By.Name, o.By.String(), o.At
	}
	return k
}

// recordedAs refuses a request that grants itself something, or that does not say
// what every decision must.
func (d Decision) recordedAs(r Recorded) error {
	switch {
	case d.ID != "" || d.Approver != "" || d.ApprovedAs != "" || !d.From.IsZero() || !d.Withdrawn.IsZero():
		return fmt.Errorf("%s %s approves itself: that is not its to say", r.Kind, r.ID)
	case !SamePerson(d.Requester, r.By.Name):
		return fmt.Errorf("%s %s names %q as who asks for it, and was recorded by %q", r.Kind, r.ID, d.Requester, r.By.Name)
	}
	var wrong []string
	for _, p := range d.Problems(Catalogue{}) {
		if p.Field != "control" || !strings.HasPrefix(p.Text, "there is no") { // the catalogue may have lost it since
			wrong = append(wrong, p.Field+" "+p.Text)
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%s %s: %w", r.Kind, r.ID, errors.New(strings.Join(wrong, "; ")))
	}
	return nil
}

// Decisions are the decisions of known ones, in their order.
func Decisions(known []KnownDecision) []Decision {
	out := make([]Decision, len(known))
	for i, k := range known {
		out[i] = k.Decision
	}
	return out
}
