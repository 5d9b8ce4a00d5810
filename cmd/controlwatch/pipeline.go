package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// pipeline is the route, wired: collect into the store, assess from it.
type pipeline struct {
	store    *store.Store
	runner   *collectors.Runner
	assessor *daemon.Assessor
	judge    *judge
	config   config.Config
	folder   string // thrown away with it
}

type pipelineOptions struct {
	dsn        string
	config     config.Config
	sources    []source
	progress   func(collectors.Event)
	sampleData bool
	reading    bool   // the store is only read
	ephemeral  bool   // the store is thrown away: nothing is flushed to the disk
	signed     bool   // and yet its log is signed
	judge      *judge // made from the configuration already; nil: it is made here
}

func (p *program) newPipeline(ctx context.Context, o pipelineOptions) (*pipeline, error) {
	j := o.judge
	if j == nil {
		var err error
		if j, err = newJudge(o.config); err != nil {
			return nil, err
		}
	}
	options := store.Options{Clock: p.now, Version: buildVersion(), Ephemeral: o.ephemeral}
	open := store.Open
	switch {
	case o.reading:
		open = store.OpenReading
	case !o.ephemeral || o.signed:
		options.Key = p.logKey(o.dsn, o.config)
	}
	s, err := open(ctx, o.dsn, options)
	if err != nil {
		return nil, err
	}
	return p.wire(s, j, o), nil
}

// wire puts collecting and judging around a store.
func (p *program) wire(s *store.Store, j *judge, o pipelineOptions) *pipeline {
	return &pipeline{
		store: s, judge: j, config: o.config,
		runner: &collectors.Runner{
			Clock: p.now, Version: buildVersion(), Known: s.KnownFeeds, CommitPlan: s.CommitPlan, CommitPull: s.CommitPull, Progress: o.progress,
			CommitAnswered: keepingAnswers(s, o.config.Evidence.Answers, maxAges(o.sources)),
		},
		assessor: &daemon.Assessor{
			History: s, Engine: j.engine, Catalogue: j.catalogue, Decisions: j.decisions, Categories: o.config.Scope.Categories, Scope: j.scope,
			Sources: maxAges(o.sources), Records: j.records, Clock: p.now, Version: buildVersion(), Binary: p.running().SHA256, SampleData: o.sampleData, Confirm: j.confirm,
			Adoptions: recordedAdoptions(s, o.config),
			Recorded:  recordedDecisions(s, o.config), Skipped: skipped(o.config), Expiring: time.Duration(o.config.WarnExpiry),
		},
	}
}

// once pulls from all sources and assesses.
func (l *pipeline) once(ctx context.Context, sources []connect.Source) (soc2.Assessment, error) {
	if err := l.runner.Announce(ctx, sources); err != nil {
		return soc2.Assessment{}, err
	}
	if err := l.runner.Run(ctx, sources); err != nil {
		return soc2.Assessment{}, fmt.Errorf("collect: %w", err)
	}
	if err := l.pullRecorded(ctx); err != nil {
		return soc2.Assessment{}, err
	}
	return l.assess(ctx)
}

// assess judges what the store holds, and signs it.
func (l *pipeline) assess(ctx context.Context) (soc2.Assessment, error) {
	a, err := l.assessor.Assess(ctx)
	if err != nil {
		return a, err
	}
	if err := l.seal(ctx); err != nil {
		return a, fmt.Errorf("the assessment is kept, but not signed: %w", err)
	}
	return a, nil
}

// seal signs a checkpoint over all that was committed.
func (l *pipeline) seal(ctx context.Context) error {
	_, err := l.store.Sign(ctx)
	return err
}

// refuseBesideDaemon keeps a scan of whatever credentials are at hand out of a
// store that a daemon keeps: what the scan does not look at would read as gone.
func (l *pipeline) refuseBesideDaemon() error {
	who, running, err := l.store.Scheduler()
	if err == nil && running {
		err = fmt.Errorf("a daemon%s keeps %s: scan with its configuration (-c FILE), or into another --store", who, l.store.Path())
	}
	return err
}

func (l *pipeline) close() error {
	err := l.store.Close()
	if l.folder != "" {
		err = errors.Join(err, os.RemoveAll(l.folder))
	}
	return err
}
