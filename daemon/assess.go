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
	Snapshot(ctx context.Context, at time.Time, sources map[string]time.Duration) (evidence.Snapshot, error)
	Baseline(ctx context.Context) (*soc2.Baseline, error)
	CommitAssessment(ctx context.Context, a soc2.Assessment, records []store.Record) (id string, err error)
}

// Assessor judges everything the store knows. Nothing it does touches a provider.
type Assessor struct {
	History    History
	Engine     *evaluators.Engine
	Catalogue  soc2.Catalogue
	Decisions  []soc2.Decision
	Categories []string                 // Trust Services categories in scope
	Sources    map[string]time.Duration // configured sources and how old their evidence may be
	Records    []store.Record           // catalogue, parameters and configuration as bytes
	Clock      func() time.Time
	Version    string
	SampleData bool
}

// Assess is the route from store to published value: what was seen, derived,
// judged, marked by decisions, rolled up, compared with last time, kept.
func (a *Assessor) Assess(ctx context.Context) (soc2.Assessment, error) {
	now := a.Clock()
	seen, err := a.History.Snapshot(ctx, now, a.Sources)
	if err != nil {
		return soc2.Assessment{}, fmt.Errorf("read evidence: %w", err)
	}
	baseline, err := a.History.Baseline(ctx)
	if err != nil {
		return soc2.Assessment{}, fmt.Errorf("read the last assessment: %w", err)
	}
	findings, err := a.Engine.Evaluate(ctx, seen) // derives, then judges
	if err != nil {
		return soc2.Assessment{}, fmt.Errorf("evaluate: %w", err)
	}
	soc2.Decide(findings, a.Decisions, now)
	assessment := soc2.Assessment{
		At: now, StartedAt: now, Version: a.Version, Judge: a.Engine.Judge(), SampleData: a.SampleData, Findings: findings,
	}
	soc2.Summarise(&assessment, a.Catalogue, seen, a.Categories)
	assessment.FinishedAt = a.Clock()
	if len(assessment.Pulls) == 0 {
		return assessment, nil // nothing was ever looked at: nothing to keep, and no baseline for what will be
	}
	assessment.Drift, assessment.Changed = soc2.Diff(baseline, &assessment)
	assessment.ID, err = a.History.CommitAssessment(ctx, assessment, a.Records)
	if err != nil {
		return soc2.Assessment{}, fmt.Errorf("keep the assessment: %w", err)
	}
	return assessment, nil
}
