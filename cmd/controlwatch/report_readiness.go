package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/publish/anchor"
	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/report/kinds"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

var readinessKind = reportKind{
	name:   "readiness",
	short:  "Tell on one page whether the observation period can start today",
	period: true,
	long: `Readiness answers whether the observation period can start: what is known to stand
against it, and what cannot be told, each with what to do. It looks at the period and
what is stated of the scope; sources that were not read; criteria in scope that no
control bears on; controls without evidence, without a first instance or without an
owner; open critical and high gaps; decisions that end within the period; whether the
evidence log is out of the operator's reach; and whether people can sign.

The answer is one of three. "Not yet": something known stands against it. "Cannot
tell": nothing known does, and something was not seen. "Nothing known stands against
starting" is no more than that: no opinion on the controls, and none on an audit.

While nobody has adopted a control, all that are proposed within the profile count.

For each activity that recurs it gives the latest safe start: the last day, in the
configuration's time zone, on which it can be performed first so that each planned
instance falls into the period when it is repeated as its validity ends.

The period is the configuration's, or that of --from and --to.`,
	build: func(ctx context.Context, p *program, r reporting) (document.Document, any, error) {
		told, err := p.readiness(ctx, r)
		if err != nil {
			return document.Document{}, nil, err
		}
		value := kinds.ReadinessOf(r.head, told, r.assessment)
		return kinds.ReadinessDocument(r.head, value, r.assessment), value, nil
	},
}

func (p *program) readiness(ctx context.Context, r reporting) (soc2.Readiness, error) {
	cfg := r.line.config
	in := soc2.ReadinessInputs{
		Now: r.assessment.At, Zone: cfg.Zone(), Assessment: &r.assessment, Catalogue: r.line.judge.catalogue, Scope: r.line.judge.scope,
	}
	var err error
	if in.Adoptions, in.Company, err = r.line.gaps(p.now).controls(ctx, in.Now); err != nil {
		return soc2.Readiness{}, err
	}
	window, kind, err := r.window(p.now())
	if err != nil {
		return soc2.Readiness{}, err
	}
	in.Window, in.Type = window, kind
	made, err := r.line.gaps(p.now).plan(ctx, r.assessment)
	if err != nil {
		return soc2.Readiness{}, err
	}
	in.Gaps = &made.analysis
	if in.Standings, err = r.standings(ctx); err != nil {
		return soc2.Readiness{}, err
	}
	if in.Protection, err = keptProtection(ctx, r.line.store); err != nil {
		return soc2.Readiness{}, err
	}
	if r.asked.config != "" || r.asked.sample {
		signers := 0
		for _, one := range cfg.Identities {
			if len(one.Keys) > 0 {
				signers++
			}
		}
		in.Signers = &signers
	}
	return soc2.ReadinessOf(in), nil
}

// window is the period that was asked for, or that is configured; empty: neither.
func (r reporting) window(now time.Time) (soc2.Interval, soc2.PeriodType, error) {
	cfg := r.line.config
	if !cfg.Period.Configured() && r.asked.from == "" && r.asked.to == "" {
		return soc2.Interval{}, "", nil
	}
	asked, err := periodAsked(cfg, periodFlags{from: r.asked.from, to: r.asked.to}, now)
	return asked.Window, asked.Type, err
}

// standings are how attested controls stood when it was judged.
func (r reporting) standings(ctx context.Context) ([]soc2.AttestationStanding, error) {
	then := *r.line.assessor
	then.Clock = func() time.Time { return r.assessment.At }
	return then.Attestations(ctx, soc2.DefaultSoon)
}

// keptProtection is how far the log is out of the operator's reach by the receipts
// that it holds itself. Whether they are right, verify says.
func keptProtection(ctx context.Context, s *store.Store) (*soc2.Protection, error) {
	out := &soc2.Protection{}
	signed := map[int64]bool{}
	for k, err := range s.Checkpoints(ctx) {
		if err != nil {
			return nil, err
		}
		signed[k.Size] = true
		out.LogSize = max(out.LogSize, k.Size)
	}
	known := map[string]bool{}
	for e, err := range s.Entries(ctx, entryAnchor) {
		if err != nil {
			return nil, err
		}
		var r anchor.Receipt
		if err := json.Unmarshal(e.Body, &r); err != nil {
			return nil, fmt.Errorf("the receipt of an anchor in record %s cannot be read: %w", e.ID, err)
		}
		if !r.Outside || !signed[r.Size] {
			continue
		}
		if !known[e.Subject] {
			known[e.Subject] = true
			out.Outside = append(out.Outside, e.Subject)
		}
		if r.Size > out.Size {
			out.By, out.Size, out.At = e.Subject, r.Size, r.At
		}
	}
	return out, nil
}
