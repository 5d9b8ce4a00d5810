package main

import (
	"io"
	"time"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/report/oscal"
	"github.com/controlwatch/controlwatch/soc2"
)

// writeAssessmentResults writes an assessment as OSCAL assessment results.
func writeAssessmentResults(w io.Writer, a soc2.Assessment) error {
	cat, err := catalogue.Load()
	if err != nil {
		return err
	}
	return oscal.AssessmentResults(w, a, cat)
}

// writePOAM writes a plan as an OSCAL plan of action and milestones. When the store
// began tells whose it is, for as long as it is kept.
func writePOAM(w io.Writer, made planned, a soc2.Assessment, scope soc2.Scope) error {
	return oscal.POAM(w, oscal.Planned{
		System: "controlwatch store of " + made.began.UTC().Format(time.RFC3339Nano), Version: buildVersion(), Plan: made.plan, Analysis: made.analysis,
		Decisions: a.Decisions, Scope: scope,
	})
}
