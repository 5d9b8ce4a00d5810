package soc2

import (
	"slices"
	"time"
)

// DecisionLife is where a decision is in its life.
type DecisionLife string

// The lives of a decision. Only the second narrows anything.
const (
	DecisionRequested  DecisionLife = "requested"
	DecisionInForce    DecisionLife = "in-force"
	DecisionExpired    DecisionLife = "expired"
	DecisionWithdrawn  DecisionLife = "withdrawn"
	DecisionRefused    DecisionLife = "refused"
	DecisionUnreadable DecisionLife = "unreadable" // its record cannot be read: it is not in force
)

// DecisionLives lists them, for metrics and schemas.
var DecisionLives = []DecisionLife{DecisionRequested, DecisionInForce, DecisionExpired, DecisionWithdrawn, DecisionRefused, DecisionUnreadable}

// DefaultExpiring is how long before its end a decision is said to end soon.
const DefaultExpiring = 30 * 24 * time.Hour

// DecisionState is a decision, where it is in its life and what it picks now.
type DecisionState struct {
	KnownDecision
	Life     DecisionLife
	Expiring bool     // in force, and ends soon
	Unused   bool     // in force, and picks nothing now
	Overlaps []string // in force: others of its kind that pick something that it picks
	Picks    int      // findings, or settings that narrow; of one that is not in force: what it would
	Picked   []Picked // the first of them, where it was asked for
}

// Life is where a decision is in its life at a time.
func (k KnownDecision) Life(at time.Time) DecisionLife {
	switch {
	case k.Unreadable != "":
		return DecisionUnreadable
	case !k.Withdrawn.IsZero() && !at.Before(k.Withdrawn):
		return DecisionWithdrawn
	case k.Consent == Refused:
		return DecisionRefused
	case !at.Before(k.Expires):
		return DecisionExpired
	case k.InForce(at):
		return DecisionInForce
	}
	return DecisionRequested
}

// States gives each decision with what it picked, once everything was marked. The
// known ones are those the decider was made of, in their order.
func (d *Decider) States(known []KnownDecision, narrowings []Narrowing, expiring time.Duration) []DecisionState {
	out := make([]DecisionState, len(known))
	for i, k := range known {
		s := DecisionState{KnownDecision: k, Life: k.Life(d.at)}
		s.Picks, s.Picked = d.picked[i].findings, d.picked[i].named
		for _, n := range narrowings {
			if k.covers(n) {
				s.Picks++
			}
		}
		for other := range d.picked[i].overlaps {
			s.Overlaps = append(s.Overlaps, d.all[other].ID)
		}
		slices.Sort(s.Overlaps)
		if s.Life == DecisionInForce {
			s.Expiring = !d.at.Add(expiring).Before(k.Expires)
			s.Unused = s.Picks == 0
		}
		out[i] = s
	}
	return out
}

// DecisionCounts counts decisions.
type DecisionCounts struct {
	Lives                         map[DecisionLife]int
	Expiring, Unused, Overlapping int
	NextExpiry                    time.Time // of those in force; zero: there is none
}

// CountDecisions counts decisions of a kind, or with "" of all kinds.
func CountDecisions(all []DecisionState, kind DecisionKind) DecisionCounts {
	c := DecisionCounts{Lives: map[DecisionLife]int{}}
	for i := range all {
		s := &all[i]
		if kind != "" && s.Kind != kind {
			continue
		}
		c.Lives[s.Life]++
		if s.Life != DecisionInForce {
			continue
		}
		c.Expiring += one(s.Expiring)
		c.Unused += one(s.Unused)
		c.Overlapping += one(len(s.Overlaps) > 0)
		if c.NextExpiry.IsZero() || s.Expires.Before(c.NextExpiry) {
			c.NextExpiry = s.Expires
		}
	}
	return c
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// Picked is a finding that a decision picks, with what people call its resource.
type Picked struct {
	FindingKey
	Name string
}
