package soc2

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// AttestationState is how an attested control stands now.
type AttestationState string

// The states, the most urgent first. Only performed, soon and due are of a statement
// that counts; the zero value is none of them.
const (
	AttestedNotMet     AttestationState = "not-met"
	AttestedOverdue    AttestationState = "overdue"    // its validity is over
	AttestedNever      AttestationState = "never"      // nobody ever attested it
	AttestedIncomplete AttestationState = "incomplete" // attested, and something that is asked for is not there
	AttestedDue        AttestationState = "due"        // valid for DueWithin at most
	AttestedSoon       AttestationState = "soon"       // valid for not much longer: DefaultSoon
	AttestedPerformed  AttestationState = "performed"
)

// AttestationStates lists them, the most urgent first.
var AttestationStates = []AttestationState{
	AttestedNotMet, AttestedOverdue, AttestedNever, AttestedIncomplete, AttestedDue, AttestedSoon, AttestedPerformed,
}

// Counts says whether a statement in this state still counts.
func (s AttestationState) Counts() bool {
	return s == AttestedDue || s == AttestedSoon || s == AttestedPerformed
}

// Before the end of a validity there is time to perform the control again.
const (
	DueWithin   = 7 * 24 * time.Hour
	DefaultSoon = 30 * 24 * time.Hour
)

// AttestationStanding is how an attested control, or one system's instance of it,
// stands at a time.
type AttestationStanding struct {
	Control  Control
	System   string // empty: all of them
	Owner    string
	State    AttestationState
	ID       string // of the statement that decides; empty: there is none
	Result   string
	By       string
	Identity evidence.Identity // how it is known who
	Commit   string            // of the file it stands in; empty: not known, or there is none
	SignedBy string            // whose key signed that commit; empty: not known
	// Unverified is why the commit does not show who performed it.
	Unverified string
	Performed  time.Time
	Until      time.Time // it is valid; zero: never attested, or not met
	Lacks      []string
}

// AttestationsAsked is what is asked for how attested controls stand.
type AttestationsAsked struct {
	Controls []Control
	Acts     []AttestedAct // all that are there
	Systems  []System      // in scope; none: the scope does not say
	Now      time.Time
	Unseen   string        // why a list of attestations was not seen to its end: a newer one may say otherwise; empty: all were
	Soon     time.Duration // before the end of the validity; 0: DefaultSoon
	// OwnerOf says who answers for a control and a system; nil or "": the role that the
	// catalogue names.
	OwnerOf func(c Control, system string) string
}

// AttestationsDue tells how each attested control stands, by owner, then the most
// urgent first. As in judging, the newest day decides, and of several statements of
// that day the worst.
func AttestationsDue(asked AttestationsAsked) []AttestationStanding {
	if asked.Soon <= 0 {
		asked.Soon = DefaultSoon
	}
	var all []AttestationStanding
	for _, c := range asked.Controls {
		if c.AttestationAsked == nil {
			continue
		}
		for _, system := range attestedSystems(c, asked.Systems, asked.Acts) {
			s := standingOf(c, system, asked)
			s.Owner = c.Owner
			if asked.OwnerOf != nil {
				s.Owner = cmp.Or(asked.OwnerOf(c, system), c.Owner)
			}
			all = append(all, s)
		}
	}
	slices.SortStableFunc(all, func(a, b AttestationStanding) int {
		return cmp.Or(
			cmp.Compare(a.Owner, b.Owner), cmp.Compare(urgency(a.State), urgency(b.State)), a.Until.Compare(b.Until),
			cmp.Compare(a.Control.ID, b.Control.ID), cmp.Compare(a.System, b.System),
		)
	})
	return all
}

func urgency(s AttestationState) int { return slices.Index(AttestationStates, s) }

func standingOf(c Control, system string, asked AttestationsAsked) AttestationStanding {
	s := AttestationStanding{Control: c, System: system, State: AttestedNever}
	var day time.Time
	var ahead []string
	for _, a := range asked.Acts {
		if a.Control != c.ID || !a.speaks(system) {
			continue
		}
		if a.PerformedAt.IsZero() || a.PerformedAt.After(asked.Now) {
			ahead = append(ahead, a.ID)
			continue
		}
		one := standingBy(c, system, a, asked)
		switch d := a.PerformedAt.UTC().Truncate(24 * time.Hour); {
		case d.After(day):
			day, s = d, one
		case d.Equal(day) && urgency(one.State) < urgency(s.State):
			s = one
		}
	}
	if len(ahead) > 0 && s.State != AttestedNotMet {
		s.State, s.Lacks = AttestedIncomplete, append(s.Lacks, "a date of "+strings.Join(ahead, ", ")+" that has come")
	}
	if asked.Unseen != "" && s.State.Counts() {
		s.State, s.Lacks = AttestedIncomplete, append(s.Lacks, lacksSight+": "+asked.Unseen)
	}
	return s
}

func standingBy(c Control, system string, a AttestedAct, asked AttestationsAsked) AttestationStanding {
	s := AttestationStanding{
		Control: c, System: system, ID: a.ID, Result: a.Result, By: a.PerformedBy, Identity: a.Identity, Performed: a.PerformedAt,
		Commit: a.Commit, SignedBy: a.SignedBy, Unverified: a.Unverified,
	}
	state, lacks := judgeAct(c.AttestationAsked, system, a)
	if state == DueNotMet {
		s.State = AttestedNotMet
		return s
	}
	until, valid := c.AttestationAsked.ValidUntil(a.PerformedAt)
	s.Until, s.Lacks = until, lacks
	left := until.Sub(asked.Now)
	switch {
	case !valid || left <= 0:
		s.State = AttestedOverdue
	case len(lacks) > 0:
		s.State = AttestedIncomplete
	case left <= DueWithin:
		s.State = AttestedDue
	case left <= asked.Soon:
		s.State = AttestedSoon
	default:
		s.State = AttestedPerformed
	}
	return s
}

// DaysUntil are the whole days from one time to another, rounded so that the end of a
// validity never seems farther away than it is: an hour before it 0, an hour after -1.
func DaysUntil(now, until time.Time) int {
	return int(math.Floor(until.Sub(now).Hours() / 24))
}

// LacksReview is what an attestation lacks that only waits for another person.
const LacksReview = "a second person's review"

// lacksSight begins what an attestation lacks where a newer one may not have been seen.
const lacksSight = "sight of all attestations"
