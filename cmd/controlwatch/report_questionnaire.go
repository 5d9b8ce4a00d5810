package main

import (
	"context"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/report/kinds"
)

var questionnaireKind = reportKind{
	name:  "questionnaire",
	short: "Show the checklist before an audit as asked and answered, section by section",
	long: `Questionnaire shows the checklist that precedes an audit, section by section: each
question, the controls that answer it, what evidence shows of them, and for those that
a person attests the last statement, who made it and until when it counts.

"controlwatch questionnaire" asks what is open; this shows how it stands.`,
	build: func(ctx context.Context, _ *program, r reporting) (document.Document, any, error) {
		in := kinds.QuestionnaireInputs{Catalogue: r.line.judge.catalogue, Zone: r.line.config.Zone()}
		items, err := catalogue.Checklist()
		if err != nil {
			return document.Document{}, nil, err
		}
		for _, i := range items {
			item := kinds.ChecklistItem{ID: i.ID, Title: i.Title, Controls: i.Controls}
			switch i.Part {
			case catalogue.ChecklistSection:
				in.Sections = append(in.Sections, item)
			case catalogue.ChecklistQuestion:
				in.Questions = append(in.Questions, item)
			}
		}
		if in.Standings, err = r.standings(ctx); err != nil {
			return document.Document{}, nil, err
		}
		value := kinds.QuestionnaireOf(r.head, in, r.assessment)
		return kinds.QuestionnaireDocument(r.head, value, r.assessment), value, nil
	},
}
