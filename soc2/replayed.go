package soc2

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Record is the kind of thing that an assessment kept.
type Record string

// What is compared when an assessment is made again, in the order in which a
// difference is looked for: the first is the nearest to its cause.
const (
	RecordEvidence  Record = "evidence"  // what it judged cannot be read
	RecordBasis     Record = "basis"     // what it was made of is not what its judge names
	RecordFeeds     Record = "feeds"     // what was planned and pulled
	RecordFinding   Record = "finding"   // a verdict, or what is remembered of it
	RecordDrift     Record = "drift"     // what was noted as changed
	RecordControl   Record = "control"   // state and counters
	RecordCriterion Record = "criterion" // state
	RecordTotal     Record = "total"     // findings by outcome
)

// Difference is one thing that comes out otherwise when an assessment is made again.
type Difference struct {
	Assessment string            `json:"assessment"`
	At         time.Time         `json:"at"` // of the assessment
	Record     Record            `json:"record"`
	Control    string            `json:"control,omitempty"`
	Check      string            `json:"check,omitempty"`
	Resource   evidence.Resource `json:"resource,omitzero"`
	Subject    string            `json:"subject,omitempty"` // what else it is about: a criterion, an outcome, a feed
	Stored     string            `json:"stored"`
	Replayed   string            `json:"replayed"`
	Outcome    *[2]Outcome       `json:"outcome,omitempty"` // stored and replayed, where the verdict itself differs
}

// String is one line for people.
func (d Difference) String() string {
	about := []string{string(d.Record)}
	if d.Control != "" {
		about = append(about, strings.TrimSuffix(d.Control+"/"+d.Check, "/"))
	}
	if d.Subject != "" {
		about = append(about, d.Subject)
	}
	if d.Resource.ID != "" {
		about = append(about, fmt.Sprintf("on %s %s (%s)", d.Resource.Type, d.Resource.Label(), d.Resource.ID))
	}
	return fmt.Sprintf("%s of %s: %s: stored %s, replayed %s", d.Assessment, d.At.UTC().Format(time.RFC3339), strings.Join(about, " "), d.Stored, d.Replayed)
}

const nothing = "nothing"

// CompareStates compares what is remembered of one resource. Either may be empty.
func CompareStates(stored, replayed Remembered) (all []Difference) {
	r := stored.Resource
	if len(replayed.States) > 0 {
		r = replayed.Resource
	}
	differ := func(key FindingKey, was, is string, outcome *[2]Outcome) {
		all = append(all, Difference{Record: RecordFinding, Control: key.Control, Check: key.Check, Resource: r, Stored: was, Replayed: is, Outcome: outcome})
	}
	was, is := stored.States, replayed.States
	if len(was) > 0 && len(is) > 0 && (stored.Resource.Type != replayed.Resource.Type || stored.Resource.Name != replayed.Resource.Name) {
		differ(FindingKey{}, "called "+stored.Resource.Type+" "+stored.Resource.Name, "called "+replayed.Resource.Type+" "+replayed.Resource.Name, nil)
	}
	for len(was) > 0 || len(is) > 0 {
		var c int
		switch {
		case len(was) == 0:
			c = 1
		case len(is) == 0:
			c = -1
		default:
			c = compareCheck(was[0].Key, is[0].Key)
		}
		switch {
		case c < 0:
			differ(was[0].Key, was[0].Outcome.String(), nothing, nil)
			was = was[1:]
		case c > 0:
			differ(is[0].Key, nothing, is[0].Outcome.String(), nil)
			is = is[1:]
		default:
			if a, b := sayState(&was[0], &is[0]); a != b {
				var outcome *[2]Outcome
				if was[0].Outcome != is[0].Outcome {
					outcome = &[2]Outcome{was[0].Outcome, is[0].Outcome}
				}
				differ(was[0].Key, a, b, outcome)
			}
			was, is = was[1:], is[1:]
		}
	}
	return all
}

// sayState says of two states what differs between them: the verdict, and whatever
// else is not the same.
func sayState(a, b *FindingState) (was, is string) {
	one, other := []string{a.Outcome.String()}, []string{b.Outcome.String()}
	part := func(what, x, y string) {
		if x != y {
			one, other = append(one, what+" "+x), append(other, what+" "+y)
		}
	}
	part("last definite", a.Definite.String(), b.Definite.String())
	part("judged", shortDigest(a.Inputs), shortDigest(b.Inputs))
	if a.Severity != b.Severity {
		part("severity", fmt.Sprint(int(a.Severity)), fmt.Sprint(int(b.Severity)))
	}
	moment := func(t time.Time) string {
		if t.IsZero() {
			return "never"
		}
		return t.UTC().Format(time.RFC3339Nano)
	}
	part("first seen", moment(a.FirstSeen), moment(b.FirstSeen))
	part("last changed", moment(a.LastChanged), moment(b.LastChanged))
	part("accepted until", moment(a.AcceptedUntil), moment(b.AcceptedUntil))
	part("resolved once", fmt.Sprint(a.Resolved), fmt.Sprint(b.Resolved))
	part("gone", fmt.Sprint(a.Gone), fmt.Sprint(b.Gone))
	return strings.Join(one, ", "), strings.Join(other, ", ")
}

func shortDigest(digest string) string {
	if digest == "" {
		return "no fact"
	}
	return digest // in full: evidence is found by it
}

// CompareDrift compares what was noted as changed, both in the order of keeping.
func CompareDrift(stored, replayed []Drift) (all []Difference) {
	differ := func(d Drift, was, is string) {
		all = append(all, Difference{Record: RecordDrift, Control: d.Control, Check: d.Check, Resource: d.Resource, Stored: was, Replayed: is})
	}
	index := map[FindingKey]Drift{}
	for _, d := range stored {
		index[d.key()] = d
	}
	for _, d := range replayed {
		was, ok := index[d.key()]
		delete(index, d.key())
		switch {
		case !ok:
			differ(d, nothing, sayDrift(d))
		case sayDrift(was) != sayDrift(d):
			differ(d, sayDrift(was), sayDrift(d))
		}
	}
	for _, d := range stored {
		if _, left := index[d.key()]; left {
			delete(index, d.key())
			differ(d, sayDrift(d), nothing)
		}
	}
	return all
}

func sayDrift(d Drift) string {
	s := fmt.Sprintf("%s by %s at %s, from %s to %s, severity %d, called %s %s", d.Change, d.Cause, d.At.UTC().Format(time.RFC3339Nano), d.From, d.To, int(d.Severity), d.Resource.Type, d.Resource.Name)
	if d.Gone {
		s += ", gone"
	}
	return s
}

// CompareCounted compares states and counters.
func CompareCounted(stored, replayed Counted) (all []Difference) {
	compareLists(stored.Controls, replayed.Controls, func(c CountedControl) string { return c.ID }, func(id, was, is string) {
		all = append(all, Difference{Record: RecordControl, Control: id, Stored: was, Replayed: is})
	}, func(c CountedControl) string {
		return fmt.Sprintf("%s (%s): %d fail, %d unobserved, %d pass, %d not applicable, %d accepted, %d excluded",
			c.State, c.Adoption, c.Failing, c.Unobserved, c.Passing, c.NotApplicable, c.Accepted, c.Excluded)
	})
	compareLists(stored.Criteria, replayed.Criteria, func(c CountedCriterion) string { return c.ID }, func(id, was, is string) {
		all = append(all, Difference{Record: RecordCriterion, Subject: id, Stored: was, Replayed: is})
	}, func(c CountedCriterion) string { return string(c.State) })
	for _, o := range Outcomes {
		if was, is := stored.Outcomes[o], replayed.Outcomes[o]; was != is {
			all = append(all, Difference{Record: RecordTotal, Subject: o.String(), Stored: fmt.Sprint(was), Replayed: fmt.Sprint(is)})
		}
	}
	return all
}

func compareLists[T any](stored, replayed []T, id func(T) string, differ func(id, was, is string), say func(T) string) {
	left := slices.Clone(stored)
	for _, r := range replayed {
		i := slices.IndexFunc(left, func(s T) bool { return id(s) == id(r) })
		if i < 0 {
			differ(id(r), nothing, say(r))
			continue
		}
		if was := say(left[i]); was != say(r) {
			differ(id(r), was, say(r))
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, s := range left {
		differ(id(s), say(s), nothing)
	}
}
