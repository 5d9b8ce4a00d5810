package evaluators

import (
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evaluators/observed"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// unobserved says which holes are the reason.
func (v verdict) unobserved(holes ...evidence.Hole) {
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
func (e *Engine) unseenScopes(feeds []evidence.FeedState, at time.Time) []soc2.Finding {
	var findings []soc2.Finding
	lists := populationsOf(feeds, at)
	fed := map[string]bool{}
	for _, k := range e.checks {
		on := map[evidence.Key]int{}
		from := len(findings)
		for _, p := range lists[k.Kind] {
			if !k.AppliesTo(p.typ) {
				continue
			}
			fed[k.control] = true
			if !p.lost {
				continue
			}
			r := p.scope.Resource(p.typ)
			i, known := on[r.Key()]
			if !known {
				i = len(findings)
				on[r.Key()] = i
				findings = append(findings, k.onScope(r))
			}
			verdict{&findings[i]}.unobserved(p.hole)
		}
		for i := from; i < len(findings); i++ {
			verdict{&findings[i]}.onScopeDone()
		}
	}
	for _, k := range e.checks {
		if fed[k.control] {
			continue
		}
		f := k.onScope(nowhere(k))
		v := verdict{&f}
		v.unobserved(evidence.Hole{Type: v.Resource.Type, Reason: evidence.NotConfigured, Detail: "no configured source lists any"})
		v.onScopeDone()
		findings = append(findings, f)
	}
	return findings
}

// list is one population of one feed, and what was not seen of it.
type list struct {
	scope evidence.Scope
	typ   string
	hole  evidence.Hole
	lost  bool
}

// populationsOf asks every feed once, not once for every check.
func populationsOf(feeds []evidence.FeedState, at time.Time) map[evidence.Kind][]list {
	lists := map[evidence.Kind][]list{}
	for _, f := range feeds {
		for _, p := range f.Populations {
			l := list{scope: f.ID.Scope, typ: p.Type}
			l.hole, l.lost = f.HoleAt(p.Type, at)
			lists[p.Kind] = append(lists[p.Kind], l)
		}
	}
	return lists
}

func (k *check) onScope(r evidence.Resource) soc2.Finding {
	return soc2.Finding{
		Control: k.control, Check: k.ID, Covers: k.Covers, Severity: k.severity, Resource: r,
		Desired: k.desired, Remediation: k.remediation[r.Provider],
	}
}

// onScopeDone fills in what follows from the holes. The digest is of the reasons
// only: how often a read was tried is no change.
func (v verdict) onScopeDone() {
	var reasons []string
	for _, h := range v.Holes {
		reasons = append(reasons, h.Type+" "+string(h.Reason)+" "+h.Operation)
	}
	v.Inputs = evidence.Digest([]byte(strings.Join(reasons, "\n")))
	v.Observed = append(append([]byte(`{"resources":`), observed.Unseen(v.Holes[0].Reason)...), '}')
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
