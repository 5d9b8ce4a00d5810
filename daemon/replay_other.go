package daemon

import (
	"context"
	"errors"
	"slices"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// keptStates is what the store remembers of findings as of one assessment.
type keptStates struct {
	seq    int64
	states map[evidence.Key]soc2.Remembered
}

// at goes on to an assessment.
func (k *keptStates) at(ctx context.Context, s *store.Store, m store.Made) error {
	last, err := s.Preceding(ctx, m)
	if err != nil {
		return err
	}
	if k.states != nil && k.seq == last.Seq {
		changed, err := s.KeptStates(ctx, m)
		if err != nil {
			return err
		}
		for _, one := range changed {
			k.states[one.Resource.Key()] = one
		}
		k.seq = m.Seq
		return nil
	}
	k.seq, k.states = m.Seq, map[evidence.Key]soc2.Remembered{}
	return s.StatesAt(ctx, m, func(one soc2.Remembered) error {
		one.States = slices.Clone(one.States)
		k.states[one.Resource.Key()] = one
		return nil
	})
}

// sideBySide judges what an assessment judged by another judge, and notes what
// comes out otherwise than it was judged then.
func (r *Replayer) sideBySide(ctx context.Context, m store.Made, b *bench) (err error) {
	if err := r.stored.at(ctx, r.Store, m); err != nil {
		return err
	}
	view, err := r.reel.AsJudged(ctx, m, b.ages)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, view.Close()) }()
	if missing := view.Missing(); len(missing) > 0 {
		r.unproved(m, (&goneEvidence{missing}).Error()+": verdicts that rest on it come out as unobserved, or not at all", true)
	}
	r.sides.Begin(m.ID, m.At)
	decider := soc2.NewDecider(b.basis.Decisions, m.At)
	add := func(res evidence.Resource, key soc2.FindingKey, was, would string) {
		if r.Control != "" && key.Control != r.Control {
			return
		}
		excluded := []soc2.Finding{{Control: key.Control, Check: key.Check, Resource: res}}
		decider.Mark(excluded)
		r.sides.Add(key, res, was, would, excluded[0].ExcludedBy != "")
		r.out.Verdicts++
	}
	asked := map[evidence.Key]bool{}
	err = b.stream(ctx, view, &r.out, func(j *soc2.Judged) error {
		key := j.Resource.Key()
		asked[key] = true
		was := map[soc2.FindingKey]soc2.Outcome{}
		for _, s := range r.stored.states[key].States {
			if !s.Gone {
				was[s.Key] = s.Outcome
			}
		}
		for i := range j.Findings {
			f := &j.Findings[i]
			k := f.Key()
			before, ok := was[k]
			delete(was, k)
			if ok {
				add(f.Resource, k, before.String(), f.Outcome.String())
			} else {
				add(f.Resource, k, soc2.NoVerdict, f.Outcome.String())
			}
		}
		for k, o := range was {
			add(j.Resource, k, o.String(), soc2.NoVerdict)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for key, one := range r.stored.states {
		if asked[key] {
			continue
		}
		for _, s := range one.States {
			if !s.Gone {
				add(one.Resource, s.Key, s.Outcome.String(), soc2.NoVerdict)
			}
		}
	}
	r.sides.End()
	return nil
}
