package main

import (
	"context"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/report/kinds"
)

var accessKind = reportKind{
	name:  "access",
	short: "Write who can reach what, with privilege, the way it was given, and last use",
	long: `Access lists, by person, what every account can reach: privilege, every way in which
it was given, last use and second factor; first what administers. What was not seen
says so, and the lists that were not seen to their end are named: there may be access
that is not in it.

controlwatch access filters the same list by person, system, privilege and use;
controlwatch review has people decide on it.`,
	build: func(ctx context.Context, _ *program, r reporting) (document.Document, any, error) {
		access, err := r.line.assessor.Access(ctx, r.line.store, r.assessment.At)
		if err != nil {
			return document.Document{}, nil, err
		}
		value := kinds.AccessOf(&access, r.assessment.SampleData)
		return kinds.AccessDocument(r.head, value, r.assessment), value, nil
	},
}
