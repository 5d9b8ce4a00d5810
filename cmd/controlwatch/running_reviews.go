package main

import (
	"context"

	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// runningReviews tells how access reviews stand by what the store holds now. Who can
// reach what is asked only where there is a review.
func (p *program) runningReviews(s *store.Store, line *pipeline, o pipelineOptions) func(context.Context) (daemon.ReviewsTold, error) {
	return func(ctx context.Context) (told daemon.ReviewsTold, err error) {
		var records []soc2.Recorded
		for e, err := range s.Entries(ctx, soc2.EntryReview) {
			if err != nil {
				return told, err
			}
			records = append(records, e.Recorded())
		}
		reviews, problems := soc2.ReadReviews(records, onePerson(o.config.People()))
		told.Unreadable = len(problems)
		if len(reviews) == 0 {
			return told, nil
		}
		at := p.now()
		access, err := line.assessor.Access(ctx, s, at)
		if err != nil {
			return told, err
		}
		for _, r := range reviews {
			told.All = append(told.All, r.AsOf(at).Status(&access))
		}
		return told, nil
	}
}
