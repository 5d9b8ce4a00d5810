package main

import (
	"context"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/report/kinds"
)

var descriptionKind = reportKind{
	name:  "description",
	short: "Gather the inputs of the system description, and say what is missing",
	long: `Description gathers what the description of the system in a SOC 2 report is written
from, in the order of AICPA's description criteria: services, commitments, the system
with its boundary and components, incidents, what customers must do, subservice
organisations, criteria that are not relevant, and changes. It comes from scope in the
configuration, with counts of what was seen; what nobody has stated is listed first.

That an incident or a change is not stated does not say that there was none. A
criterion that is called not relevant keeps the state that evidence gives it.`,
	build: func(_ context.Context, _ *program, r reporting) (document.Document, any, error) {
		value := kinds.DescriptionOf(r.head, r.line.judge.scope, r.line.config.Zone(), r.assessment)
		return kinds.DescriptionDocument(r.head, value, r.assessment), value, nil
	},
}
