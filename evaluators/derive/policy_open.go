package derive

import (
	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

// policyOpen says whether the policy at a path of a fact lets in anybody: a
// statement allows everybody, and no condition narrows it to fixed values. It
// weighs statements as policyPublic does for buckets.
func policyOpen(s *subject, path string, p *evidence.PolicyDocument) truth {
	if p == nil {
		return unseen(sight.Holes(s.Fact, path)...)
	}
	if p.Absent {
		return definite(false)
	}
	if len(p.Statements) == 0 {
		return unseen(evidence.Hole{Field: path, Reason: evidence.ProviderError, Detail: "the policy holds no statement"})
	}
	all := make([]truth, 0, len(p.Statements))
	for _, st := range p.Statements {
		t := statementPublic(st)
		for i := range t.holes {
			t.holes[i].Field = path
		}
		all = append(all, t)
	}
	return or(all...)
}

var encryptionKeyRule = rule{kind: "EncryptionKey", apply: func(_ *world, s *subject) {
	if k, ok := s.Body.(*evidence.EncryptionKey); ok {
		k.Public = s.set("public", policyOpen(s, "policy", k.Policy))
	}
}}

var queueRule = rule{kind: "Queue", apply: func(_ *world, s *subject) {
	if q, ok := s.Body.(*evidence.Queue); ok {
		q.Public = s.set("public", policyOpen(s, "policy", q.Policy))
	}
}}
