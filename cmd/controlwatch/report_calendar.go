package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/report/kinds"
	"github.com/controlwatch/controlwatch/soc2"
)

var calendarKind = reportKind{
	name:   "calendar",
	short:  "List control activities by month and owner: what has to be done until when",
	period: true,
	long: `Calendar lists by month and by owner what has to be done until when: each planned
instance of an activity that recurs, access reviews among them; the last day on which
each attested control's statement counts; the last day of each decision that is in
force; due dates of the plan; the first and last day of the period, and the audit's.

What no statement counts for is due today. Where nobody is named as owner, the role
that the catalogue proposes stands in, and says so. Without a period no instance is
planned. The period is the configuration's, or that of --from and --to.

-o ics is for calendar programs (RFC 5545): days without a time and without alarms,
each with an identifier that stays, so that importing a newer file moves what moved.`,
	build: func(ctx context.Context, p *program, r reporting) (document.Document, any, error) {
		told, err := p.calendar(ctx, r)
		if err != nil {
			return document.Document{}, nil, err
		}
		value := kinds.CalendarOf(r.head, told, r.assessment)
		return kinds.CalendarDocument(r.head, value, r.assessment), value, nil
	},
	extras: []reportExtra{{name: "ics", write: func(_ context.Context, _ *program, _ reporting, w io.Writer, value any) error {
		c, ok := value.(kinds.Calendar)
		if !ok {
			return fmt.Errorf("write ics: it is no calendar but a %T", value)
		}
		return kinds.CalendarICS(w, c)
	}}},
}

func (p *program) calendar(ctx context.Context, r reporting) (soc2.Calendar, error) {
	in := soc2.CalendarInputs{Now: r.assessment.At, Zone: r.line.config.Zone(), Scope: r.line.judge.scope, Decisions: r.assessment.Decisions}
	var err error
	if in.Window, _, err = r.window(p.now()); err != nil {
		return soc2.Calendar{}, err
	}
	if in.Standings, err = r.standings(ctx); err != nil {
		return soc2.Calendar{}, err
	}
	made, err := r.line.gaps(p.now).plan(ctx, r.assessment)
	if err != nil {
		return soc2.Calendar{}, err
	}
	in.Plan = &made.plan
	catalogue := r.line.judge.catalogue
	asked := soc2.ReadinessInputs{Catalogue: catalogue, Scope: r.line.judge.scope}
	if asked.Adoptions, asked.Company, err = r.line.gaps(p.now).controls(ctx, in.Now); err != nil {
		return soc2.Calendar{}, err
	}
	in.Company = asked.Company
	counting := soc2.CountingControls(asked)
	in.Counts = func(control string) bool {
		_, counts := counting[control]
		return counts || !slices.ContainsFunc(catalogue.Controls, func(c soc2.Control) bool { return c.ID == control })
	}
	return soc2.CalendarOf(in), nil
}
