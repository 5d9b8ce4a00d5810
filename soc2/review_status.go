package soc2

import (
	"fmt"
	"slices"
	"time"
)

// ReviewState is how far an item of a review is.
type ReviewState string

// The states. Only ReviewRevoked and ReviewChanged say that something was done, and
// only evidence does.
const (
	ReviewUndecided  ReviewState = "undecided"
	ReviewKept       ReviewState = "kept"
	ReviewWaiting    ReviewState = "waiting"     // decided, and nobody has looked since
	ReviewStillThere ReviewState = "still-there" // seen since the decision, as it was
	ReviewCannotTell ReviewState = "cannot-tell" // what would show it was not seen
	ReviewRevoked    ReviewState = "revoked"     // everything that would show it was seen to its end since, and it is not there
	ReviewChanged    ReviewState = "changed"     // seen since with another privilege or path, or proven gone
)

// ReviewStates are all of them.
var ReviewStates = []ReviewState{
	ReviewUndecided, ReviewKept, ReviewWaiting, ReviewStillThere, ReviewCannotTell, ReviewRevoked, ReviewChanged,
}

// ReviewItem is an item with its decision and what evidence says of it.
type ReviewItem struct {
	Item    AccessRow
	State   ReviewState
	Word    *ReviewWord // nil: nobody decided
	Earlier []ReviewWord
	Due     time.Time  // zero: nothing is to be done
	Overdue bool       // it is past due and not seen done
	Late    bool       // it was done, and seen so after it was due only
	Look    AccessLook // what proves that it was done, or shows that it was not
	// LastThere is the newest look that is known to have shown it before it was done.
	LastThere time.Time
	Why       []string // why it cannot be told, or what is different
}

// Open says that something was decided and is not seen done.
func (i *ReviewItem) Open() bool {
	return i.State == ReviewWaiting || i.State == ReviewStillThere || i.State == ReviewCannotTell
}

// Done says that evidence shows what was decided as done.
func (i *ReviewItem) Done() bool { return i.State == ReviewRevoked || i.State == ReviewChanged }

// ReviewNew is access that the population of a review does not have, or has otherwise.
type ReviewNew struct {
	Row AccessRow
	Why string
}

// ReviewStatus is a review at a time.
type ReviewStatus struct {
	Review *Review
	At     time.Time
	Items  []ReviewItem
	New    []ReviewNew
	Holes  []string // what the evidence of now may be short of
}

// Status says how far a review is by what is known now.
func (r *Review) Status(now *Access) ReviewStatus {
	s := ReviewStatus{Review: r, At: now.At, Holes: now.Holes()}
	known := map[string]bool{}
	for i := range r.Start.Items {
		item := r.Start.Items[i]
		known[item.Key] = true
		s.Items = append(s.Items, r.itemStatus(item, now))
		row := now.Row(item.Key)
		if w, decided := r.Word(item.Key); row != nil && (!decided || w.Decision == ReviewKeep) {
			if why := item.differs(row); why != "" {
				s.New = append(s.New, ReviewNew{*row, why})
			}
		}
	}
	filter := AccessFilter{System: r.Start.System, Privileged: r.Start.Privileged}
	for i := range now.Rows {
		if row := &now.Rows[i]; !known[row.Key] && filter.Picks(row, now.At) {
			s.New = append(s.New, ReviewNew{*row, "not in the list that the review began with"})
		}
	}
	return s
}

func (r *Review) itemStatus(item AccessRow, now *Access) ReviewItem {
	out := ReviewItem{Item: item, State: ReviewUndecided}
	word, decided := r.Word(item.Key)
	if !decided {
		return out
	}
	out.Word, out.Earlier = &word, r.Earlier(item.Key)
	if word.Decision == ReviewKeep {
		out.State = ReviewKept
		return out
	}
	out.Due = r.decidedFirst(item.Key).AddDate(0, 0, r.Start.Days)
	out.follow(r, r.decidedSame(item.Key), now)
	out.Overdue = !out.Done() && now.At.After(out.Due)
	out.Late = out.Done() && out.Look.At.After(out.Due)
	return out
}

// decidedSame is since when the decision that counts was made without another between.
func (r *Review) decidedSame(key string) (at time.Time) {
	words := r.decided[key]
	for _, w := range slices.Backward(words) {
		if w.Decision != words[len(words)-1].Decision {
			break
		}
		at = w.At
	}
	return at
}

// decidedFirst is since when something is to be done without a break: deciding so
// again does not move when it is due.
func (r *Review) decidedFirst(key string) (at time.Time) {
	for _, w := range slices.Backward(r.decided[key]) {
		if w.Decision == ReviewKeep {
			break
		}
		at = w.At
	}
	return at
}

func (i *ReviewItem) follow(r *Review, since time.Time, now *Access) {
	item, decision := &i.Item, i.Word.Decision
	look, holes := now.Looked(item.Login, item.What, item.TargetID)
	for _, h := range holes {
		i.Why = append(i.Why, whyHole(h))
	}
	i.Why = append(i.Why, r.askedOtherwise(item, now)...)
	blind := len(i.Why) > 0
	row := now.Row(item.Key)
	i.Look = look
	switch {
	case row == nil && blind:
		i.State = ReviewCannotTell
	case row == nil && !look.From.After(since):
		i.State, i.Why = ReviewWaiting, []string{"not everything that would show it has been looked at since the decision"}
	case row == nil && decision == ReviewChange:
		i.State, i.Why = ReviewChanged, []string{"it is gone altogether"}
	case row == nil:
		i.State = ReviewRevoked
	case decision == ReviewChange && !blind && look.From.After(since) && row.Seen.After(since) && item.differs(row) != "":
		i.State = ReviewChanged
		if row.Privilege == "" || item.Privilege == "" {
			i.State = ReviewCannotTell
		}
		i.Why = []string{item.differs(row)}
	case row.Seen.After(since) && (decision == ReviewRevoke || !blind && item.differs(row) == ""):
		i.State, i.LastThere = ReviewStillThere, row.Seen
	case blind:
		i.State = ReviewCannotTell
	default:
		i.State, i.Why = ReviewWaiting, []string{"nobody has looked since the decision"}
	}
}

// askedOtherwise says where a list that the review began with is read no more, or is
// asked for by other parameters: what it leaves out now is not gone.
func (r *Review) askedOtherwise(item *AccessRow, now *Access) (why []string) {
	for _, was := range r.Start.Lists {
		if was.Scope.Provider != item.Login.Provider || was.Scope.Account != item.Login.Account ||
			!slices.Contains(accessLists[item.What], was.Kind) || serviceOf(was.Type) != serviceOf(item.Login.Type) {
			continue
		}
		i := slices.IndexFunc(now.Feeds, func(f AccessFeed) bool {
			return f.Collector == was.Collector && f.Scope == was.Scope && f.Type == was.Type
		})
		switch {
		case i < 0:
			why = append(why, fmt.Sprintf("%s of %s, which the review began with, is read no more", was.Type, was.Scope))
		case !slices.Equal(now.Feeds[i].Parameters, was.Parameters):
			why = append(why, fmt.Sprintf("%s of %s is asked for by other parameters than when the review began", was.Type, was.Scope))
		}
	}
	return why
}

// differs says what of privilege and paths is not as it was; empty: nothing.
func (r *AccessRow) differs(now *AccessRow) string {
	switch {
	case r.Privilege != now.Privilege:
		return fmt.Sprintf("privilege %s, was %s", orUnseen(now.Privilege), orUnseen(r.Privilege))
	case r.Role != now.Role:
		return fmt.Sprintf("role %s, was %s", now.Role, r.Role)
	case !slices.Equal(r.Paths, now.Paths):
		return fmt.Sprintf("by way of %q, was %q", now.Paths, r.Paths)
	}
	return ""
}

// Prove moves the proof of items that are done to the earliest look that is known to
// have shown it, and says what the look before it showed. The statuses are of the
// same review at other times, oldest first, the newest the one it is about.
func (s *ReviewStatus) Prove(earlier ReviewStatus) {
	for i := range s.Items {
		item, was := &s.Items[i], &earlier.Items[i]
		if !item.Done() {
			continue
		}
		if was.Done() && was.Look.At.Before(item.Look.At) {
			item.Look, item.Late = was.Look, was.Look.At.After(item.Due)
		} else if was.State == ReviewStillThere && was.LastThere.After(item.LastThere) {
			item.LastThere = was.LastThere
		}
	}
}
