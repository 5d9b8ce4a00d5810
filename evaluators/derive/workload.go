package derive

import (
	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

var workloadRule = rule{kind: "Workload", apply: func(_ *world, s *subject) {
	w, ok := s.Body.(*evidence.Workload)
	if !ok {
		return
	}
	public := unseen(evidence.Hole{Field: "public", Reason: evidence.NotCollected, Detail: "not derived for this type of workload"})
	if s.Resource.Type == "aws.lambda.function" {
		public = functionPublic(s, w.Lambda)
	}
	w.Public = s.set("public", public)
}}

// functionPublic says whether anyone may call a function: its policy lets
// everybody, or it answers at an address that asks nobody who he is. Such an
// address needs a statement in the policy too, but may have it on an alias,
// whose policies are not read: so it counts by itself.
// Source: AWS Lambda developer guide, access to function URLs.
func functionPublic(s *subject, f *evidence.LambdaFunction) truth {
	if f == nil {
		return unseen(sight.Holes(s.Fact, "lambda")...)
	}
	open := unseen(sight.Holes(s.Fact, "lambda.urls")...)
	if f.URLs != nil {
		all := []truth{}
		for _, u := range f.URLs {
			all = append(all, definite(u.AuthType != "AWS_IAM"))
		}
		open = or(all...)
	}
	return or(open, functionPolicyPublic(s, f.Policy))
}

// functionPolicyPublic judges the policy as that of a bucket.
func functionPolicyPublic(s *subject, p *evidence.PolicyDocument) truth {
	const path = "lambda.policy"
	switch {
	case p == nil:
		return unseen(sight.Holes(s.Fact, path)...)
	case p.Absent:
		return definite(false)
	case len(p.Statements) == 0:
		return unseen(evidence.Hole{Field: path, Reason: evidence.ProviderError, Detail: "the policy holds no statement"})
	}
	all := []truth{}
	for _, st := range p.Statements {
		t := statementPublic(st)
		for i := range t.holes {
			t.holes[i].Field = path
		}
		all = append(all, t)
	}
	return or(all...)
}
