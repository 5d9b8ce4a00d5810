package main

import (
	"context"
	"io"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/report/kinds"
	"github.com/controlwatch/controlwatch/soc2"
)

var gapKind = reportKind{
	name:  "gap",
	short: "Write a gap assessment: what does not hold or cannot be told, its risk, and what to do",
	long: `Gap is a gap assessment as a consultant hands it over: an executive summary; scope;
method; what was and was not observed; results by criterion, all 61 of them; each gap
with current and desired state, what is affected, risk and plan, the worst first;
progress; and appendices of decisions and whatever narrows, populations, controls, how
risk is weighed, and every finding that fails or was not observed.

Gaps are closed by evidence only. What was not seen counts as holding nowhere, and no
opinion is given on whether a criterion is fulfilled.

oscal writes assessment results of OSCAL 1.1.3; csv the list of gaps; --table names another. With -c the scope, owners, risk
rules and fix times of the configuration count.`,
	build: func(ctx context.Context, p *program, r reporting) (document.Document, any, error) {
		in, err := p.analysed(ctx, r)
		if err != nil {
			return document.Document{}, nil, err
		}
		value := kinds.GapOf(in)
		return kinds.GapDocument(in.Head, value, in.Assessment), value, nil
	},
	extras: []reportExtra{{"oscal", func(_ context.Context, _ *program, r reporting, w io.Writer, _ any) error {
		return writeAssessmentResults(w, r.assessment)
	}}},
}

// analysed is what the reports on gaps, risks and the plan are made from.
func (p *program) analysed(ctx context.Context, r reporting) (kinds.Analysed, error) {
	made, err := r.line.gaps(p.now).plan(ctx, r.assessment)
	if err != nil {
		return kinds.Analysed{}, err
	}
	if r.head.Organization == "" {
		r.head.Organization = r.line.judge.scope.Organization
	}
	return kinds.Analysed{
		Head: r.head, Catalogue: r.line.judge.catalogue, Assessment: &r.assessment, Scope: r.line.judge.scope, Rules: riskRules(r.line.config.Risk),
		Analysis: made.analysis, Plan: made.plan, Versions: made.versions,
		Progress: soc2.ProgressOf(&r.assessment, made.drift, made.began, soc2.GapSeverities(made.analysis.Gaps)),
	}, nil
}
