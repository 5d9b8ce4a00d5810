package observed_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/observed"
	"github.com/controlwatch/controlwatch/evidence"
)

//go:fix inline

func TestRender(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 1, 2, 0, 0, 0, time.FixedZone("", 7200))
	denied := []evidence.Hole{{Field: "rules[1].allow", Reason: evidence.Denied}}
	for name, c := range map[string]struct {
		kind  evidence.Kind
		body  any
		holes []evidence.Hole
		path  string
		want  string
	}{
		"a list shows what was not seen in its elements": {
			"SignOnPolicy", &evidence.SignOnPolicy{Rules: []evidence.SignOnRule{{ID: "a", Name: "A", Active: new(true), System: new(false), Allow: new(true), MFARequired: new(true), SessionIdleMinutes: new(int64(0)), SessionLifetimeMinutes: new(int64(9)), PersistentCookie: new(false), Ways: []evidence.FactorWay{}}, {ID: "b", Name: "B"}}}, denied, "rules",
			`{"rules":[{"id":"a","name":"A","active":true,"system":false,"allow":true,"mfa_required":true,"session_idle_minutes":0,"session_lifetime_minutes":9,"persistent_cookie":false,"ways":[]},
			{"id":"b","name":"B","active":{"unseen":"not-collected"},"system":{"unseen":"not-collected"},"allow":{"unseen":"denied"},"mfa_required":{"unseen":"not-collected"},"session_idle_minutes":{"unseen":"not-collected"},"session_lifetime_minutes":{"unseen":"not-collected"},"persistent_cookie":{"unseen":"not-collected"},"ways":{"unseen":"not-collected"}}]}`,
		},
		"a time is a date in UTC":              {"User", &evidence.User{CreatedAt: &at}, nil, "created_at", `{"created_at":"2026-11-01T00:00:00Z"}`},
		"never is a word":                      {"User", &evidence.User{LastActive: &evidence.Moment{Never: true}}, nil, "last_active", `{"last_active":"never"}`},
		"a moment that says nothing is unseen": {"User", &evidence.User{LastActive: &evidence.Moment{}}, nil, "last_active", `{"last_active":{"unseen":"not-collected"}}`},
		"a field of an unseen struct":          {"User", &evidence.User{}, []evidence.Hole{{Field: "mfa", Reason: evidence.Disabled}}, "mfa.strong", `{"mfa.strong":{"unseen":"disabled"}}`},
		"empty is not unseen":                  {"Datastore", &evidence.Datastore{Tags: map[string]string{}}, nil, "tags", `{"tags":{}}`},
		"an unseen map":                        {"Datastore", &evidence.Datastore{}, nil, "tags", `{"tags":{"unseen":"not-collected"}}`},
		"text is kept as it is":                {"User", &evidence.User{Email: new("<a>&\u202e\n")}, nil, "email", "{\"email\":\"<a>&\u202e\\n\"}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := observed.Parse(c.kind, c.path)
			require.NoError(t, err)
			require.JSONEq(t, c.want, string(observed.Render(&evidence.Fact{Body: c.body, Holes: c.holes}, []observed.Path{p})))
		})
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"mfaa":           `User has no field "mfaa"`,
		"roles.x":        `nothing lies below a []string`,
		"created_at.ext": `nothing lies below a time.Time`,
		"":               `User has no field ""`,
	} {
		_, err := observed.Parse("User", path)
		require.ErrorContains(t, err, want, path)
	}
}
