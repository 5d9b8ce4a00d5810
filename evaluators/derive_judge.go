package evaluators

import (
	"context"
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// deriveAndJudge fills in what is said of a fact as it is stored. Whatever a provider
// can make a rule stumble over costs the findings of that fact, which are then
// unobserved; else nothing would be judged any more while the fact is as it is.
func (e *Engine) deriveAndJudge(
	ctx context.Context, view *sight.Sight, at time.Time, derived func(evidence.Fact) evidence.Fact, f evidence.Fact, j *Judged,
) (err error) {
	defer func() {
		if p := recover(); p != nil {
			e.unjudged(f, j, fmt.Sprintf("cannot be judged: a panic: %v", p))
		}
	}()
	j.Findings, j.checks = j.Findings[:0], j.checks[:0]
	j.fact = derived(f)
	return e.judgeFact(ctx, view, at, j)
}

func (e *Engine) unjudged(f evidence.Fact, j *Judged, why string) {
	j.fact, j.Findings, j.checks = f, j.Findings[:0], j.checks[:0]
	for _, k := range e.byKind[f.Resource.Kind] {
		if k.AppliesTo(f.Resource.Type) {
			one := k.finding(&f, digest(&f))
			one.Outcome, one.Reason = soc2.Unobserved, why
			j.Findings, j.checks = append(j.Findings, one), append(j.checks, k)
		}
	}
}
