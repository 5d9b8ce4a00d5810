package daemon

import (
	"context"
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/evaluators"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// History is what an assessment needs of the store.
type History interface {
	View(ctx context.Context, at time.Time, sources map[string]time.Duration) (*store.View, error)
}

// Assessor judges everything the store knows. Nothing it does touches a provider.
type Assessor struct {
	History    History
	Engine     *evaluators.Engine
	Catalogue  soc2.Catalogue
	Decisions  []soc2.Decision // of the configuration
	Recorded   RecordedDecisions
	Adoptions  RecordedAdoptions
	Skipped    []soc2.Skipped           // settings of sources that leave something unread
	Naming     int                      // how many findings AsOf names of each decision
	Expiring   time.Duration            // how long before its end a decision is said to end soon; 0: soc2.DefaultExpiring
	Categories []string                 // Trust Services categories in scope
	Scope      soc2.Scope               // what else is stated of it
	Sources    map[string]time.Duration // configured sources and how old their evidence may be
	Records    []store.Record           // catalogue, parameters and configuration as bytes
	Clock      func() time.Time
	Version    string
	Binary     string // SHA-256 of the program's file
	SampleData bool
	Confirm    soc2.Confirmation // before drift is announced
}

// Assess is the route from store to published value: what was seen, derived,
// judged, marked by decisions, compared with last time, rolled up, kept. Resources
// go through it one after the other, in the order of their keys, so that it takes
// no more memory for many.
func (a *Assessor) Assess(ctx context.Context) (soc2.Assessment, error) {
	now := a.Clock().Truncate(time.Microsecond) // as exact as the store is
	view, err := a.History.View(ctx, now, a.Sources)
	if err != nil {
		return soc2.Assessment{}, fmt.Errorf("read evidence: %w", err)
	}
	defer view.Close() //nolint:errcheck // nothing was written; Commit has closed it if it was
	known, err := a.known(ctx, now)
	if err != nil {
		return soc2.Assessment{}, err
	}
	adopted, err := a.adopted(ctx, now)
	if err != nil {
		return soc2.Assessment{}, err
	}
	decider := soc2.NewDecider(soc2.Decisions(known), now)
	seen := view.Evidence()
	assessment := soc2.Assessment{
		At: now, StartedAt: now, Version: a.Version, Binary: a.Binary, Judge: a.Engine.Judge(), SampleData: a.SampleData, Feeds: seen.Feeds,
	}
	assessment.Systems = a.Scope.Systems
	tally := soc2.NewTally(&assessment, a.Catalogue, seen).Within(a.Scope.Profile).Adopting(adopted)
	differ := soc2.NewDiffer(view.Baseline(), &assessment).Confirming(a.Confirm)
	keep := func(r evidence.Resource, findings []soc2.Finding, was []soc2.FindingState) {
		if states, changed := differ.Compare(findings, was); changed {
			view.Keep(r, states)
		}
	}
	memory := soc2.Recall(view.Remembered(ctx), func(left soc2.Remembered) error {
		keep(left.Resource, nil, left.States)
		return nil
	})
	defer memory.Close()
	err = a.Engine.Stream(ctx, seen, func(j *evaluators.Judged) error { // derives, then judges
		j.Place(&a.Scope)
		decider.Mark(j.Findings)
		was, err := memory.Of(j.Resource.Key())
		if err != nil {
			return err
		}
		keep(j.Resource, j.Findings, was)
		tally.Add(j.Judged)
		return nil
	})
	if err == nil {
		err = memory.Rest()
	}
	if err != nil {
		return soc2.Assessment{}, err
	}
	tally.RollUp(a.Categories)
	if err := a.narrow(ctx, view, &assessment, decider, known); err != nil {
		return soc2.Assessment{}, err
	}
	assessment.FinishedAt = a.Clock()
	assessment.All = a.again(ctx, view, known, now)
	if len(assessment.Pulls) == 0 {
		return assessment, nil // nothing was ever looked at: nothing to keep, and no baseline for what will be
	}
	assessment.Drift, assessment.Pending = differ.Drift(), differ.Pending()
	records, err := a.records(known, adopted, now)
	if err != nil {
		return soc2.Assessment{}, err
	}
	assessment.ID, err = view.Commit(ctx, assessment, records)
	if err != nil {
		return soc2.Assessment{}, fmt.Errorf("keep the assessment: %w", err)
	}
	return assessment, nil
}

// again gives every finding of an assessment: the same judge over the same
// evidence, marked by the same decisions, with the times it was committed with.
func (a *Assessor) again(ctx context.Context, view *store.View, known []soc2.KnownDecision, at time.Time) soc2.AllFindings {
	return func(each func(soc2.Finding) error) error {
		view, err := view.Again(ctx)
		if err != nil {
			return fmt.Errorf("read evidence again: %w", err)
		}
		defer view.Close() //nolint:errcheck // nothing was written
		memory := soc2.Recall(view.Remembered(ctx), func(soc2.Remembered) error { return nil })
		defer memory.Close()
		decider := soc2.NewDecider(soc2.Decisions(known), at)
		return a.Engine.Stream(ctx, view.Evidence(), func(j *evaluators.Judged) error {
			j.Place(&a.Scope)
			decider.Mark(j.Findings)
			was, err := memory.Of(j.Resource.Key())
			if err != nil {
				return err
			}
			soc2.Recollect(j.Findings, was, at)
			j.Show()
			for _, f := range j.Findings {
				if err := each(f); err != nil {
					return err
				}
			}
			return nil
		})
	}
}
