package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/internal/admin"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// periodFlags are what a period is asked by.
type periodFlags struct {
	file, from, to, kind, output string
	filter                       soc2.Filter
}

func newPeriod(p *program) *cobra.Command {
	var f periodFlags
	cmd := &cobra.Command{
		Use:   "period --from DAY --to DAY",
		Short: "Tell how controls operated over an observation period, from what the store holds",
		Long: `Period says of each control, from the first day to the last, both included:
how much of the time it was observed; the holes, with reason and bounds; each
deviation on each resource, with when it was last seen good and first seen bad,
last seen bad and first seen good; how soon it was seen and fixed, against the
time there is by severity; attestations by the date of the activity; and what
was changed in catalogue, parameters and scope.

A control is observed while every list it needs was read to its end, recently
enough, and an assessment judged it on every resource. Days before the first scan
are holes. Times are those at which something was looked at; where only judging
again told (an age, another catalogue), those at which it was judged. An
acceptance explains a deviation and never shortens it; losing sight, or leaving
the scope, ends none. no-occurrence is said only where complete reads throughout
showed that there was nothing the control applies to.

--type I is the state at the end of --to, with the recorded conclusions on
design. With -c and no days the configuration's period is told, and days are of
its time zone; otherwise they are of UTC. A period that is not over is told as of
now, with the days to come. Nothing is pulled.

No state is an opinion on whether a control was effective.

Exit codes: 0 no deviation and all observed · 1 a deviation · 2 could not tell ·
3 no deviation, but something was not observed`,
		Example: `  controlwatch period --from 2026-01-01 --to 2026-06-30
  controlwatch period -c controlwatch.yaml --criteria CC6.1 -o csv
  controlwatch period --type I --to 2026-06-30 -o json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			write, ok := periodFormats[f.output]
			if !ok {
				return fmt.Errorf("--output: %q is not a format; expected text, json or csv", f.output)
			}
			told, err := p.period(cmd.Context(), f)
			if err != nil {
				return err
			}
			if err := write(p, told); err != nil {
				return err
			}
			return periodExit(told)
		},
	}
	cmd.Flags().StringVarP(&f.file, "config", "c", "", "configuration whose period, time zone, sources and decisions count")
	cmd.Flags().StringVar(&f.from, "from", "", "first day, such as 2026-01-01")
	cmd.Flags().StringVar(&f.to, "to", "", "last day; it is in the period")
	cmd.Flags().StringVar(&f.kind, "type", "", "I or II (default II)")
	cmd.Flags().StringVarP(&f.output, "output", "o", "text", "text, json or csv")
	cmd.Flags().StringSliceVar(&f.filter.Controls, "control", nil, "only these controls (repeat it, or a,b)")
	cmd.Flags().StringSliceVar(&f.filter.Criteria, "criteria", nil, "only controls that bear on these criteria, as CC6.1")
	cmd.AddCommand(newPeriodClose(p), newPeriodRollForward(p))
	return cmd
}

var periodFormats = map[string]func(*program, soc2.Period) error{
	"text": func(p *program, told soc2.Period) error { return report.PeriodText(p.stdout, told, p.reportOptions()) },
	"json": func(p *program, told soc2.Period) error { return report.PeriodJSON(p.stdout, told) },
	"csv":  func(p *program, told soc2.Period) error { return report.PeriodCSV(p.stdout, told) },
}

// period reads what was asked for and tells it.
func (p *program) period(ctx context.Context, f periodFlags) (told soc2.Period, err error) {
	cfg := config.Default()
	if f.file != "" {
		if cfg, err = config.Read(f.file, p.env); err != nil {
			return told, err
		}
	}
	asked, err := periodAsked(cfg, f, p.now())
	if err != nil {
		return told, err
	}
	if !asked.Window.From.Before(asked.Now) {
		return told, fmt.Errorf("--from: the period has not begun: it is %s", asked.Now.UTC().Format(time.RFC3339))
	}
	line, err := p.openPast(ctx, f.file)
	if err != nil {
		return told, err
	}
	defer line.close() //nolint:errcheck // nothing was written
	if err := knownFilter(&f.filter, line.judge.catalogue); err != nil {
		return told, err
	}
	asked.Filter = f.filter
	if told, err = tellPeriod(ctx, line.store, line.judge, line.assessor.Sources, asked); err != nil {
		return told, err
	}
	done, err := admin.Acts(ctx, line.store, admin.Asked{From: asked.Window.From, To: asked.Window.To})
	told.Administration = &done
	return told, err
}

// tellPeriod reads a period from the store.
func tellPeriod(ctx context.Context, s *store.Store, j *judge, maxAges map[string]time.Duration, asked soc2.PeriodAsked) (soc2.Period, error) {
	ev, err := s.Period(ctx, store.PeriodQuery{Window: asked.Window, MaxAges: maxAges, MaxAge: config.DefaultMaxAge})
	if err != nil {
		return soc2.Period{}, err
	}
	if ev.Decisions, err = everDecided(ctx, s, ev, j); err != nil {
		return soc2.Period{}, err
	}
	if err := companyThen(ctx, s, &ev, j.people); err != nil {
		return soc2.Period{}, err
	}
	asked.Catalogue = j.catalogue
	return soc2.PeriodOf(ev, asked), nil
}

// periodAsked puts flags before what is configured.
func periodAsked(cfg config.Config, f periodFlags, now time.Time) (soc2.PeriodAsked, error) {
	zone := cfg.Zone()
	scope, err := scopeOf(cfg)
	if err != nil {
		return soc2.PeriodAsked{}, err
	}
	asked := soc2.PeriodAsked{
		Type: soc2.PeriodType(cmp.Or(f.kind, cfg.Period.Type, string(soc2.TypeII))), Zone: zone, Now: now, FixWithin: soc2.DefaultFixWithin(),
		Categories: cfg.Scope.Categories, Systems: scope.Systems,
	}
	if !slices.Contains(config.PeriodTypes, string(asked.Type)) {
		return asked, fmt.Errorf("--type: %q is not a type of period; expected I or II", f.kind)
	}
	first, last := cmp.Or(f.from, cfg.Period.From), cmp.Or(f.to, cfg.Period.To)
	switch {
	case last == "":
		return asked, errors.New("--to is missing: give the last day of the period, such as --to 2026-06-30, or -c FILE with a period")
	case asked.Type == soc2.TypeI && f.from != "":
		return asked, errors.New("--from: type I is the state as of one day: give --to alone")
	case asked.Type == soc2.TypeI:
		first = last
	case first == "":
		return asked, errors.New("--from is missing: give the first day of the period, such as --from 2026-01-01")
	}
	from, to, err := config.Days(first, last, zone)
	if err != nil {
		return asked, fmt.Errorf("--%w", err)
	}
	asked.Window = soc2.Interval{From: from, To: to}
	for word, within := range cfg.Period.FixWithin {
		severity, err := soc2.ParseSeverity(word)
		if err != nil {
			return asked, err
		}
		asked.FixWithin[severity] = time.Duration(within)
	}
	return asked, nil
}

func periodExit(told soc2.Period) error {
	worst := 0
	for _, c := range told.Told() {
		switch c.State {
		case soc2.DeviationSeen:
			return exitError{exitGap}
		case soc2.PeriodIncomplete:
			worst = exitIncomplete
		case soc2.NoDeviationSeen, soc2.NoneOccurred, soc2.PeriodOutOfScope:
		}
	}
	if worst != 0 || len(told.Told()) == 0 {
		return exitError{exitIncomplete}
	}
	return nil
}

// runningPeriod tells the configured period as of now; nil: none is configured.
func (p *program) runningPeriod(s *store.Store, j *judge, o pipelineOptions) *lastTold {
	if !o.config.Period.Configured() {
		return nil
	}
	ages := maxAges(o.sources)
	return &lastTold{now: p.now, tell: func(ctx context.Context) (soc2.Period, error) {
		asked, err := periodAsked(o.config, periodFlags{}, p.now())
		if err != nil {
			return soc2.Period{}, err
		}
		return tellPeriod(ctx, s, j, ages, asked)
	}}
}
