package evaluators

import (
	"context"
	"time"

	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evaluators/expression"
	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// Evaluate judges a snapshot that fits into memory, and gives every finding in
// the order every output uses. Stream is the same for any number of facts.
func (e *Engine) Evaluate(ctx context.Context, snap evidence.Snapshot) ([]soc2.Finding, error) {
	var findings []soc2.Finding
	err := e.Stream(ctx, snap.View(), func(j *Judged) error {
		j.Show()
		findings = append(findings, j.Findings...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	soc2.SortFindings(findings)
	return findings, nil
}

// judgeFact fills in what the checks of its kind say of a derived fact.
func (e *Engine) judgeFact(ctx context.Context, view *sight.Sight, at time.Time, j *Judged) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	f := &j.fact
	var inputs string
	var stale *evidence.Hole
	var subject *expression.Subject
	var broken error
	for _, k := range e.byKind[f.Resource.Kind] {
		if !k.AppliesTo(f.Resource.Type) {
			continue
		}
		if inputs == "" {
			inputs = digest(f)
			if h, lost := view.Fact(f); lost {
				stale = &h
			}
			subject, broken = k.env.Subject(f.Body, &f.Resource, at)
		}
		j.Findings = append(j.Findings, k.finding(f, inputs))
		j.checks = append(j.checks, k)
		v := verdict{&j.Findings[len(j.Findings)-1]}
		switch {
		case stale != nil:
			v.unobserved(*stale)
		case broken != nil:
			v.Reason = "cannot be judged: " + broken.Error()
		default:
			under := subject.With(k.env)
			if err := k.judge(ctx, v, f, &under); err != nil {
				return err
			}
		}
	}
	return nil
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
type verdict struct{ *soc2.Finding }

func (k *check) finding(f *evidence.Fact, inputs string) soc2.Finding {
	return soc2.Finding{
		Control: k.control, Check: k.ID, Covers: k.Covers, Outcome: soc2.Unobserved, Severity: k.severity,
		Resource: f.Resource, Desired: k.desired, Remediation: k.remediation[f.Resource.Provider], Inputs: inputs,
	}
}

// judge asks when, then pass.
func (k *check) judge(ctx context.Context, v verdict, f *evidence.Fact, s *expression.Subject) error {
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
func (v verdict) unanswered(f *evidence.Fact, a expression.Answer) {
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
