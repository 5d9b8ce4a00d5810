package evaluators

import (
	"context"
	"fmt"

	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evaluators/expression"
	"github.com/controlwatch/controlwatch/evaluators/observed"
	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// Evaluate judges a snapshot: every check over every fact it applies to, every
// list of resources that was not seen, every check nothing feeds, and every
// attested control. The findings are in the order every output uses. The error
// is the context's; whatever goes wrong with one fact costs that finding only.
func (e *Engine) Evaluate(ctx context.Context, snap evidence.Snapshot) ([]soc2.Finding, error) {
	view := sight.Of(snap)
	facts := derive.All(snap)
	var findings []soc2.Finding
	for i := range facts {
		judged, err := e.judgeFact(ctx, view, snap, &facts[i])
		if err != nil {
			return nil, fmt.Errorf("evaluate: %w", err)
		}
		findings = append(findings, judged...)
	}
	findings = append(findings, e.unseenScopes(snap)...)
	findings = append(findings, e.attestations(view, snap, facts)...)
	soc2.SortFindings(findings)
	return findings, nil
}

func (e *Engine) judgeFact(ctx context.Context, view *sight.Sight, snap evidence.Snapshot, f *evidence.Fact) ([]soc2.Finding, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	checks := e.byKind[f.Resource.Kind]
	findings := make([]soc2.Finding, 0, len(checks))
	var inputs string
	var stale *evidence.Hole
	var subject *expression.Subject
	var broken error
	for _, k := range checks {
		if !k.AppliesTo(f.Resource.Type) {
			continue
		}
		if inputs == "" {
			inputs = digest(f)
			if h, lost := view.Fact(f); lost {
				stale = &h
			}
			subject, broken = k.env.Subject(f.Body, &f.Resource, snap.At)
		}
		finding := k.finding(f, inputs)
		switch {
		case stale != nil:
			finding.unobserved(*stale)
		case broken != nil:
			finding.Reason = "cannot be judged: " + broken.Error()
		default:
			under := subject.With(k.env)
			if err := k.judge(ctx, &finding, f, &under); err != nil {
				return nil, err
			}
		}
		findings = append(findings, finding.Finding)
	}
	return findings, nil
}

// digest names what is judged: the stored form where nothing was derived.
func digest(f *evidence.Fact) string {
	if f.Digest != "" && !derive.Applies(f.Resource.Kind, f.Resource.Type) {
		return f.Digest
	}
	b, err := f.Encode()
	if err != nil {
		return ""
	}
	return evidence.Digest(b)
}

// verdict is a finding being made. It starts as unobserved, and stays so unless
// something is known.
type verdict struct{ soc2.Finding }

func (k *check) finding(f *evidence.Fact, inputs string) verdict {
	return verdict{soc2.Finding{
		Control: k.control, Check: k.ID, Covers: k.Covers, Outcome: soc2.Unobserved, Severity: k.severity,
		Resource: f.Resource, Observed: observed.Render(f, k.shown),
		Desired: k.desired, Remediation: k.remediation[f.Resource.Provider], Inputs: inputs,
	}}
}

// judge asks when, then pass.
func (k *check) judge(ctx context.Context, v *verdict, f *evidence.Fact, s *expression.Subject) error {
	if k.when != nil {
		a, err := k.when.Evaluate(ctx, s)
		if err != nil {
			return err
		}
		if !a.Known {
			v.unanswered(f, a)
			return nil
		}
		if !a.Value {
			v.Outcome, v.Reason = soc2.NotApplicable, "applies only when "+k.when.Source()
			return nil
		}
	}
	a, err := k.pass.Evaluate(ctx, s)
	switch {
	case err != nil:
		return err
	case !a.Known:
		v.unanswered(f, a)
	case a.Value:
		v.Outcome = soc2.Pass
	default:
		v.Outcome = soc2.Fail
	}
	return nil
}

// unanswered keeps the finding unobserved and says why.
func (v *verdict) unanswered(f *evidence.Fact, a expression.Answer) {
	if a.Err != nil {
		v.Reason = "could not be evaluated: " + a.Err.Error()
		return
	}
	var holes []evidence.Hole
	for _, path := range a.Unseen {
		holes = append(holes, sight.Holes(f, path)...)
	}
	v.unobserved(holes...)
}
