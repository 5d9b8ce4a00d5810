package evaluators_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators"
	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

var now = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

//go:fix inline

// mfaControl is made for these tests: it uses a parameter, a condition and two types.
func mfaControl(change func(*soc2.Control)) soc2.Catalogue {
	c := soc2.Control{
		ID: "users-are-safe", Likelihood: 4, Impact: 5,
		Parameters: map[string]any{"max_age_days": uint64(90), "states": []any{"active", "pending"}},
		Checks: []soc2.Check{{
			ID: "has-factor", Kind: "User", Types: []string{"aws.iam.user", "okta.user"},
			When:        "self.status in params.states",
			Pass:        "self.mfa.enabled && (self.last_active.never || now - self.last_active.at <= days(params.max_age_days))",
			Observed:    []string{"status", "mfa.enabled", "mfa.factors", "last_active", "created_at", "roles"},
			Desired:     "Seen within {max_age_days} days, in {states}.",
			Remediation: map[string]string{"aws": "After {max_age_days} days disable it.", "okta": "Suspend."},
			Covers:      []string{"row-1"},
		}},
	}
	if change != nil {
		change(&c)
	}
	return soc2.Catalogue{Controls: []soc2.Control{c}, Digest: "cat"}
}

func engine(t *testing.T, cat soc2.Catalogue, parameters map[string]map[string]any) *evaluators.Engine {
	t.Helper()
	e, err := evaluators.New(cat, parameters)
	require.NoError(t, err)
	return e
}

func iamUser(id string, body evidence.User, holes ...evidence.Hole) evidence.Fact {
	return evidence.Fact{
		Resource: evidence.Resource{Provider: "aws", Account: "1", Kind: "User", Type: "aws.iam.user", ID: id}, Body: &body, Holes: holes,
		Seen: now, Digest: "digest-" + id,
	}
}

func feed(scope evidence.Scope, kind evidence.Kind, typ string, holes ...evidence.Hole) evidence.FeedState {
	return evidence.FeedState{
		Source: scope.Provider, ID: evidence.FeedID{Collector: typ, Scope: scope},
		Populations: []evidence.Population{{Kind: kind, Type: typ}}, MaxAge: 24 * time.Hour,
		Last: &evidence.Pull{StartedAt: now.Add(-time.Minute), Holes: holes}, Complete: map[string]time.Time{typ: now.Add(-time.Minute)},
	}
}

var aws = evidence.Scope{Provider: "aws", Account: "1"}

func userFeed(holes ...evidence.Hole) evidence.FeedState {
	return feed(aws, "User", "aws.iam.user", holes...)
}

func evaluate(t *testing.T, e *evaluators.Engine, s evidence.Snapshot) []soc2.Finding {
	t.Helper()
	s.At = now
	fs, err := e.Evaluate(t.Context(), s)
	require.NoError(t, err)
	return fs
}

func good() evidence.User {
	return evidence.User{Status: new("active"), MFA: &evidence.MFA{Enabled: new(true), Factors: []string{}}, LastActive: &evidence.Moment{At: now.AddDate(0, 0, -3)}, Roles: []string{"<a> & b"}}
}

func TestEvaluateFacts(t *testing.T) {
	t.Parallel()
	e := engine(t, mfaControl(nil), nil)
	denied := evidence.Hole{Field: "mfa", Reason: evidence.Denied, Operation: "iam:ListMFADevices", Detail: "AccessDenied"}
	change := func(f func(*evidence.User)) evidence.User { u := good(); f(&u); return u }
	for name, c := range map[string]struct {
		fact   evidence.Fact
		want   soc2.Outcome
		reason string
		holes  []evidence.Hole
	}{
		"a good user passes":                          {fact: iamUser("a", good()), want: soc2.Pass},
		"a user without factor fails":                 {fact: iamUser("a", change(func(u *evidence.User) { u.MFA.Enabled = new(false) })), want: soc2.Fail},
		"a user outside the condition is not judged":  {fact: iamUser("a", change(func(u *evidence.User) { u.Status = new("suspended") })), want: soc2.NotApplicable, reason: "applies only when self.status in params.states"},
		"an unseen condition is unobserved":           {fact: iamUser("a", change(func(u *evidence.User) { u.Status = nil })), want: soc2.Unobserved, reason: "status: not-collected", holes: []evidence.Hole{{Field: "status", Reason: evidence.NotCollected}}},
		"a denied field is unobserved and says why":   {fact: iamUser("a", change(func(u *evidence.User) { u.MFA = nil }), denied), want: soc2.Unobserved, reason: "mfa: denied (iam:ListMFADevices)", holes: []evidence.Hole{denied}},
		"a hole that does not matter is not a reason": {fact: iamUser("a", change(func(u *evidence.User) { u.MFA, u.LastActive = nil, &evidence.Moment{At: now.AddDate(-1, 0, 0)} }), denied), want: soc2.Fail},
		"a body of another kind is unobserved":        {fact: func() evidence.Fact { f := iamUser("a", good()); f.Body = &evidence.Account{}; return f }(), want: soc2.Unobserved, reason: "cannot be judged: body is a *evidence.Account"},
		"a fact without body is unobserved":           {fact: func() evidence.Fact { f := iamUser("a", good()); f.Body = nil; return f }(), want: soc2.Unobserved, reason: "cannot be judged: body is a <nil>"},
		"a fact not confirmed for too long is stale":  {fact: func() evidence.Fact { f := iamUser("a", good()); f.Seen = now.Add(-24*time.Hour - 1); return f }(), want: soc2.Unobserved, reason: "aws.iam.user: stale, last seen 2026-11-15T08:59:59Z, older than 24h0m0s"},
		"a fact confirmed just in time is fresh":      {fact: func() evidence.Fact { f := iamUser("a", good()); f.Seen = now.Add(-24 * time.Hour); return f }(), want: soc2.Pass},
		"a fact never confirmed is stale":             {fact: func() evidence.Fact { f := iamUser("a", good()); f.Seen = time.Time{}; return f }(), want: soc2.Unobserved, reason: "never confirmed"},
		"a failing fact grows stale like any other": {fact: func() evidence.Fact {
			f := iamUser("a", change(func(u *evidence.User) { u.MFA.Enabled = new(false) }))
			f.Seen = now.AddDate(0, 0, -2)
			return f
		}(), want: soc2.Unobserved, reason: "stale"},
		"a fact that nobody delivers any more is no pass": {fact: func() evidence.Fact { f := iamUser("a", good()); f.Resource.Account = "2"; return f }(), want: soc2.Unobserved, reason: "no planned feed delivers it any more"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fs := evaluate(t, e, evidence.Snapshot{Feeds: []evidence.FeedState{userFeed()}, Facts: []evidence.Fact{c.fact}})
			require.Len(t, fs, 1)
			require.Equal(t, c.want, fs[0].Outcome, fs[0].Reason)
			require.Contains(t, fs[0].Reason, c.reason)
			if c.want == soc2.Pass || c.want == soc2.Fail {
				require.Empty(t, fs[0].Reason)
			}
			if c.holes != nil {
				require.Equal(t, c.holes, fs[0].Holes)
			}
		})
	}

	t.Run("a finding carries everything a reader needs", func(t *testing.T) {
		t.Parallel()
		u := good()
		u.MFA.Enabled = nil
		world := evidence.Snapshot{At: now, Feeds: []evidence.FeedState{userFeed()}, Facts: []evidence.Fact{iamUser("a", u, evidence.Hole{Field: "mfa.enabled", Reason: evidence.Throttled})}}
		fs := evaluate(t, e, world)
		require.JSONEq(t, `{"status":"active","mfa.enabled":{"unseen":"throttled"},"mfa.factors":[],"last_active":"2026-11-13T09:00:00Z","created_at":{"unseen":"not-collected"},"roles":["<a> & b"]}`, string(fs[0].Observed))
		require.Equal(t, "Seen within 90 days, in active, pending.", fs[0].Desired)
		require.Equal(t, "After 90 days disable it.", fs[0].Remediation)
		require.Equal(t, soc2.Critical, fs[0].Severity)
		require.Equal(t, []string{"row-1"}, fs[0].Covers)
		judged, err := derive.All(world)[0].Encode()
		require.NoError(t, err)
		require.Equal(t, evidence.Digest(judged), fs[0].Inputs, "users have derived fields, so what was stored is not what was judged")
	})

	t.Run("an evaluation error is unobserved, never a verdict", func(t *testing.T) {
		t.Parallel()
		e := engine(t, mfaControl(func(c *soc2.Control) {
			c.Parameters = nil
			c.Checks[0].When, c.Checks[0].Desired, c.Checks[0].Remediation = "", "", nil
			c.Checks[0].Pass = "self.roles[3] != 'admin'"
		}), nil)
		fs := evaluate(t, e, evidence.Snapshot{Feeds: []evidence.FeedState{userFeed()}, Facts: []evidence.Fact{iamUser("a", good())}})
		require.Equal(t, soc2.Unobserved, fs[0].Outcome)
		require.Equal(t, "could not be evaluated: index out of bounds: 3", fs[0].Reason)
	})

	t.Run("a type the check does not name is not judged by it", func(t *testing.T) {
		t.Parallel()
		f := iamUser("a", good())
		f.Resource.Type = "aws.iam.role"
		fs := evaluate(t, e, evidence.Snapshot{Feeds: []evidence.FeedState{userFeed(), feed(aws, "User", "aws.iam.role")}, Facts: []evidence.Fact{f}})
		require.Empty(t, fs)
	})

	t.Run("the same snapshot gives the same bytes", func(t *testing.T) {
		t.Parallel()
		s := evidence.Snapshot{Feeds: []evidence.FeedState{userFeed()}, Facts: []evidence.Fact{iamUser("b", good()), iamUser("a", good()), iamUser("c", evidence.User{})}}
		first, err := json.Marshal(evaluate(t, e, s))
		require.NoError(t, err)
		s.Facts[0], s.Facts[2] = s.Facts[2], s.Facts[0]
		second, err := json.Marshal(evaluate(t, e, s))
		require.NoError(t, err)
		require.Equal(t, string(first), string(second))
	})

	t.Run("a cancelled context gives no findings", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		fs, err := e.Evaluate(ctx, evidence.Snapshot{At: now, Feeds: []evidence.FeedState{userFeed()}, Facts: []evidence.Fact{iamUser("a", good())}})
		require.ErrorIs(t, err, context.Canceled)
		require.Nil(t, fs)
	})
}

func TestDerivedInputs(t *testing.T) {
	t.Parallel()
	cat := mfaControl(func(c *soc2.Control) {
		c.Parameters = nil
		c.Checks = []soc2.Check{{ID: "private", Kind: "Datastore", Pass: "!self.public", Observed: []string{"public"}}}
	})
	e := engine(t, cat, nil)
	scope := evidence.Scope{Provider: "aws", Account: "1"}
	bucket := evidence.Fact{
		Resource: evidence.Resource{Provider: "aws", Account: "1", Kind: "Datastore", Type: "aws.s3.bucket", ID: "b"}, Seen: now, Digest: "stored",
		Body: &evidence.Datastore{S3: &evidence.S3Bucket{
			Policy: &evidence.PolicyDocument{Statements: []evidence.PolicyStatement{{Effect: "Allow", Principal: map[string][]string{"*": {"*"}}}}},
			Grants: []evidence.ACLGrant{}, Ownership: new(""), PublicAccessBlock: &evidence.PublicAccessBlock{RestrictPublicBuckets: new(false)},
		}},
	}
	under := func(block *bool) soc2.Finding {
		defaults := evidence.Fact{
			Resource: evidence.Resource{Provider: "aws", Account: "1", Kind: "DatastoreDefaults", Type: "aws.s3.account", ID: "1"}, Seen: now,
			Body: &evidence.DatastoreDefaults{PublicAccessBlock: &evidence.PublicAccessBlock{RestrictPublicBuckets: block}},
		}
		return evaluate(t, e, evidence.Snapshot{
			Feeds: []evidence.FeedState{feed(scope, "Datastore", "aws.s3.bucket"), feed(scope, "DatastoreDefaults", "aws.s3.account")},
			Facts: []evidence.Fact{bucket, defaults},
		})[0]
	}
	shut, ajar, dark := under(new(true)), under(new(false)), under(nil)
	require.Equal(t, []soc2.Outcome{soc2.Pass, soc2.Fail, soc2.Unobserved}, []soc2.Outcome{shut.Outcome, ajar.Outcome, dark.Outcome})
	require.Equal(t, "public: not-collected, account public_access_block.restrict_public_buckets", dark.Reason)
	require.NotEqual(t, shut.Inputs, ajar.Inputs, "what changed elsewhere changes the digest of what is judged")
	require.NotEqual(t, "stored", shut.Inputs)
}

func TestUnseenScopes(t *testing.T) {
	t.Parallel()
	e := engine(t, mfaControl(nil), nil)
	denied := evidence.Hole{Reason: evidence.Denied, Operation: "iam:ListUsers"}

	t.Run("a list that was not seen is a finding beside the facts it did give", func(t *testing.T) {
		t.Parallel()
		fs := evaluate(t, e, evidence.Snapshot{Feeds: []evidence.FeedState{userFeed(denied)}, Facts: []evidence.Fact{iamUser("a", good())}})
		require.Len(t, fs, 2)
		scope := fs[0]
		require.True(t, scope.OnScope())
		require.Equal(t, aws.Resource("aws.iam.user"), scope.Resource)
		require.Equal(t, soc2.Unobserved, scope.Outcome)
		require.Equal(t, "aws.iam.user: denied (iam:ListUsers)", scope.Reason)
		require.JSONEq(t, `{"resources":{"unseen":"denied"}}`, string(scope.Observed))
		require.NotEmpty(t, scope.Inputs)
		require.Equal(t, soc2.Pass, fs[1].Outcome)
	})

	t.Run("a hole in a population the check does not judge is no finding", func(t *testing.T) {
		t.Parallel()
		fs := evaluate(t, e, evidence.Snapshot{Feeds: []evidence.FeedState{userFeed(), feed(aws, "User", "aws.iam.role", denied), feed(aws, "AccessKey", "aws.iam.access_key", denied)}})
		require.Empty(t, fs)
	})

	t.Run("nothing there and a complete list is no finding at all", func(t *testing.T) {
		t.Parallel()
		require.Empty(t, evaluate(t, e, evidence.Snapshot{Feeds: []evidence.FeedState{userFeed()}}))
	})

	t.Run("a feed never pulled is a finding", func(t *testing.T) {
		t.Parallel()
		f := userFeed()
		f.Last, f.Complete = nil, nil
		fs := evaluate(t, e, evidence.Snapshot{Feeds: []evidence.FeedState{f}})
		require.Len(t, fs, 1)
		require.Contains(t, fs[0].Reason, "never pulled")
	})

	t.Run("an old pull is a stale list", func(t *testing.T) {
		t.Parallel()
		f := userFeed()
		f.Complete["aws.iam.user"] = now.AddDate(0, 0, -2)
		fs := evaluate(t, e, evidence.Snapshot{Feeds: []evidence.FeedState{f}})
		require.Len(t, fs, 1)
		require.Equal(t, evidence.Stale, fs[0].Holes[0].Reason)
	})

	t.Run("two feeds of one scope and type are one finding with both reasons", func(t *testing.T) {
		t.Parallel()
		other := userFeed(evidence.Hole{Reason: evidence.Throttled, Operation: "iam:GetCredentialReport"})
		other.ID.Collector = "another"
		fs := evaluate(t, e, evidence.Snapshot{Feeds: []evidence.FeedState{userFeed(denied), other}})
		require.Len(t, fs, 1)
		require.Len(t, fs[0].Holes, 2)
	})

	t.Run("every account has its own", func(t *testing.T) {
		t.Parallel()
		fs := evaluate(t, e, evidence.Snapshot{Feeds: []evidence.FeedState{userFeed(denied), feed(evidence.Scope{Provider: "okta", Account: "acme"}, "User", "okta.user", denied)}})
		require.Len(t, fs, 2)
		require.Equal(t, "Suspend.", fs[1].Remediation)
	})

	t.Run("a check nothing feeds is unobserved once, not configured", func(t *testing.T) {
		t.Parallel()
		fs := evaluate(t, e, evidence.Snapshot{Feeds: []evidence.FeedState{feed(aws, "User", "aws.iam.role")}})
		require.Len(t, fs, 1)
		require.Equal(t, soc2.Unobserved, fs[0].Outcome)
		require.Equal(t, evidence.NotConfigured, fs[0].Holes[0].Reason)
		require.Empty(t, fs[0].Resource.Provider)
		require.Empty(t, fs[0].Resource.Account)
		require.True(t, fs[0].OnScope())
	})
}

func TestNew(t *testing.T) {
	t.Parallel()
	for want, broken := range map[string]func(*soc2.Control){
		"control users-are-safe, check has-factor: pass: undefined field 'mfaa' (column 5 of the expression)": func(c *soc2.Control) {
			c.Checks[0].Pass = "self.mfaa && self.last_active.never && params.max_age_days > 1"
		},
		"control users-are-safe, check has-factor: when: gives string: expected true or false":                  func(c *soc2.Control) { c.Checks[0].When = "self.status" },
		"check has-factor: pass: Syntax error":                                                                  func(c *soc2.Control) { c.Checks[0].Pass = "" },
		"check has-factor: observed: mfa.on: MFA has no field \"on\": expected one of enabled, factors, strong": func(c *soc2.Control) { c.Checks[0].Observed = []string{"mfa.on"} },
		"check has-factor: desired: {max_age} is no parameter: expected one of max_age_days, states":            func(c *soc2.Control) { c.Checks[0].Desired = "{max_age}" },
		"check has-factor: kind \"Robot\" does not exist":                                                       func(c *soc2.Control) { c.Checks[0].Kind = "Robot" },
		"parameter max_age_days has no value":                                                                   func(c *soc2.Control) { c.Parameters["max_age_days"] = nil },
		"attestation: validity: \"a year\" is no ISO 8601 duration":                                             func(c *soc2.Control) { c.AttestationAsked = &soc2.AttestationAsked{Validity: "a year"} },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			_, err := evaluators.New(mfaControl(broken), nil)
			require.ErrorContains(t, err, want)
		})
	}

	t.Run("parameters override defaults and change the judge", func(t *testing.T) {
		t.Parallel()
		plain := engine(t, mfaControl(nil), nil)
		strict := engine(t, mfaControl(nil), map[string]map[string]any{"users-are-safe": {"max_age_days": 2}})
		s := evidence.Snapshot{Feeds: []evidence.FeedState{userFeed()}, Facts: []evidence.Fact{iamUser("a", good())}}
		require.Equal(t, soc2.Pass, evaluate(t, plain, s)[0].Outcome)
		require.Equal(t, soc2.Fail, evaluate(t, strict, s)[0].Outcome)
		require.Equal(t, "Seen within 2 days, in active, pending.", evaluate(t, strict, s)[0].Desired)
		require.NotEqual(t, plain.Judge(), strict.Judge())
		same := engine(t, mfaControl(nil), map[string]map[string]any{"users-are-safe": {"max_age_days": 90}})
		require.Equal(t, plain.Judge(), same.Judge(), "stating the default changes nothing")
		require.Equal(t, "cat", plain.Judge().Catalogue)
	})

	for want, parameters := range map[string]map[string]map[string]any{
		`there is no control "users-are-save"`:                                                     {"users-are-save": {}},
		`control users-are-safe has no parameter "max_days": expected one of max_age_days, states`: {"users-are-safe": {"max_days": 1}},
		`parameter max_age_days is text: expected a whole number`:                                  {"users-are-safe": {"max_age_days": "90"}},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			_, err := evaluators.New(mfaControl(nil), parameters)
			require.ErrorContains(t, err, want)
		})
	}
}
