package derive

import (
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

var policyRule = rule{kind: "Policy", apply: func(_ *world, s *subject) {
	p, ok := s.Body.(*evidence.Policy)
	if !ok {
		return
	}
	p.Admin = s.set("admin", s.grantsAdmin("document", p.Document))
}}

// grantsAdmin says whether a policy gives administration: an Allow of every
// action, or of every action of IAM, on everything of IAM's. Whoever may do all
// of IAM may attach any policy to themselves, so it is the same thing one step
// later. Neither conditions nor Deny statements make it less: a condition says
// when the rights can be used, and what a Deny takes away may not be what matters.
// Source: IAM user guide, elements Action, NotAction, Resource, NotResource.
func (s *subject) grantsAdmin(field string, doc *evidence.PolicyDocument) truth {
	if doc == nil {
		return s.look(field, nil)
	}
	if !doc.Absent && len(doc.Statements) == 0 {
		return unseen(evidence.Hole{Field: field, Reason: evidence.ProviderError, Detail: "the policy holds no statement"})
	}
	for _, st := range doc.Statements {
		if st.Effect != "Allow" && st.Effect != "Deny" {
			return unseen(evidence.Hole{Field: field, Reason: evidence.ProviderError, Detail: "the policy has a statement that neither allows nor denies"})
		}
	}
	for _, st := range doc.Statements {
		if st.Effect == "Allow" && everyIAMAction(st) && everyIAMResource(s.Resource.Account, st) {
			return definite(true)
		}
	}
	return definite(false)
}

// everyIAMAction: NotAction leaves administration open unless something in it
// takes all of IAM away, as in AWS's PowerUserAccess.
func everyIAMAction(st evidence.PolicyStatement) bool {
	return slices.ContainsFunc(st.Action, coversIAM) || (len(st.NotAction) > 0 && !slices.ContainsFunc(st.NotAction, coversIAM))
}

// coversIAM: the pattern holds for every action of IAM. Actions are compared
// without regard to case, * stands for any text and ? for one letter, in the
// name of the service as well.
func coversIAM(pattern string) bool {
	service, name, named := strings.Cut(strings.ToLower(pattern), ":")
	if !named {
		return onlyStars(service)
	}
	return onlyStars(name) && wildcardMatch(service, "iam")
}

// everyIAMResource: all but some is taken for all. Of what is named, together,
// everything of IAM's in the account must be in it, whatever it is called.
func everyIAMResource(account string, st evidence.PolicyStatement) bool {
	if len(st.NotResource) > 0 {
		return true
	}
	return slices.ContainsFunc([]string{"aws", "aws-cn", "aws-us-gov"}, func(partition string) bool {
		return !slices.ContainsFunc([]string{"user", "group", "role", "policy"}, func(kind string) bool {
			named := "arn:" + partition + ":iam::" + account + ":" + kind + "/\x00"
			return !slices.ContainsFunc(st.Resource, func(pattern string) bool { return wildcardMatch(pattern, named) })
		})
	})
}

func onlyStars(s string) bool { return s != "" && strings.Trim(s, "*") == "" }

// wildcardMatch compares text with a pattern of * and ?, in time that grows
// with the product of their lengths at most.
func wildcardMatch(pattern, text string) bool {
	p, t, star, from := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p, t = p+1, t+1
		case star >= 0:
			from++
			p, t = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
