package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/config"
)

// past is a store that is read and not written to: nothing is pulled.
type past struct {
	*pipeline
	parameters map[string]map[string]any
	began      time.Time // of the store
}

// openPast opens the store that a configuration names. Without a configuration
// every source the store knows is judged, by the catalogue's parameters; with one,
// its sources, under its parameters and decisions.
func (p *program) openPast(ctx context.Context, file string) (*past, error) {
	cfg, err := p.configured(file)
	if err != nil {
		return nil, err
	}
	var sources []source
	if file != "" {
		seam, err := p.newSeam(cfg, nil)
		if err != nil {
			return nil, err
		}
		if sources, err = p.openSources(cfg, seam); err != nil {
			return nil, err
		}
	}
	dsn, err := p.storeDSN(cfg.Store)
	if err != nil {
		return nil, err
	}
	if err := mustExist(dsn); err != nil {
		return nil, err
	}
	j, err := newJudge(cfg)
	if err != nil {
		return nil, err
	}
	line, err := p.newPipeline(ctx, pipelineOptions{dsn: dsn, config: cfg, sources: sources, judge: j, reading: true})
	if err != nil {
		return nil, err
	}
	out := &past{pipeline: line, parameters: cfg.Controls.Parameters}
	if out.began, err = line.store.Began(ctx); err == nil && out.began.IsZero() {
		err = fmt.Errorf("the store at %s is empty: `controlwatch scan` fills it", line.store.Path())
	}
	if err == nil && file == "" {
		err = out.everySource(ctx, p.now())
	}
	if err == nil {
		_, err = line.knowRecorded(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, line.close())
	}
	return out, nil
}

// everySource judges whatever the store knows.
func (l *past) everySource(ctx context.Context, now time.Time) error {
	names, err := l.store.Planned(ctx, now)
	for _, name := range names {
		l.assessor.Sources[name] = config.DefaultMaxAge
	}
	return err
}

// known refuses a moment before the store's beginning, and says on standard error
// which sources had never been looked at by then.
func (l *past) known(ctx context.Context, p *program, at time.Time) error {
	if at.Before(l.began) {
		return fmt.Errorf("the store knows nothing as of %s: it begins at %s, and a later moment can be asked for", at.UTC().Format(time.RFC3339), l.began.UTC().Format(time.RFC3339))
	}
	planned, err := l.store.Planned(ctx, at)
	if err != nil {
		return err
	}
	if len(planned) == 0 {
		return fmt.Errorf("no source had been looked at by %s", at.UTC().Format(time.RFC3339))
	}
	var names []string
	for name := range l.assessor.Sources {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if !slices.Contains(planned, name) {
			fmt.Fprintf(p.stderr, "%s: NOT judged, it had not been looked at by %s\n", name, at.UTC().Format(time.RFC3339))
		}
	}
	return nil
}
