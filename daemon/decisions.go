package daemon

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// RecordedDecisions reads what people decided by command, as it stood at a time.
// Nil: nothing was.
type RecordedDecisions func(ctx context.Context, at time.Time) ([]soc2.KnownDecision, error)

// decisionsRecord is the kind of the record of all decisions in force, which the
// telling of a period reads.
const decisionsRecord = "decisions"

// known are all decisions as they stood at a time: the configuration's, then the
// recorded ones in the order they were asked for.
func (a *Assessor) known(ctx context.Context, at time.Time) ([]soc2.KnownDecision, error) {
	all := soc2.Configured(a.Decisions)
	if a.Recorded == nil {
		return all, nil
	}
	recorded, err := a.Recorded(ctx, at)
	if err != nil {
		return nil, fmt.Errorf("read decisions: %w", err)
	}
	return append(all, recorded...), nil
}

// judgedBy are the decisions that bear on an assessment: those of the configuration,
// and of the recorded ones those in force.
func judgedBy(known []soc2.KnownDecision, at time.Time) []soc2.Decision {
	var out []soc2.Decision
	for _, k := range known {
		if !k.Recorded || k.InForce(at) {
			out = append(out, k.Decision)
		}
	}
	return out
}

// narrow says what narrows an assessment, and where each decision stands.
func (a *Assessor) narrow(ctx context.Context, view *store.View, out *soc2.Assessment, decider *soc2.Decider, known []soc2.KnownDecision) error {
	before, err := view.CategoriesBefore(ctx)
	if err != nil {
		return fmt.Errorf("read which categories were in scope before: %w", err)
	}
	out.Narrowings = soc2.Narrowings(soc2.NarrowedBy{
		Catalogue: a.Catalogue, Parameters: a.Engine.InForce(), Categories: a.Categories, Before: before, Skipped: a.Skipped, Decisions: soc2.Decisions(known),
	}, out.At)
	out.Decisions = decider.States(known, out.Narrowings, cmp.Or(a.Expiring, soc2.DefaultExpiring))
	return nil
}
