package expression_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/expression"
	"github.com/controlwatch/controlwatch/evidence"
)

var now = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

//go:fix inline

type answerCase struct {
	name   string
	body   any
	source string
	params map[string]any
	want   string // "true", "false", "unknown: paths", "error: text"
}

func ask(t *testing.T, c answerCase) string {
	t.Helper()
	kind := evidence.Kind("")
	for _, k := range evidence.Kinds {
		if k.Type() == typeOf(c.body) {
			kind = k.Kind
		}
	}
	env, err := expression.New(kind, c.params)
	require.NoError(t, err)
	p, err := env.Compile(c.source)
	require.NoError(t, err, c.source)
	s, err := env.Subject(c.body, &evidence.Resource{Provider: "aws", Account: "1", Kind: kind, Type: "aws.x", ID: "x"}, now)
	require.NoError(t, err)
	a, err := p.Evaluate(t.Context(), s)
	require.NoError(t, err)
	return describe(a)
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	day := func(n int) *evidence.Moment { return &evidence.Moment{At: now.AddDate(0, 0, -n)} }
	policy := &evidence.SignOnPolicy{Rules: []evidence.SignOnRule{
		{ID: "a", MFARequired: new(true)}, {ID: "b"}, {ID: "c", MFARequired: new(false)},
	}}
	for _, c := range []answerCase{
		{name: "a seen field is its value", body: &evidence.User{Admin: new(true)}, source: `self.admin`, want: "true"},
		{name: "an unseen bool is not false", body: &evidence.User{}, source: `!self.admin`, want: "unknown: admin"},
		{name: "an unseen struct is unknown at the struct", body: &evidence.User{}, source: `self.mfa.enabled`, want: "unknown: mfa"},
		{name: "an unseen field of a seen struct names the field", body: &evidence.User{MFA: &evidence.MFA{}}, source: `self.mfa.enabled`, want: "unknown: mfa.enabled"},
		{name: "true or unknown is true", body: &evidence.User{Admin: new(true)}, source: `self.mfa.enabled || self.admin`, want: "true"},
		{name: "false and unknown is false", body: &evidence.User{Admin: new(false)}, source: `self.mfa.enabled && self.admin`, want: "false"},
		{name: "two unseen fields are both named", body: &evidence.User{}, source: `self.external && self.admin`, want: "unknown: admin, external"},
		{name: "an unseen list is not empty", body: &evidence.User{}, source: `size(self.roles) == 0`, want: "unknown: roles"},
		{name: "a seen empty list is empty", body: &evidence.User{Roles: []string{}}, source: `size(self.roles) == 0`, want: "true"},
		{name: "all over an unseen list is unknown", body: &evidence.SignOnPolicy{}, source: `self.rules.all(r, r.mfa_required)`, want: "unknown: rules"},
		{name: "membership in an unseen list is unknown", body: &evidence.User{}, source: `!('x' in self.roles)`, want: "unknown: roles"},
		{name: "an unseen value is not outside a list of parameters", body: &evidence.User{}, params: map[string]any{"states": []any{"active"}}, source: `!(self.status in params.states)`, want: "unknown: status"},
		{name: "an unseen value is not outside a constant list", body: &evidence.User{}, source: `!(self.status in ['active', 'pending'])`, want: "unknown: status"},
		{name: "an unseen field of one element is decided by another element", body: policy, source: `self.rules.all(r, r.mfa_required)`, want: "false"},
		{name: "an unseen field of one element does not hide a true one", body: policy, source: `self.rules.exists(r, r.mfa_required)`, want: "true"},
		{
			name: "an unseen field of one element that matters is named with its place",
			body: &evidence.SignOnPolicy{Rules: policy.Rules[:2]}, source: `self.rules.all(r, r.mfa_required)`, want: "unknown: rules[1].mfa_required",
		},
		{name: "a filter over an unseen field is unknown", body: policy, source: `size(self.rules.filter(r, r.mfa_required)) > 0`, want: "unknown: rules[1].mfa_required"},
		{name: "exists_one over an unseen field is unknown", body: policy, source: `self.rules.exists_one(r, r.mfa_required)`, want: "unknown: rules[1].mfa_required"},
		{name: "a map over an unseen field is unknown", body: policy, source: `true in self.rules.map(r, r.mfa_required)`, want: "unknown: rules[1].mfa_required"},
		{name: "an indexed element is known by its place", body: policy, source: `self.rules[1].mfa_required`, want: "unknown: rules[1].mfa_required"},
		{name: "a constant field of an element needs no sight", body: policy, source: `self.rules.exists(r, r.id == 'b')`, want: "true"},
		{name: "an unseen condition of a choice is unknown", body: &evidence.User{}, source: `self.admin ? true : false`, want: "unknown: admin"},
		{name: "an unseen time is not 1970", body: &evidence.User{}, source: `self.created_at < now`, want: "unknown: created_at"},
		{name: "an unseen moment is unknown", body: &evidence.User{}, source: `self.last_active.never`, want: "unknown: last_active"},
		{name: "a moment that says nothing is unknown", body: &evidence.User{LastActive: &evidence.Moment{}}, source: `!self.last_active.never`, want: "unknown: last_active"},
		{name: "never has no time", body: &evidence.User{LastActive: &evidence.Moment{Never: true}}, source: `now - self.last_active.at > days(90)`, want: "unknown: last_active.at"},
		{name: "never is known", body: &evidence.User{LastActive: &evidence.Moment{Never: true}}, source: `self.last_active.never || now - self.last_active.at > days(90)`, want: "true"},
		{name: "ages are compared with days", body: &evidence.User{LastActive: day(91)}, params: map[string]any{"max": uint64(90)}, source: `now - self.last_active.at > days(params.max)`, want: "true"},
		{name: "the boundary of an age is exact", body: &evidence.User{LastActive: day(90)}, params: map[string]any{"max": 90}, source: `now - self.last_active.at > days(params.max)`, want: "false"},
		{name: "an unseen map has no keys to miss", body: &evidence.Datastore{}, source: `!('env' in self.tags)`, want: "unknown: tags"},
		{name: "a missing key is an error, not empty text", body: &evidence.Datastore{Tags: map[string]string{}}, source: `self.tags['env'] != 'prod'`, want: "error: no such key: env"},
		{name: "true or error is true", body: &evidence.Datastore{Tags: map[string]string{}}, source: `self.tags['env'] != 'prod' || true`, want: "true"},
		{name: "an always seen list that is nil is empty", body: &evidence.Datastore{S3: &evidence.S3Bucket{Policy: &evidence.PolicyDocument{Absent: true}}}, source: `size(self.s3.policy.statements) == 0`, want: "true"},
		{
			name: "conditions of a policy can be read",
			body: &evidence.Datastore{S3: &evidence.S3Bucket{Policy: &evidence.PolicyDocument{Statements: []evidence.PolicyStatement{
				{Effect: "Deny", Condition: map[string]map[string][]string{"Bool": {"aws:SecureTransport": {"false"}}}, Principal: map[string][]string{"*": {"*"}}},
			}}}},
			source: `self.s3.policy.statements.exists(s, s.condition['Bool']['aws:SecureTransport'] == ['false'] && '*' in s.principal['*'])`, want: "true",
		},
		{name: "the resource is at hand", body: &evidence.User{}, source: `resource.provider == 'aws' && resource.region == '' && resource.kind == 'User'`, want: "true"},
		{name: "text functions are at hand", body: &evidence.User{Email: new("A@B")}, source: `self.email.lowerAscii() == 'a@b'`, want: "true"},
		{name: "a text function of an unseen text is unknown", body: &evidence.User{}, source: `self.email.lowerAscii().startsWith('a')`, want: "unknown: email"},
		{name: "a pattern over an unseen text is unknown", body: &evidence.User{}, source: `!self.email.matches('^a')`, want: "unknown: email"},
		{name: "an unseen half does not hide what the other proves", body: &evidence.BranchRule{Own: &evidence.Protection{Approvals: new(int64(2))}}, source: `[self.own.approvals >= 1, true].exists(x, x)`, want: "true"},
		{name: "an unseen element makes a written list unknown", body: &evidence.BranchRule{Own: &evidence.Protection{}}, source: `[self.own, self.rulesets].exists(p, p.approvals >= 1)`, want: "unknown: rulesets"},
		{
			name: "a loop without end is cut off, and is no verdict", body: &evidence.User{Roles: make([]string, 200)},
			source: `self.roles.all(a, self.roles.all(b, self.roles.all(c, a + b != c + 'x')))`, want: "error: operation cancelled: actual cost limit exceeded",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, ask(t, c))
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ source, want string }{
		"a misspelt field":         {`self.admn`, "undefined field 'admn' (column 5 of the expression)"},
		"a misspelt nested field":  {`true ||` + "\n" + ` self.mfa.enabledd`, "undefined field 'enabledd' (line 2, column 10 of the expression)"},
		"a misspelt parameter":     {`self.admin && params.maks > 1`, "(did you mean 'params.max'?): expected one of params.max (column 21 of the expression)"},
		"has":                      {`has(self.mfa)`, "has() is refused"},
		"dyn":                      {`dyn(self).admn`, "dyn() is refused"},
		"no condition":             {`self.active_keys`, "gives int: expected true or false"},
		"no condition but a field": {`self.roles`, "gives list(string): expected true or false"},
		"comparing structs":        {`self.mfa == self.mfa`, "whole structs cannot be compared"},
		"comparing with null":      {`self.mfa == null`, "whole structs cannot be compared"},
		"a bool against null":      {`self.admin == null`, "no matching overload for '_==_'"},
		"looking for a struct":     {`self.mfa in [self.mfa]`, "whole structs cannot be compared"},
		"making a struct":          {`User{admin: true}.admin`, "a User cannot be made in an expression"},
		"optional syntax":          {`self.?admin.orValue(true)`, "unsupported syntax '.?'"},
		"wrong types":              {`self.admin > 1`, "no matching overload for '_>_' applied to '(bool, int)'"},
		"not CEL":                  {`self.admin &&`, "Syntax error"},
		"nothing":                  {``, "Syntax error"},
	} {
		t.Run(name+" does not compile", func(t *testing.T) {
			t.Parallel()
			env, err := expression.New("User", map[string]any{"max": 90})
			require.NoError(t, err)
			_, err = env.Compile(c.source)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestEveryKindCanBeJudged(t *testing.T) {
	t.Parallel()
	for _, k := range evidence.Kinds {
		_, err := expression.New(k.Kind, nil)
		require.NoError(t, err, k.Kind)
	}
	_, err := expression.New("Spaceship", nil)
	require.ErrorContains(t, err, `kind "Spaceship" does not exist: expected one of AccessAnalyzer, AccessKey, Account`)
}

func TestCancelledLoopIsNoAnswer(t *testing.T) {
	t.Parallel()
	env, err := expression.New("User", nil)
	require.NoError(t, err)
	p, err := env.Compile(`self.roles.all(a, self.roles.all(b, a == b))`)
	require.NoError(t, err)
	s, err := env.Subject(&evidence.User{Roles: make([]string, 300)}, &evidence.Resource{}, now)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = p.Evaluate(ctx, s)
	require.ErrorIs(t, err, context.Canceled)
}

func TestParameters(t *testing.T) {
	t.Parallel()
	v, err := expression.Override(1.5, uint64(2))
	require.NoError(t, err)
	require.InEpsilon(t, 2.0, v, 0)
	for _, bad := range []struct{ def, value any }{{int64(1), "1"}, {int64(1), 1.5}, {"a", []any{"a"}}, {true, "yes"}, {[]any{"a"}, []any{1}}, {int64(1), nil}} {
		_, err := expression.Override(bad.def, bad.value)
		require.Error(t, err, "%v replaced by %v", bad.def, bad.value)
	}
}
