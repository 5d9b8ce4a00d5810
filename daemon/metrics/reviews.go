package metrics

import (
	"fmt"
	"slices"

	"github.com/controlwatch/controlwatch/soc2"
)

// How access reviews stand, all of them together.
var (
	reviewItems = gauge("controlwatch_review_items",
		"Items of access reviews by state (undecided, kept, waiting, still-there, cannot-tell, revoked or changed). Only revoked and changed say that something was done, and only evidence says so.", "state")
	reviewOverdue = gauge("controlwatch_review_overdue",
		"Items of access reviews that were to be revoked or changed by now and are not seen done; that it cannot be told counts too.")
	reviewUnreadable = gauge("controlwatch_review_records_unreadable",
		"Records of access reviews that cannot be read or were made against the rules; they count for nothing.")
)

// WithReviews is the projection with how access reviews stand.
func (p Projection) WithReviews(all []soc2.ReviewStatus, unreadable int) (Projection, error) {
	q := projector{series: slices.Clone(p.series), seen: map[string]bool{}}
	states, overdue := map[soc2.ReviewState]int{}, 0
	for _, status := range all {
		for i := range status.Items {
			states[status.Items[i].State]++
			if status.Items[i].Overdue {
				overdue++
			}
		}
	}
	for _, state := range soc2.ReviewStates {
		q.add(reviewItems, float64(states[state]), string(state))
	}
	q.add(reviewOverdue, float64(overdue))
	q.add(reviewUnreadable, float64(unreadable))
	if q.err != nil {
		return Projection{}, fmt.Errorf("project access reviews: %w", q.err)
	}
	return Projection{series: q.series}, nil
}
