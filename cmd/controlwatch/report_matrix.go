package main

import (
	"context"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/report/kinds"
)

var matrixKind = reportKind{
	name:  "matrix",
	short: "Map controls to SOC 2, ISO 27001, HIPAA, NIST CSF, NIST 800-53 and CIS, with their state",
	long: `Matrix has a row for each control of the catalogue: its state by the newest
evidence, and the requirements it bears on, of the Trust Services Criteria, ISO/IEC
27001:2022, the HIPAA Security Rule, NIST CSF 2.0, NIST SP 800-53 and CIS; then a row
for each requirement with its controls.

Of the 61 Trust Services Criteria it lists those that no control bears on, and those
with supporting evidence only; of Annex A of ISO 27001, NIST CSF, the moderate baseline
of SP 800-53 and HIPAA's security and breach rules those that no control bears on. Of
CIS Benchmarks it holds no complete list, and says so.

That controls of a requirement show no gap is no opinion on whether it is fulfilled.`,
	build: func(_ context.Context, _ *program, r reporting) (document.Document, any, error) {
		listed, err := catalogue.Frameworks()
		if err != nil {
			return document.Document{}, nil, err
		}
		m := kinds.MatrixOf(r.head, r.catalogue, r.assessment, listed)
		return kinds.MatrixDocument(r.head, m, r.assessment), m, nil
	},
}
