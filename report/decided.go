package report

import (
	"fmt"
	"strings"

	"github.com/controlwatch/controlwatch/soc2"
)

// mostNarrowings bounds how many narrowings are told one by one; the rest is counted.
const mostNarrowings = 12

// Decided says in a sentence where decisions stand; empty: there are none.
func Decided(all []soc2.DecisionState) string {
	if len(all) == 0 {
		return ""
	}
	c := soc2.CountDecisions(all, "")
	inForce := fmt.Sprintf("%d in force", c.Lives[soc2.DecisionInForce])
	var of []string
	if c.Expiring > 0 {
		of = append(of, fmt.Sprintf("%d soon to expire", c.Expiring))
	}
	if c.Unused > 0 {
		of = append(of, fmt.Sprintf("%d unused", c.Unused))
	}
	if c.Overlapping > 0 {
		of = append(of, fmt.Sprintf("%d overlapping", c.Overlapping))
	}
	if !c.NextExpiry.IsZero() {
		of = append(of, "the next ends "+minute(c.NextExpiry))
	}
	if len(of) > 0 {
		inForce += " (" + strings.Join(of, ", ") + ")"
	}
	parts := []string{inForce}
	for _, life := range []soc2.DecisionLife{soc2.DecisionRequested, soc2.DecisionExpired, soc2.DecisionWithdrawn, soc2.DecisionRefused, soc2.DecisionUnreadable} {
		if n := c.Lives[life]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, life))
		}
	}
	return strings.Join(parts, ", ")
}

// NarrowedInSilence says what narrows without a recorded decision; empty: nothing does.
func NarrowedInSilence(all []soc2.Narrowing) string {
	unrecorded := soc2.Unrecorded(all)
	if len(unrecorded) == 0 {
		return ""
	}
	var told, left []string
	for i, n := range unrecorded {
		if i == mostNarrowings {
			told = append(told, fmt.Sprintf("and %d more", len(unrecorded)-i))
			break
		}
		if n.Kind == soc2.LeaveOut {
			left = append(left, n.Leaves)
			continue
		}
		told = append(told, n.String())
	}
	if len(left) > 0 {
		told = append([]string{strings.Join(left, ", ") + " left out of scope"}, told...)
	}
	return "narrowed without a recorded decision: " + strings.Join(told, "; ")
}

// decided tells in the header how many decisions there are, and what narrows without one.
func (s *summary) decided(a soc2.Assessment) {
	if told := Decided(a.Decisions); told != "" {
		s.lines(2, "          ", told)
	}
	if told := NarrowedInSilence(a.Narrowings); told != "" {
		s.lines(2, s.paint(outcomeColours(soc2.Unobserved), "warning   "), escaped(told)+". controlwatch accept records one")
	}
}

// acceptedWords is what is said of an acceptance, everywhere: whose word, until when
// and why, what is done instead, and which other decisions say the same for longer.
func acceptedWords(a soc2.Acceptance) string {
	words := fmt.Sprintf("by %s until %s (%s): %s", Safe(a.Approver), minute(a.Expires), Safe(a.ID), escaped(a.Reason))
	if a.Compensating != "" {
		words += "; instead: " + escaped(a.Compensating)
	}
	if a.Also != "" {
		words += "; also accepted by " + Safe(a.Also) + ", which end later"
	}
	return words
}
