package daemon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/evaluators"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// Past is what judging the past needs of the store.
type Past interface {
	Past(ctx context.Context, at time.Time, sources map[string]time.Duration) (*store.View, error)
}

// AsOf judges what the store held at a time, with today's catalogue, parameters
// and configured decisions, and the recorded decisions of that time. Nothing is
// pulled and nothing is kept.
func (a *Assessor) AsOf(ctx context.Context, past Past, at time.Time) (soc2.Assessment, error) {
	at = at.Truncate(time.Microsecond)
	began := a.Clock()
	known, err := a.known(ctx, at)
	if err != nil {
		return soc2.Assessment{}, err
	}
	adopted, err := a.adopted(ctx, at)
	if err != nil {
		return soc2.Assessment{}, err
	}
	decider := soc2.NewDecider(soc2.Decisions(known), at).Naming(a.Naming)
	view, err := past.Past(ctx, at, a.Sources)
	if err != nil {
		return soc2.Assessment{}, fmt.Errorf("read evidence: %w", err)
	}
	defer view.Close() //nolint:errcheck // nothing was written
	seen := view.Evidence()
	out := soc2.Assessment{
		At: at, StartedAt: at, Version: a.Version, Judge: a.Engine.Judge(), SampleData: a.SampleData, AsOf: true, Feeds: seen.Feeds,
	}
	out.Systems = a.Scope.Systems
	tally := soc2.NewTally(&out, a.Catalogue, seen).Within(a.Scope.Profile).Adopting(adopted)
	err = a.judgePast(ctx, view, decider, at, func(j *evaluators.Judged, _ []soc2.FindingState) error {
		if j.Resource.Kind != "" {
			tally.Add(j.Judged)
		}
		return nil
	})
	if err != nil {
		return soc2.Assessment{}, err
	}
	tally.RollUp(a.Categories)
	if err := a.narrow(ctx, view, &out, decider, known); err != nil {
		return soc2.Assessment{}, err
	}
	out.FinishedAt = at.Add(a.Clock().Sub(began))
	out.All = func(each func(soc2.Finding) error) error {
		return a.EachAsOf(ctx, past, at, func(j *evaluators.Judged) error {
			j.Show()
			for _, f := range j.Findings {
				if err := each(f); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return out, nil
}

// EachAsOf gives what is judged of each resource as AsOf judges it.
func (a *Assessor) EachAsOf(ctx context.Context, past Past, at time.Time, each func(*evaluators.Judged) error) error {
	at = at.Truncate(time.Microsecond)
	known, err := a.known(ctx, at)
	if err != nil {
		return err
	}
	view, err := past.Past(ctx, at, a.Sources)
	if err != nil {
		return fmt.Errorf("read evidence: %w", err)
	}
	defer view.Close() //nolint:errcheck // nothing was written
	return a.judgePast(ctx, view, soc2.NewDecider(soc2.Decisions(known), at), at, func(j *evaluators.Judged, _ []soc2.FindingState) error {
		if j.Resource.Kind == "" {
			return nil
		}
		return each(j)
	})
}

// judgePast streams a past view. It also gives what would be remembered of each
// resource; of one that is no longer judged, Judged is empty but for its states.
func (a *Assessor) judgePast(ctx context.Context, view *store.View, decider *soc2.Decider, at time.Time, each func(*evaluators.Judged, []soc2.FindingState) error) error {
	now := soc2.Assessment{At: at, Judge: a.Engine.Judge(), Feeds: view.Evidence().Feeds}
	differ := soc2.NewDiffer(view.Baseline(), &now)
	memory := soc2.Recall(view.Remembered(ctx), func(left soc2.Remembered) error {
		states, _ := differ.Compare(nil, left.States)
		return each(&evaluators.Judged{}, states)
	})
	defer memory.Close()
	err := a.Engine.Stream(ctx, view.Evidence(), func(j *evaluators.Judged) error {
		j.Place(&a.Scope)
		decider.Mark(j.Findings)
		was, err := memory.Of(j.Resource.Key())
		if err != nil {
			return err
		}
		states, _ := differ.Compare(j.Findings, was) // fills in since when
		return each(j, states)
	})
	if err != nil {
		return err
	}
	return memory.Rest()
}

// Between compares what the store held at two times, judged alike: by today's
// catalogue, parameters and configured decisions. What differs is the evidence, an
// age, or a recorded decision.
// It gives both assessments too, without their findings.
func (a *Assessor) Between(ctx context.Context, past Past, from, to time.Time) (drift []soc2.Drift, then, now soc2.Assessment, err error) {
	if then, err = a.AsOf(ctx, past, from); err != nil {
		return nil, then, now, err
	}
	if now, err = a.AsOf(ctx, past, to); err != nil {
		return nil, then, now, err
	}
	known, err := a.known(ctx, then.At)
	if err != nil {
		return nil, then, now, err
	}
	older, err := past.Past(ctx, then.At, a.Sources)
	if err != nil {
		return nil, then, now, fmt.Errorf("read evidence: %w", err)
	}
	defer older.Close() //nolint:errcheck // nothing was written
	differ := soc2.NewDiffer(&soc2.Baseline{At: then.At, Judge: then.Judge, Feeds: soc2.AssessedFeeds(then.Feeds, then.At), Decisions: judgedBy(known, then.At)}, &now)
	memory := soc2.Recall(func(yield func(soc2.Remembered, error) bool) {
		err := a.judgePast(ctx, older, soc2.NewDecider(soc2.Decisions(known), then.At), then.At, func(_ *evaluators.Judged, states []soc2.FindingState) error {
			if len(states) > 0 && !yield(soc2.Remembered{Resource: states[0].Resource, States: states}, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(soc2.Remembered{}, err)
		}
	}, func(left soc2.Remembered) error {
		differ.Compare(nil, left.States)
		return nil
	})
	defer memory.Close()
	err = a.EachAsOf(ctx, past, now.At, func(j *evaluators.Judged) error {
		was, err := memory.Of(j.Resource.Key())
		if err == nil {
			differ.Compare(j.Findings, was)
		}
		return err
	})
	if err == nil {
		err = memory.Rest()
	}
	if err != nil {
		return nil, then, now, err
	}
	return differ.Drift(), then, now, nil
}

var errEnough = errors.New("whoever reads wants no more")
