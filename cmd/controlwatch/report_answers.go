package main

import (
	"context"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/report/kinds"
	"github.com/controlwatch/controlwatch/soc2"
)

var answersKind = reportKind{
	name:  "answers",
	short: "Draft answers to customers' security questions from what evidence shows",
	long: `Answers drafts answers to what customers ask in security questionnaires, each with
the controls it rests on, how many checks pass, fail and were not seen, and when.

A draft says yes only where each of its controls passes, nothing was unseen and nothing
was left out by decision. Where anything fails it says where; where anything was not
seen it says that it could not be determined. An accepted risk is still a gap.

Beside each is what no control shows and a person has to add. Whoever sends an answer
answers for it.`,
	build: func(ctx context.Context, _ *program, r reporting) (document.Document, any, error) {
		questions, err := catalogue.CustomerQuestions()
		if err != nil {
			return document.Document{}, nil, err
		}
		standings, err := r.standings(ctx)
		if err != nil {
			return document.Document{}, nil, err
		}
		answers, err := soc2.CustomerAnswers(soc2.AnswerInputs{
			Questions: questions, Catalogue: r.line.judge.catalogue, Assessment: &r.assessment, Standings: standings, Zone: r.line.config.Zone(),
		})
		if err != nil {
			return document.Document{}, nil, err
		}
		value := kinds.AnswersOf(r.head, answers, r.assessment)
		return kinds.AnswersDocument(r.head, value, r.assessment), value, nil
	},
}
