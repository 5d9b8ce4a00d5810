package derive

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

// policyPublic says whether a bucket policy is public in AWS's sense: a
// statement allows everybody, and no condition narrows it to fixed values. Deny
// statements are not weighed against it.
// Source: Amazon S3 user guide, the meaning of "public".
func policyPublic(s *subject, p *evidence.PolicyDocument) truth {
	if p == nil {
		return unseen(sight.Holes(s.Fact, "s3.policy")...)
	}
	if p.Absent {
		return definite(false)
	}
	if len(p.Statements) == 0 {
		return unreadable("holds no statement")
	}
	all := make([]truth, 0, len(p.Statements))
	for _, st := range p.Statements {
		all = append(all, statementPublic(st))
	}
	return or(all...)
}

func unreadable(why string) truth {
	return unseen(evidence.Hole{Field: "s3.policy", Reason: evidence.ProviderError, Detail: "the policy " + why})
}

func statementPublic(st evidence.PolicyStatement) truth {
	switch {
	case st.Effect == "Deny":
		return definite(false)
	case st.Effect != "Allow":
		return unreadable("has a statement that neither allows nor denies")
	case len(st.Principal) == 0 && len(st.NotPrincipal) == 0:
		return unreadable("allows nobody in particular")
	}
	// Allowing all but some is allowing everybody.
	open := len(st.NotPrincipal) > 0 || anyWild(st.Principal)
	return definite(open && !narrowed(st.Condition))
}

func anyWild(principal map[string][]string) bool {
	for _, values := range principal {
		if slices.ContainsFunc(values, func(v string) bool { return !fixed(v) }) {
			return true
		}
	}
	return false
}

// narrowing are the condition keys that make a statement for everybody a
// statement for somebody, in lower case, as IAM compares them.
var narrowing = map[string]func(string) bool{
	"aws:principalaccount":      fixed,
	"aws:principalarn":          fixed,
	"aws:principalorgid":        fixed,
	"aws:principalservicename":  fixed,
	"aws:sourceaccount":         fixed,
	"aws:sourcearn":             fixed,
	"aws:sourceip":              narrowNetwork,
	"aws:sourceorgid":           fixed,
	"aws:sourceowner":           fixed,
	"aws:sourcevpc":             fixed,
	"aws:sourcevpce":            fixed,
	"aws:userid":                fixed,
	"kms:calleraccount":         fixed,
	"s3:dataaccesspointaccount": fixed,
	"s3:dataaccesspointarn":     fixedAccount,
}

// narrowed says whether any condition holds for fixed values only. All
// conditions of a statement must hold, so one is enough; of the values of a
// condition any may hold, so each must be fixed.
func narrowed(condition map[string]map[string][]string) bool {
	for operator, keys := range condition {
		if !positive(operator) {
			continue
		}
		for key, values := range keys {
			if ok := narrowing[strings.ToLower(key)]; ok != nil && len(values) > 0 && all(values, ok) {
				return true
			}
		}
	}
	return false
}

func all(values []string, ok func(string) bool) bool {
	return !slices.ContainsFunc(values, func(v string) bool { return !ok(v) })
}

// positive are the operators that hold only for a value that is present and
// equal: …IfExists and ForAllValues also hold where the key is missing.
func positive(operator string) bool {
	op := strings.TrimPrefix(strings.ToLower(operator), "foranyvalue:")
	switch op {
	case "stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress":
		return true
	}
	return false
}

// fixed is a value without wildcards and policy variables.
func fixed(v string) bool {
	return v != "" && !strings.ContainsAny(v, "*?") && !strings.Contains(v, "${")
}

// fixedAccount lets the name of an access point vary, not its account.
func fixedAccount(arn string) bool {
	parts := strings.SplitN(arn, ":", 6)
	return len(parts) == 6 && fixed(parts[4])
}

// narrowNetwork refuses networks so wide that they are the internet: wider than
// /8 for IPv4 and /32 for IPv6, as AWS does.
func narrowNetwork(v string) bool {
	if addr, err := netip.ParseAddr(v); err == nil {
		return !addr.IsUnspecified()
	}
	p, err := netip.ParsePrefix(v)
	if err != nil {
		return false
	}
	if p.Addr().Is4() {
		return p.Bits() >= 8
	}
	return p.Bits() >= 32
}
