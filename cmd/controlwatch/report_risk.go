package main

import (
	"context"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/report/kinds"
)

var riskKind = reportKind{
	name:  "risk",
	short: "Write the risk register: what gaps can lead to, inherent and residual, ranked",
	long: `Risk has a ranking of all gaps by residual risk, matrices of inherent and residual
risk, the rules by which facts weigh, and for each risk its threat source, weakness,
factors, mitigations in place, commitments and laws it touches, and acceptance.

Risk is likelihood times impact, each from 1 to 5. An acceptance makes no risk smaller,
and what was not seen lowers nothing. The rules can be changed in the configuration
(risk); those that were are marked.`,
	build: func(ctx context.Context, p *program, r reporting) (document.Document, any, error) {
		in, err := p.analysed(ctx, r)
		if err != nil {
			return document.Document{}, nil, err
		}
		value := kinds.RiskOf(in)
		return kinds.RiskDocument(in.Head, value, in.Assessment), value, nil
	},
}
