package main

import (
	"context"
	"io"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/report/kinds"
)

var planKind = reportKind{
	name:  "plan",
	short: "Write the remediation plan: who closes what until when, how far it is and what slipped",
	long: `Plan has every gap by due date, overdue ones first, and by owner; tasks with commands,
effort and what must come first; versions with who approved them, and what slipped
since; progress, mean time to remediate and a forecast with its bounds.

A status follows evidence and nothing else. controlwatch plan set says who owns a gap
and until when, plan freeze keeps a version, and approve is another person's yes.
oscal writes a plan of action and milestones of OSCAL 1.1.3.`,
	build: func(ctx context.Context, p *program, r reporting) (document.Document, any, error) {
		in, err := p.analysed(ctx, r)
		if err != nil {
			return document.Document{}, nil, err
		}
		value := kinds.PlanReportOf(in)
		return kinds.PlanDocument(in.Head, value, in.Assessment), value, nil
	},
	extras: []reportExtra{{"oscal", func(ctx context.Context, p *program, r reporting, w io.Writer, _ any) error {
		made, err := r.line.gaps(p.now).plan(ctx, r.assessment)
		if err != nil {
			return err
		}
		return writePOAM(w, made, r.assessment, r.line.judge.scope)
	}}},
}
