package main

import (
	"context"
	"errors"
	"time"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/internal/admin"
	"github.com/controlwatch/controlwatch/soc2"
)

// exportedPeriod tells the window of an export as "controlwatch period" would, to the
// microsecond and whatever its days.
func (p *program) exportedPeriod(ctx context.Context, f exportFlags, from, to time.Time) (told soc2.Period, err error) {
	cfg := config.Default()
	if f.config != "" {
		if cfg, err = config.Read(f.config, p.env); err != nil {
			return told, err
		}
	}
	day := func(t time.Time) string { return t.In(cfg.Zone()).Format(time.DateOnly) }
	asked, err := periodAsked(cfg, periodFlags{from: day(from), to: day(to), kind: string(soc2.TypeII)}, p.now())
	if err != nil {
		return told, err
	}
	asked.Window = soc2.Interval{From: from, To: to.Add(time.Microsecond)} // its end is not in it, that of an export is
	line, err := p.openPast(ctx, f.config)
	if err != nil {
		return told, err
	}
	defer func() { err = errors.Join(err, line.close()) }()
	asked.Filter = soc2.Filter{Criteria: f.criteria}
	if err := knownFilter(&asked.Filter, line.judge.catalogue); err != nil {
		return told, err
	}
	if told, err = tellPeriod(ctx, line.store, line.judge, line.assessor.Sources, asked); err != nil {
		return told, err
	}
	done, err := admin.Acts(ctx, line.store, admin.Asked{From: asked.Window.From, To: asked.Window.To})
	told.Administration = &done
	return told, err
}

// exportedPopulation lists again what a sample was drawn from.
func (p *program) exportedPopulation(ctx context.Context, f exportFlags, drawn soc2.Sample) (found soc2.Population, err error) {
	q := soc2.PopulationQuery{From: drawn.From, To: drawn.To, Providers: drawn.Providers, Accounts: drawn.Accounts}
	if q.Of, err = soc2.PopulationOf(drawn.Population); err != nil {
		return found, err
	}
	line, err := p.openPast(ctx, f.config)
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, line.close()) }()
	return line.population(ctx, q)
}
