package main

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// gapSource is where a gap analysis and a plan are made from.
type gapSource struct {
	store  *store.Store
	judge  *judge
	config config.Config
	ages   map[string]time.Duration // of sources
	now    func() time.Time
	// As a running plan has them; nil: they are read.
	noted func(context.Context) ([]soc2.Drift, error)
	told  func(context.Context) (soc2.Period, error)
}

// planned is a plan and what it was made from.
type planned struct {
	plan     soc2.Plan
	analysis soc2.GapAnalysis
	versions []soc2.PlanVersion
	drift    []soc2.Drift
	began    time.Time
}

// plan makes the plan of an assessment, on top of the newest frozen one.
func (g gapSource) plan(ctx context.Context, a soc2.Assessment) (planned, error) {
	var out planned
	var err error
	if out.began, err = g.store.Began(ctx); err != nil {
		return out, err
	}
	if g.noted != nil {
		out.drift, err = g.noted(ctx)
	} else {
		out.drift, err = g.store.DriftSince(ctx, out.began, math.MaxInt32)
	}
	if err != nil {
		return out, err
	}
	versions, changes, err := daemon.PlanRecords(ctx, g.store)
	if err != nil {
		return out, err
	}
	out.versions = versions
	in, err := g.inputs(ctx, a, out)
	if err != nil {
		return out, err
	}
	out.analysis = soc2.AnalyseGaps(in)
	within, err := fixWithin(g.config)
	if err != nil {
		return out, err
	}
	asked := soc2.PlanInputs{Analysis: out.analysis, Catalogue: in.Catalogue, FixWithin: within, Changes: changes, Drift: out.drift, Scope: in.Scope}
	if len(versions) > 0 {
		asked.Previous = &versions[len(versions)-1].Plan
	}
	out.plan = soc2.PlanOf(asked)
	return out, nil
}

// inputs gathers everything a gap analysis is made of.
func (g gapSource) inputs(ctx context.Context, a soc2.Assessment, known planned) (soc2.GapInputs, error) {
	in := soc2.GapInputs{
		Now: a.At, Assessment: &a, Catalogue: g.judge.catalogue, Scope: g.judge.scope, Assets: unknownAssets(a),
		HeldBefore: soc2.HeldBefore(known.drift), Began: known.began, Rules: riskRules(g.config.Risk),
	}
	recorded, err := g.store.Decisions(ctx, a.At, onePerson(g.config.People()))
	if err != nil {
		return in, err
	}
	in.Decisions = g.judge.decisions
	for _, d := range recorded {
		if d.InForce(a.At) {
			in.Decisions = append(in.Decisions, d.Decision)
		}
	}
	if in.Walkthroughs, err = daemon.Walkthroughs(ctx, g.store); err != nil {
		return in, err
	}
	if in.Adoptions, in.Company, err = g.controls(ctx, a.At); err != nil {
		return in, err
	}
	if !g.config.Period.Configured() {
		return in, nil
	}
	asked, err := periodAsked(g.config, periodFlags{}, g.now())
	if err != nil || !asked.Window.From.Before(asked.Now) {
		return in, err
	}
	var told soc2.Period
	if g.told != nil {
		told, err = g.told(ctx)
	} else {
		told, err = tellPeriod(ctx, g.store, g.judge, g.ages, asked)
	}
	if err != nil {
		return in, err
	}
	in.Dues = map[string][]soc2.AttestationDue{}
	for _, c := range told.Controls {
		in.Dues[c.ID] = c.Attestations
		in.Designs = append(in.Designs, c.Designs...)
	}
	return in, nil
}

// controls are what the company adopted and declined by a time, and its own controls.
func (g gapSource) controls(ctx context.Context, at time.Time) ([]soc2.Adoption, []soc2.CompanyControl, error) {
	adoptions, err := g.store.Adoptions(ctx, at, onePerson(g.config.People()))
	if err != nil {
		return nil, nil, err
	}
	records, err := g.store.Recordings(ctx, soc2.EntryCompanyControls, soc2.EntryControlLink)
	if err != nil {
		return nil, nil, err
	}
	return soc2.AdoptionsAt(adoptions, at), soc2.ReadCompany(records, at).Controls, nil
}

// unknownAssets counts what the inventory of an assessment lacks. It is complete
// where every list was seen to its end, and there are lists at all.
func unknownAssets(a soc2.Assessment) *soc2.UnknownAssets {
	missing := slices.ContainsFunc(a.Holes, func(h soc2.ScopedHole) bool { return h.Hole.Field == "" })
	return &soc2.UnknownAssets{Complete: len(a.Feeds) > 0 && !missing, UnownedTotal: a.Assets.Unowned, UnclassifiedTotal: a.Assets.Unclassified}
}

func fixWithin(cfg config.Config) (map[soc2.Severity]time.Duration, error) {
	within := soc2.DefaultFixWithin()
	for word, span := range cfg.Period.FixWithin {
		severity, err := soc2.ParseSeverity(word)
		if err != nil {
			return nil, err
		}
		within[severity] = time.Duration(span)
	}
	return within, nil
}

func riskRules(c config.Risk) soc2.RiskRules {
	r := soc2.RiskRules{Facts: map[soc2.RiskFact]soc2.RiskRule{}, OldAfter: time.Duration(c.OldAfter), FewPercent: c.FewPercent, FewOf: c.FewOf}
	for fact, rule := range c.Rules {
		r.Facts[soc2.RiskFact(fact)] = soc2.RiskRule(rule)
	}
	return r
}

// gaps is where the gaps of what this route judges are analysed.
func (l *pipeline) gaps(now func() time.Time) gapSource {
	return gapSource{store: l.store, judge: l.judge, config: l.config, ages: l.assessor.Sources, now: now}
}

// planNow makes the plan of what the store holds now.
func (p *program) planNow(ctx context.Context, file string) (planned, soc2.Assessment, *past, error) {
	line, err := p.openPast(ctx, file)
	if err != nil {
		return planned{}, soc2.Assessment{}, nil, err
	}
	a, err := line.assessor.AsOf(ctx, line.store, p.now())
	var made planned
	if err == nil {
		made, err = line.gaps(p.now).plan(ctx, a)
	}
	if err != nil {
		return planned{}, a, nil, errors.Join(err, line.close())
	}
	return made, a, line, nil
}
