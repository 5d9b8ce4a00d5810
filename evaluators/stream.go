package evaluators

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evaluators/observed"
	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// Judged is everything that is said of one resource. It is used again for the
// next: what is to be kept of it must be copied.
type Judged struct {
	soc2.Judged
	fact   evidence.Fact // after derivation
	checks []*check      // by finding; none where no fact was judged
}

// Show fills in the current state of every finding. Those that fail or are
// unobserved have it already; of those that pass, few are ever shown.
func (j *Judged) Show() {
	for i, k := range j.checks {
		if f := &j.Findings[i]; f.Observed == nil {
			f.Observed = observed.Render(&j.fact, k.shown)
		}
	}
}

// Stream judges everything a view holds: every check over every fact it applies
// to, every list of resources that was not seen, every check nothing feeds, and
// every attested control. It yields one resource after the other, in the order of
// their keys, a resource without findings too. The error is the context's, the
// view's or yield's; whatever goes wrong with one fact costs that finding only.
//
// Held in memory are only the facts that others are derived or judged with.
func (e *Engine) Stream(ctx context.Context, view evidence.View, yield func(*Judged) error) error {
	early := func(k evidence.Kind) bool { return derive.Context(k) || k == attestationKind }
	known := evidence.Snapshot{At: view.At, Feeds: view.Feeds}
	for f, err := range view.Facts(ctx, early) {
		if err != nil {
			return fmt.Errorf("evaluate: %w", err)
		}
		known.Facts = append(known.Facts, f)
	}
	s := &stream{
		engine: e, sight: sight.Of(known), at: view.At, deriver: derive.New(known), known: known.Facts, yield: yield,
	}
	derived := known
	derived.Facts = nil
	for _, f := range known.Facts {
		if f.Resource.Kind == attestationKind {
			derived.Facts = append(derived.Facts, s.deriver.Derive(f))
		}
	}
	s.others = append(e.unseenScopes(view.Feeds, view.At), e.attestations(s.sight, derived)...)
	slices.SortStableFunc(s.others, func(a, b soc2.Finding) int {
		if c := a.Resource.Key().Compare(b.Resource.Key()); c != 0 {
			return c
		}
		return a.Compare(b)
	})
	for f, err := range view.Facts(ctx, func(k evidence.Kind) bool { return !early(k) }) {
		if err != nil {
			return fmt.Errorf("evaluate: %w", err)
		}
		key := f.Resource.Key()
		if err := s.upTo(ctx, &key); err != nil {
			return err
		}
		if err := s.judge(ctx, f); err != nil {
			return err
		}
	}
	return s.upTo(ctx, nil)
}

// stream merges three sorted sequences into one: the facts that are read as they
// are needed, those known already, and what no fact stands behind.
type stream struct {
	engine  *Engine
	sight   *sight.Sight
	at      time.Time
	deriver *derive.Deriver
	known   []evidence.Fact
	others  []soc2.Finding
	judged  Judged
	yield   func(*Judged) error
}

// upTo handles what comes before a key; without one, all that is left.
func (s *stream) upTo(ctx context.Context, end *evidence.Key) error {
	due := func(k evidence.Key) bool { return end == nil || k.Compare(*end) < 0 }
	for {
		fact := len(s.known) > 0 && due(s.known[0].Resource.Key())
		other := len(s.others) > 0 && due(s.others[0].Resource.Key())
		if fact && other {
			fact = s.known[0].Resource.Key().Compare(s.others[0].Resource.Key()) <= 0
		}
		var err error
		switch {
		case fact:
			f := s.known[0]
			s.known = s.known[1:]
			err = s.judge(ctx, f)
		case other:
			err = s.unjudged()
		default:
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (s *stream) judge(ctx context.Context, f evidence.Fact) error {
	j := &s.judged
	j.Resource, j.Holes = f.Resource, f.Holes // derived ones show in the findings they matter to
	j.Seen, j.Asset = &j.fact, nil
	if err := s.engine.deriveAndJudge(ctx, s.sight, s.at, s.deriver.Derive, f, j); err != nil {
		return fmt.Errorf("evaluate: %w", err)
	}
	for i := range j.Findings {
		if o := j.Findings[i].Outcome; o == soc2.Fail || o == soc2.Unobserved {
			j.Findings[i].Observed = observed.Render(&j.fact, j.checks[i].shown)
		}
	}
	return s.yield(j)
}

// unjudged yields the findings on the next resource that no fact stands behind.
func (s *stream) unjudged() error {
	j := &s.judged
	j.Resource, j.Holes, j.checks, j.Findings = s.others[0].Resource, nil, nil, j.Findings[:0]
	j.Seen, j.Asset = nil, nil
	n := 0
	for n < len(s.others) && s.others[n].Resource.Key() == j.Resource.Key() {
		n++
	}
	j.Findings = append(j.Findings, s.others[:n]...)
	s.others = s.others[n:]
	return s.yield(j)
}
