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

// Review is an access review as the log has it.
type Review struct {
	Name    string
	ID      string // of the record that began it
	At      time.Time
	By      evidence.Actor
	Start   ReviewStart
	Closed  *ReviewEnd
	decided map[string][]ReviewWord
	// Same says whether two names are one person's, where more is known of people
	// than their names; nil: SamePerson.
	Same func(a, b string) bool
}

// ReviewWord is a decision with who made it and when.
type ReviewWord struct {
	ReviewDecision
	Record string // id
	By     evidence.Actor
	At     time.Time
}

// ReviewEnd is how a review ended.
type ReviewEnd struct {
	ReviewClosing
	Record string
	By     evidence.Actor
	At     time.Time
}

// Reviews are all access reviews, in the order in which they began.
type Reviews []*Review

// ReadReviews puts records of access reviews together, oldest first. What cannot be
// read, and what was recorded against the rules, counts for nothing and is told.
func ReadReviews(records []Recorded, same func(a, b string) bool) (all Reviews, problems []error) {
	for _, r := range records {
		if err := all.take(r, same); err != nil {
			problems = append(problems, err)
		}
	}
	return all, problems
}

// Named finds a review.
func (all Reviews) Named(name string) (*Review, error) {
	var names []string
	for _, r := range all {
		if r.Name == name {
			return r, nil
		}
		names = append(names, r.Name)
	}
	if len(names) == 0 {
		return nil, errors.New("no access review was ever started: `controlwatch review start` starts one")
	}
	return nil, fmt.Errorf("there is no access review %q: there is %s", name, strings.Join(names, ", "))
}

func (all *Reviews) take(r Recorded, same func(a, b string) bool) error {
	wrong := func(err error) error {
		return fmt.Errorf("record %s of the access review %q does not count: %w", r.ID, r.Subject, err)
	}
	var kind struct {
		Step string `json:"step"`
	}
	if err := json.Unmarshal(r.Body, &kind); err != nil {
		return wrong(err)
	}
	review, err := all.Named(r.Subject)
	if kind.Step == ReviewStarted {
		if err == nil {
			return wrong(fmt.Errorf("%s began one of that name", review.ID))
		}
		review = &Review{Name: r.Subject, ID: r.ID, At: r.At, By: r.By, decided: map[string][]ReviewWord{}, Same: same}
		if err := r.Decode(&review.Start); err != nil {
			return wrong(err)
		}
		if err := review.Start.valid(); err != nil {
			return wrong(err)
		}
		*all = append(*all, review)
		return nil
	}
	if err != nil {
		return wrong(err)
	}
	switch kind.Step {
	case ReviewDecisions:
		var d ReviewDecided
		if err := r.Decode(&d); err != nil {
			return wrong(err)
		}
		if err := review.Refusal(r.By.Name, d.Items); err != nil {
			return wrong(err)
		}
		for _, item := range d.Items {
			review.decided[item.Item] = append(review.decided[item.Item], ReviewWord{item, r.ID, r.By, r.At})
		}
		return nil
	case ReviewClosed:
		end := ReviewEnd{Record: r.ID, By: r.By, At: r.At}
		if err := r.Decode(&end.ReviewClosing); err != nil {
			return wrong(err)
		}
		if review.Closed != nil {
			return wrong(fmt.Errorf("%s closed it", review.Closed.Record))
		}
		if left := review.Undecided(); !slices.Equal(left, end.Undecided) && len(left)+len(end.Undecided) > 0 {
			return wrong(fmt.Errorf("it says that %d items are undecided, and %d are", len(end.Undecided), len(left)))
		}
		review.Closed = &end
		return nil
	}
	return wrong(fmt.Errorf("%q is no step of a review", kind.Step))
}

func (s *ReviewStart) valid() error {
	seen := map[string]bool{}
	for i := range s.Items {
		key := s.Items[i].Key
		if key == "" || seen[key] {
			return fmt.Errorf("the item %q has no key of its own", key)
		}
		seen[key] = true
	}
	switch {
	case s.Count != len(s.Items):
		return fmt.Errorf("it says %d items and has %d", s.Count, len(s.Items))
	case s.Digest != populationOf(s.Items):
		return errors.New("the digest of its population is of another one")
	case len(s.Reviewers) == 0:
		return errors.New("it names no reviewer")
	case s.Days < 1:
		return errors.New("it says no days within which something must be revoked")
	}
	return nil
}

// Word is the decision on an item that counts, the newest; false: nobody decided.
func (r *Review) Word(key string) (ReviewWord, bool) {
	if words := r.decided[key]; len(words) > 0 {
		return words[len(words)-1], true
	}
	return ReviewWord{}, false
}

// Earlier are the decisions that a newer one took the place of.
func (r *Review) Earlier(key string) []ReviewWord {
	if words := r.decided[key]; len(words) > 1 {
		return words[:len(words)-1]
	}
	return nil
}

// Undecided are the keys of items that nobody decided on.
func (r *Review) Undecided() []string {
	left := []string{}
	for i := range r.Start.Items {
		if _, decided := r.Word(r.Start.Items[i].Key); !decided {
			left = append(left, r.Start.Items[i].Key)
		}
	}
	return left
}

// Barred says why a person can decide nothing; nil: they can.
func (r *Review) Barred(by string) error {
	switch {
	case r.Closed != nil:
		return fmt.Errorf("the review was closed by %s on %s", r.Closed.By.Name, r.Closed.At.UTC().Format(time.RFC3339))
	case !slices.ContainsFunc(r.Start.Reviewers, func(name string) bool { return r.one(by, name) }):
		return fmt.Errorf("%s is no reviewer of it: those are %s", by, strings.Join(r.Start.Reviewers, ", "))
	}
	return nil
}

// Refusal says why a person cannot decide so; nil: they can. With anything wrong
// nothing counts.
func (r *Review) Refusal(by string, decisions []ReviewDecision) error {
	if err := r.Barred(by); err != nil {
		return err
	}
	if len(decisions) == 0 {
		return errors.New("it decides nothing: write keep, revoke or change into the column decision")
	}
	items := make(map[string]*AccessRow, len(r.Start.Items))
	for i := range r.Start.Items {
		items[r.Start.Items[i].Key] = &r.Start.Items[i]
	}
	var errs []error
	seen := map[string]bool{}
	for _, d := range decisions {
		item := items[d.Item]
		switch {
		case item == nil:
			errs = append(errs, fmt.Errorf("the review has no item %q", d.Item))
		case seen[d.Item]:
			errs = append(errs, fmt.Errorf("it decides twice on %s", d.Item))
		case d.Context != item.Context():
			errs = append(errs, fmt.Errorf("what it decides on is not what the review has of %s", d.Item))
		case !slices.Contains(ReviewWords, d.Decision):
			errs = append(errs, fmt.Errorf("%q is no decision on %s: expected %s", d.Decision, d.Item, strings.Join(ReviewWords, ", ")))
		case r.own(by, item):
			errs = append(errs, fmt.Errorf("%s cannot decide on access of their own: %s (%s to %s)", by, d.Item, item.Login.Label(), item.Target))
		}
		seen[d.Item] = true
	}
	if more := len(errs) - mostRefusals; more > 0 {
		errs = append(errs[:mostRefusals:mostRefusals], fmt.Errorf("and %d more", more))
	}
	return errors.Join(errs...)
}

// mostRefusals bounds how many of the reasons are told.
const mostRefusals = 20

// own says whether access is the reviewer's, by every name that is known of whose it is.
func (r *Review) own(by string, item *AccessRow) bool {
	names := []string{item.Login.Name, item.Login.ID}
	if item.Person != nil {
		names = append(names, strings.Split(*item.Person, ", ")...)
	}
	return slices.ContainsFunc(names, func(name string) bool { return name != "" && r.one(by, name) })
}

func (r *Review) one(a, b string) bool { return SamePerson(a, b) || r.Same != nil && r.Same(a, b) }

// News are the decisions that do not stand already.
func (r *Review) News(decisions []ReviewDecision) []ReviewDecision {
	var out []ReviewDecision
	for _, d := range decisions {
		if w, decided := r.Word(d.Item); !decided || w.ReviewDecision != d {
			out = append(out, d)
		}
	}
	return out
}

// AsOf is the review as it was at a time.
func (r *Review) AsOf(at time.Time) *Review {
	then := *r
	then.decided = map[string][]ReviewWord{}
	for key, words := range r.decided {
		for _, w := range words {
			if !w.At.After(at) {
				then.decided[key] = append(then.decided[key], w)
			}
		}
	}
	if then.Closed != nil && then.Closed.At.After(at) {
		then.Closed = nil
	}
	return &then
}
