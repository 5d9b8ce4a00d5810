package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evaluators"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// Replayer judges stored evidence again and compares the result with what was kept.
// It writes nothing.
type Replayer struct {
	Store    *store.Store
	Shipped  soc2.Catalogue // of this program
	Version  string         // of this program
	Clock    func() time.Time
	Progress func(done, of int) // nil: nobody watches
	Control  string             // compare only this control; empty: all
	Sample   int                // how many assessments, evenly spread; 0: all
	// Catalogue and Set ask what would have been found. Nil: as it was judged.
	Catalogue *soc2.Catalogue
	Set       map[string]map[string]any
	Exchanged []string // what was exchanged, for people

	out    soc2.Replay
	benchs map[benchKey]*bench
	carry  carry
	sides  *soc2.SideBySide
	stored keptStates
	reel   *store.Reel
	erased unnamed
}

// mostDifferences bounds what is listed; the rest is counted.
const mostDifferences = 1000

// Replay replays the assessments judged at a time between two.
func (r *Replayer) Replay(ctx context.Context, from, to time.Time) (soc2.Replay, error) {
	r.benchs, r.carry, r.stored, r.sides = map[benchKey]*bench{}, carry{}, keptStates{}, soc2.NewSideBySide()
	r.reel = r.Store.Reel()
	r.out = soc2.Replay{
		PerformedAt: r.Clock(), Version: r.Version, From: from, To: to, Control: r.Control,
		WhatIf: r.whatIf(), Exchanged: r.Exchanged, Judge: soc2.Judge{Engine: evaluators.Version, Derive: deriveVersion},
	}
	names, err := r.Store.ErasedNames(ctx)
	if err != nil {
		return r.out, err
	}
	r.erased = unnamed{names: names, found: map[evidence.Key]bool{}}
	made, err := r.Store.Made(ctx, from, to)
	if err != nil {
		return r.out, err
	}
	r.out.Assessments = len(made)
	made = spread(made, r.Sample)
	r.out.Sampled = len(made)
	for i, m := range made {
		if err := ctx.Err(); err != nil {
			return r.out, context.Cause(ctx)
		}
		if r.Progress != nil {
			r.Progress(i, len(made))
		}
		r.out.SampleData = r.out.SampleData || m.SampleData
		if err := r.one(ctx, m); err != nil {
			return r.out, fmt.Errorf("replay %s of %s: %w", m.ID, m.At.UTC().Format(time.RFC3339), err)
		}
	}
	if r.Progress != nil {
		r.Progress(len(made), len(made))
	}
	r.out.NamesErased = len(r.erased.found)
	r.out.Otherwise, r.out.Days = r.sides.All(), r.sides.Days()
	return r.out, nil
}

func (r *Replayer) whatIf() bool { return r.Catalogue != nil || len(r.Set) > 0 }

// spread chooses some, the first and the last among them.
func spread(made []store.Made, n int) []store.Made {
	if n <= 0 || n >= len(made) {
		return made
	}
	if n == 1 {
		return made[len(made)-1:]
	}
	var chosen []store.Made
	for i := range n {
		chosen = append(chosen, made[i*(len(made)-1)/(n-1)])
	}
	return chosen
}

// one replays one assessment. Its error is of the machine; what is wrong with the
// record is a difference.
func (r *Replayer) one(ctx context.Context, m store.Made) error {
	b, err := r.benchOf(ctx, m)
	if err != nil {
		return err
	}
	switch {
	case b.unproved != "" && b.engine == nil:
		r.unproved(m, b.unproved, false)
		return nil
	case len(b.differences) > 0:
		r.differ(m, b.differences)
		return nil
	case r.out.WhatIf:
		return r.sideBySide(ctx, m, b)
	case b.unproved != "":
		r.unproved(m, b.unproved, true)
		return r.sideBySide(ctx, m, b)
	}
	differences, err := r.prove(ctx, m, b)
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if why, gone := evidenceGone(err); gone {
			r.unproved(m, why, false)
			r.carry = carry{}
			return nil
		}
		// What was judged cannot be read any more: the record is at fault.
		differences = []soc2.Difference{{Record: soc2.RecordEvidence, Stored: "an assessment of it", Replayed: err.Error()}}
		r.carry = carry{}
	}
	if len(differences) == 0 {
		r.out.Reproduced++
		return nil
	}
	r.differ(m, differences)
	return nil
}

func (r *Replayer) differ(m store.Made, all []soc2.Difference) {
	r.out.Different++
	for _, d := range all {
		if len(r.out.Differences) == mostDifferences {
			r.out.More++
			continue
		}
		d.Assessment, d.At = m.ID, m.At
		r.out.Differences = append(r.out.Differences, d)
	}
}

func (r *Replayer) unproved(m store.Made, why string, compared bool) {
	if n := len(r.out.Unproved); n > 0 {
		if u := &r.out.Unproved[n-1]; u.Why == why && u.Judge == m.Judge {
			u.Last, u.To = m.ID, m.At
			u.Assessments++
			return
		}
	}
	r.out.Unproved = append(r.out.Unproved, soc2.Unproved{
		First: m.ID, Last: m.ID, From: m.At, To: m.At, Assessments: 1, Why: why, Judge: m.Judge, Compared: compared,
	})
}

// prove makes an assessment again and compares everything that was kept of it.
func (r *Replayer) prove(ctx context.Context, m store.Made, b *bench) (differences []soc2.Difference, err error) {
	view, err := r.reel.AsJudged(ctx, m, b.ages)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, view.Close()) }()
	if missing := view.Missing(); len(missing) > 0 {
		return nil, &goneEvidence{missing}
	}
	if !r.carry.of(m.Before) {
		if err := r.carry.load(ctx, view, m.Before); err != nil {
			return nil, err
		}
	}
	seen := view.Evidence()
	again := soc2.Assessment{At: m.At, Version: m.Version, Judge: b.engine.Judge(), SampleData: m.SampleData, Feeds: seen.Feeds}
	tally := soc2.NewTally(&again, b.catalogue, seen).Within(b.scope.Profile).Adopting(b.basis.Adoptions)
	differ := soc2.NewDiffer(view.Baseline(), &again).Confirming(b.basis.Confirm)
	var changed []soc2.Remembered
	keep := func(res evidence.Resource, findings []soc2.Finding, was []soc2.FindingState) {
		states, differs := differ.Compare(findings, was)
		if !differs {
			return
		}
		if now := stateForm(states); !slices.Equal(now, was) {
			changed = append(changed, soc2.Remembered{Resource: res, States: now})
		}
	}
	r.carry.begin()
	decider := soc2.NewDecider(b.basis.Decisions, m.At)
	err = b.stream(ctx, view, &r.out, func(j *soc2.Judged) error {
		j.Place(&b.scope)
		decider.Mark(j.Findings)
		keep(j.Resource, j.Findings, r.carry.was(j.Resource.Key()))
		tally.Add(*j)
		r.out.Verdicts += int64(len(j.Findings))
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, left := range r.carry.left() {
		keep(left.Resource, nil, left.States)
	}
	tally.RollUp(b.basis.Categories)
	again.Drift, again.Pending = differ.Drift(), differ.Pending()
	r.carry.keep(m.Seq, changed)
	return r.compare(ctx, m, again, changed)
}

// compare compares what was kept with what came out, the nearest to a cause first.
func (r *Replayer) compare(ctx context.Context, m store.Made, again soc2.Assessment, changed []soc2.Remembered) (all []soc2.Difference, err error) {
	counted, feeds, err := r.Store.Result(ctx, m)
	if err != nil {
		return nil, err
	}
	var was soc2.Counted
	if err := json.Unmarshal(counted, &was); err != nil {
		return nil, fmt.Errorf("result of %s: %w", m.ID, err)
	}
	again.Binary = was.Binary // which program judged is no part of the verdict: the same judge may be in another
	nowCounted, nowFeeds, err := store.Encoded(again)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(feeds, nowFeeds) {
		all = append(all, soc2.Difference{Record: soc2.RecordFeeds, Stored: string(feeds), Replayed: string(nowFeeds)})
	}
	states, err := r.Store.KeptStates(ctx, m)
	if err != nil {
		return nil, err
	}
	drift, err := r.Store.KeptDrift(ctx, m)
	if err != nil {
		return nil, err
	}
	raced, err := r.racedWith(ctx, m)
	if err != nil {
		return nil, err
	}
	all = append(all, compareKept(states, r.erased.states(changed, m.Seq), raced)...)
	all = append(all, soc2.CompareDrift(drift, r.erased.drift(raced.unnoted(again.Drift), m.Seq))...)
	if !bytes.Equal(counted, nowCounted) {
		differences := soc2.CompareCounted(was, soc2.CountedOf(&again))
		if len(differences) == 0 {
			differences = []soc2.Difference{{Record: soc2.RecordTotal, Stored: string(counted), Replayed: string(nowCounted)}}
		}
		all = append(all, differences...)
	}
	if r.Control != "" {
		all = slices.DeleteFunc(all, func(d soc2.Difference) bool {
			return d.Control != "" && d.Control != r.Control || d.Record == soc2.RecordCriterion || d.Record == soc2.RecordTotal
		})
	}
	return all, nil
}
