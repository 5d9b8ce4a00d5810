package derive

import (
	"slices"
	"strconv"
	"strings"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

// bucketTLSOnly says whether the bucket's policy refuses everybody's unencrypted
// requests, to the bucket and to its objects. Only a Deny does: an Allow that
// asks for TLS leaves other ways in.
func bucketTLSOnly(s *subject, b *evidence.S3Bucket) truth {
	if b == nil {
		return unseen(sight.Holes(s.Fact, "s3")...)
	}
	if b.Policy == nil {
		return unseen(sight.Holes(s.Fact, "s3.policy")...)
	}
	if b.Policy.Absent {
		return definite(false)
	}
	if len(b.Policy.Statements) == 0 {
		return unreadable("holds no statement")
	}
	bucket, objects := false, false
	for _, st := range b.Policy.Statements {
		if !deniesPlain(st) {
			continue
		}
		for _, r := range st.Resource {
			bucket = bucket || coversBucket(r, bucketName(s.Resource))
			objects = objects || coversObjects(r, bucketName(s.Resource))
		}
	}
	return definite(bucket && objects)
}

// deniesPlain: everybody, everything, on no other condition than a missing TLS.
func deniesPlain(st evidence.PolicyStatement) bool {
	if st.Effect != "Deny" || !everyone(st.Principal) || !slices.ContainsFunc(st.Action, anyAction) || len(st.Condition) != 1 {
		return false
	}
	for operator, keys := range st.Condition {
		if len(keys) != 1 {
			return false
		}
		for key, values := range keys {
			return plainCondition(strings.ToLower(operator), strings.ToLower(key), values)
		}
	}
	return false
}

func everyone(principal map[string][]string) bool {
	return slices.Contains(principal["*"], "*") || slices.Contains(principal["AWS"], "*")
}

func anyAction(a string) bool { return a == "*" || strings.EqualFold(a, "s3:*") }

// plainCondition holds for every request without TLS. s3:TlsVersion is missing
// from such a request, so only the IfExists form of its comparison reaches it:
// the plain form refuses old TLS and lets unencrypted requests through.
func plainCondition(operator, key string, values []string) bool {
	switch key {
	case "aws:securetransport":
		return (operator == "bool" || operator == "boolifexists") && slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, "false") })
	case "s3:tlsversion":
		return operator == "numericlessthanifexists" && slices.ContainsFunc(values, atLeast12)
	}
	return false
}

func atLeast12(v string) bool {
	n, err := strconv.ParseFloat(v, 64)
	return err == nil && n >= 1.2
}

func bucketName(r evidence.Resource) string {
	if _, name, ok := strings.Cut(r.ID, ":::"); ok {
		return name
	}
	if r.Name != "" {
		return r.Name
	}
	return r.ID
}

// coversBucket says whether a resource pattern holds for the bucket itself.
func coversBucket(pattern, name string) bool {
	rest, ok := afterPartition(pattern)
	if !ok {
		return pattern == "*"
	}
	if prefix, wild := strings.CutSuffix(rest, "*"); wild {
		return fixedOrEmpty(prefix) && strings.HasPrefix(name, prefix)
	}
	return rest == name
}

// coversObjects says whether a resource pattern holds for every object.
func coversObjects(pattern, name string) bool {
	rest, ok := afterPartition(pattern)
	if !ok {
		return pattern == "*"
	}
	prefix, wild := strings.CutSuffix(rest, "*")
	return wild && fixedOrEmpty(prefix) && strings.HasPrefix(name+"/", prefix)
}

func fixedOrEmpty(v string) bool { return v == "" || fixed(v) }

// afterPartition takes arn:<partition>:s3::: away.
func afterPartition(pattern string) (string, bool) {
	rest, ok := strings.CutPrefix(pattern, "arn:")
	if !ok {
		return "", false
	}
	_, rest, ok = strings.Cut(rest, ":")
	if !ok {
		return "", false
	}
	return strings.CutPrefix(rest, "s3:::")
}
