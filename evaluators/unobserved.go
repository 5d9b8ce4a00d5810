package evaluators

import (
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evaluators/observed"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// unobserved says which holes are the reason.
func (v *verdict) unobserved(holes ...evidence.Hole) {
	v.Outcome = soc2.Unobserved
	for _, h := range holes {
		if !slices.Contains(v.Holes, h) {
			v.Holes = append(v.Holes, h)
		}
	}
	v.Reason = reason(v.Holes)
}

// reason is what a person reads: what was not seen, why, and the read that failed.
func reason(holes []evidence.Hole) string {
	var parts []string
	for _, h := range holes {
		text := string(h.Reason)
		switch {
		case h.Field != "":
			text = h.Field + ": " + text
		case h.Type != "":
			text = h.Type + ": " + text
		}
		if h.Operation != "" {
			text += " (" + h.Operation + ")"
		}
		if h.Operation == "" && h.Detail != "" {
			text += ", " + h.Detail
		}
		if !slices.Contains(parts, text) {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "; ")
}

// unseenScopes gives, for each check, a finding on each list of resources it
// applies to that was not seen. Where no feed lists anything that any check of a
// control applies to, each of its checks has one on the whole organisation. A
// check that nothing feeds beside one that is fed asks of a provider the company
// does not use, which is a matter of scope.
func (e *Engine) unseenScopes(snap evidence.Snapshot) []soc2.Finding {
	var findings []soc2.Finding
	fed := map[string]bool{}
	for _, k := range e.checks {
		at := map[evidence.Key]*verdict{}
		var order []*verdict
		for _, f := range snap.Feeds {
			for _, p := range f.Populations {
				if p.Kind != k.Kind || !k.AppliesTo(p.Type) {
					continue
				}
				fed[k.control] = true
				h, lost := f.HoleAt(p.Type, snap.At)
				if !lost {
					continue
				}
				r := f.ID.Scope.Resource(p.Type)
				if at[r.Key()] == nil {
					v := k.onScope(r)
					at[r.Key()] = &v
					order = append(order, &v)
				}
				at[r.Key()].unobserved(h)
			}
		}
		for _, v := range order {
			findings = append(findings, v.onScopeDone())
		}
	}
	for _, k := range e.checks {
		if fed[k.control] {
			continue
		}
		v := k.onScope(nowhere(k))
		v.unobserved(evidence.Hole{Type: v.Resource.Type, Reason: evidence.NotConfigured, Detail: "no configured source lists any"})
		findings = append(findings, v.onScopeDone())
	}
	return findings
}

func (k *check) onScope(r evidence.Resource) verdict {
	return verdict{soc2.Finding{
		Control: k.control, Check: k.ID, Covers: k.Covers, Severity: k.severity, Resource: r,
		Desired: k.desired, Remediation: k.remediation[r.Provider],
	}}
}

// onScopeDone fills in what follows from the holes. The digest is of the reasons
// only: how often a read was tried is no change.
func (v *verdict) onScopeDone() soc2.Finding {
	var reasons []string
	for _, h := range v.Holes {
		reasons = append(reasons, h.Type+" "+string(h.Reason)+" "+h.Operation)
	}
	v.Inputs = evidence.Digest([]byte(strings.Join(reasons, "\n")))
	v.Observed = append(append([]byte(`{"resources":`), observed.Unseen(v.Holes[0].Reason)...), '}')
	return v.Finding
}

// nowhere is the whole organisation standing in for sources nobody configured.
func nowhere(k *check) evidence.Resource {
	typ := string(k.Kind)
	if len(k.Types) > 0 {
		typ = k.Types[0]
	}
	r := evidence.Scope{}.Resource(typ)
	r.Name = "no configured source"
	return r
}
