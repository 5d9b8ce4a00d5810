package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/report/kinds"
	"github.com/controlwatch/controlwatch/soc2"
)

// reporting is what every kind of report is made from.
type reporting struct {
	line       *pipeline
	assessment soc2.Assessment
	catalogue  soc2.Catalogue
	head       kinds.Head
	asked      reportFlags
}

// newReporting judges what the store held, or the sample company.
func (p *program) newReporting(ctx context.Context, f reportFlags) (r reporting, err error) {
	if r.catalogue, err = catalogue.Load(); err != nil {
		return r, err
	}
	r.head = kinds.Head{PreparedBy: "controlwatch " + buildVersion()}
	if f.sample {
		r.line, r.assessment, err = p.sampleCompany(ctx)
		r.head.Organization, r.head.Made = "Acme Robotics", r.assessment.At
		return r, err
	}
	now := p.now()
	r.head.Made = now
	if f.config != "" {
		r.head.PreparedBy += ", " + filepath.Base(f.config)
	}
	at := now
	if f.asOf != "" {
		if at, err = momentOf(f.asOf, now); err != nil {
			return r, fmt.Errorf("--as-of: %w", err)
		}
	}
	line, err := p.openPast(ctx, f.config)
	if err != nil {
		return r, err
	}
	r.line = line.pipeline
	if err := line.known(ctx, p, at); err != nil {
		return r, err
	}
	if f.config == "" {
		if r.head.ScopeOf, err = line.byKeptScope(ctx, at); err != nil {
			return r, err
		}
	}
	if r.assessment, err = line.assessor.AsOf(ctx, line.store, at); err != nil {
		return r, err
	}
	// A store that was ever judged as a made-up company's stays one.
	made, err := line.store.Made(ctx, time.Time{}, at)
	for _, m := range made {
		r.assessment.SampleData = r.assessment.SampleData || m.SampleData
	}
	return r, err
}

// byKeptScope judges and plans by the scope that was kept with the newest assessment
// by a time, as inventory lists by it, and says when that was.
func (l *past) byKeptScope(ctx context.Context, at time.Time) (time.Time, error) {
	of, err := l.keptScope(ctx, at)
	if err != nil || of.IsZero() {
		return of, err
	}
	scope := l.assessor.Scope
	l.judge.scope, l.judge.engine = scope, l.judge.engine.ForSystems(scope.Systems)
	l.assessor.Engine = l.judge.engine
	if len(scope.Categories) > 0 {
		l.assessor.Categories = scope.Categories
	}
	return of, nil
}

// sampleCompany looks at the company of the demo, on its own day.
func (p *program) sampleCompany(ctx context.Context) (line *pipeline, a soc2.Assessment, err error) {
	dir, err := os.MkdirTemp("", "controlwatch-sample-")
	if err != nil {
		return nil, a, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	p.env, p.now = sample.Env, func() time.Time { return sample.Day }
	start, err := p.startSample(ctx, dir)
	if err != nil {
		return nil, a, err
	}
	life, err := sample.Life(func() time.Duration { return 0 })
	if err != nil {
		return nil, a, err
	}
	sources, err := p.openSources(start.config, transport.New(transport.Options{Base: life, Clock: p.now, Unpaced: true}))
	if err != nil {
		return nil, a, err
	}
	if line, _, err = start.open(ctx, p, sources, nil); err != nil {
		return nil, a, err
	}
	line.folder = dir
	if a, err = line.once(ctx, bare(sources)); err != nil {
		return nil, a, errors.Join(err, line.close())
	}
	return line, a, nil
}
