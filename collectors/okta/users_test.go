package okta

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/okta/oktatest"
	"github.com/controlwatch/controlwatch/evidence"
)

func TestUsers(t *testing.T) {
	t.Parallel()
	got := collect(t, serve(t, oktatest.Acme()), "okta_users")
	require.Empty(t, got.pull.Holes)
	require.Len(t, got.facts, 8)
	user := func(name string) *evidence.User {
		return got.facts[name+"@acme-robotics.example"].Body.(*evidence.User)
	}
	day := func(m time.Month, d int) *evidence.Moment {
		return &evidence.Moment{At: time.Date(2026, m, d, 0, 0, 0, 0, time.UTC)}
	}

	t.Run("an administrator with a security key is seen whole", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, &evidence.User{
			Status: new(evidence.UserActive), Email: new("ada@acme-robotics.example"),
			CreatedAt:      new(time.Date(2023, 3, 1, 8, 30, 0, 0, time.UTC)),
			LastActive:     day(11, 15),
			PasswordSignIn: new(true), StatusChangedAt: new(time.Date(2023, 3, 1, 8, 30, 0, 0, time.UTC)),
			MFA:   &evidence.MFA{Enabled: new(true), Strong: new(true), Factors: []string{"token:software:totp", "webauthn"}},
			Admin: new(true), Roles: []string{"SUPER_ADMIN"},
		}, user("ada"))
	})
	t.Run("a role held through a group makes an administrator", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, new(true), user("grace").Admin)
		require.Equal(t, []string{"SUPER_ADMIN"}, user("grace").Roles)
	})
	t.Run("SMS alone is a factor and not a strong one, and a factor not yet activated is none", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, &evidence.MFA{Enabled: new(true), Strong: new(false), Factors: []string{"sms"}}, user("linus").MFA)
		require.Equal(t, new(false), user("linus").Admin)
		require.Equal(t, []string{}, user("linus").Roles, "seen, and there are none")
	})
	t.Run("factors that may not be read leave a hole and nothing else", func(t *testing.T) {
		t.Parallel()
		f := got.facts["kofi@acme-robotics.example"]
		require.Nil(t, user("kofi").MFA)
		require.Equal(t, new(evidence.UserActive), user("kofi").Status, "an expired password can be renewed")
		require.Equal(t, new(true), user("kofi").Admin)
		require.Equal(t, []evidence.Hole{{
			Field: "mfa", Reason: evidence.Denied, Operation: "GET /api/v1/users/{userId}/factors",
			Detail: "HTTP 403 E0000006: You do not have permission to perform the requested action; " +
				"needs okta.users.read: make the token as a read-only administrator who may see this user",
		}}, f.Holes)
	})
	t.Run("deactivated and never activated people are listed, their factors are not asked for", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, new(evidence.UserDeactivated), user("tomas").Status)
		require.Equal(t, new(evidence.UserPending), user("nadia").Status)
		require.Equal(t, &evidence.Moment{Never: true}, user("nadia").LastActive)
		require.Nil(t, user("tomas").MFA)
		require.Nil(t, user("tomas").Admin)
		require.Equal(t, map[string]int{
			"GET /api/v1/users": 2, "GET /api/v1/users/{userId}/factors": 5, "GET /api/v1/users/{userId}/roles": 5,
		}, got.pull.OperationCounts)
	})
	t.Run("the pull says how it asked", func(t *testing.T) {
		t.Parallel()
		require.Contains(t, got.pull.Parameters, `GET /api/v1/users filter=status eq "DEPROVISIONED"`)
		require.Equal(t, 2, got.pull.Pages)
	})
}

func TestUserStates(t *testing.T) {
	t.Parallel()
	doc, err := oktatest.Description()
	require.NoError(t, err)
	t.Run("every status Okta describes has a meaning", func(t *testing.T) {
		t.Parallel()
		for _, status := range doc.Components.Schemas["UserStatus"].Value.Enum {
			require.Contains(t, userStates, status)
		}
	})
	t.Run("a status nobody described is a hole, and the user counts as able to sign in", func(t *testing.T) {
		t.Parallel()
		u, err := (&source{}).parseUser([]byte(`{"id":"1","status":"DORMANT","lastLogin":null,"created":"2026-01-01T00:00:00.000Z"}`))
		require.NoError(t, err)
		require.True(t, u.signsIn)
		require.Nil(t, u.fact.Body.(*evidence.User).Status)
		hole, ok := u.fact.Hole("status")
		require.True(t, ok)
		require.Equal(t, evidence.ProviderError, hole.Reason)
	})
	t.Run("no lastLogin is not the same as never", func(t *testing.T) {
		t.Parallel()
		u, err := (&source{}).parseUser([]byte(`{"id":"1","status":"ACTIVE"}`))
		require.NoError(t, err)
		require.Nil(t, u.fact.Body.(*evidence.User).LastActive)
		_, ok := u.fact.Hole("last_active")
		require.True(t, ok)
	})
}

func TestUserPages(t *testing.T) {
	t.Parallel()
	const live = "/api/v1/users"
	t.Run("all pages are read", func(t *testing.T) {
		t.Parallel()
		server := serve(t, oktatest.Acme())
		server.PageSize = 2
		got := collect(t, server, "okta_users")
		require.Empty(t, got.pull.Holes)
		require.Len(t, got.facts, 8)
		require.Equal(t, 4, got.pull.Pages)
	})
	for name, c := range map[string]struct{ link, want string }{
		"a next page that was read already ends the list with a hole": {
			`<https://acme-robotics.okta.com/api/v1/users?limit=200>; rel="next"`, "a page already read",
		},
		"a next page on another host is not asked for": {
			`<https://acme-robotics.okta.com.evil.example/api/v1/users?after=2>; rel="next"`, "away from the org",
		},
		"a next page without encryption is not asked for": {
			`<http://acme-robotics.okta.com/api/v1/users?after=2>; rel="next"`, "away from the org",
		},
		"a next page of another list is not asked for": {
			`<https://acme-robotics.okta.com/api/v1/groups?after=2>; rel="next"`, "another list",
		},
		"a link that cannot be read may be a next page": {
			`https://acme-robotics.okta.com/api/v1/users?after=2; rel="next"`, "cannot be read",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, oktatest.Acme())
			var asked atomic.Int64
			got := collect(t, roundTrip(func(r *http.Request) (*http.Response, error) {
				resp, err := server.RoundTrip(r)
				if err == nil && r.URL.Path == live && r.URL.Query().Get("filter") == "" {
					asked.Add(1)
					resp.Header.Set("Link", c.link)
				}
				return resp, err
			}), "okta_users")
			require.Len(t, got.pull.Holes, 1)
			require.Equal(t, evidence.Truncated, got.pull.Holes[0].Reason)
			require.Contains(t, got.pull.Holes[0].Detail, c.want)
			require.Len(t, got.facts, 8, "what was seen is kept")
			require.EqualValues(t, 1, asked.Load())
		})
	}
	t.Run("without the list of deprovisioned users the others are kept and the population is incomplete", func(t *testing.T) {
		t.Parallel()
		server := serve(t, oktatest.Acme())
		got := collect(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Query().Get("filter") != "" {
				return oktatest.Refuse(r, http.StatusBadRequest, "E0000031", "Invalid search criteria."), nil
			}
			return server.RoundTrip(r)
		}), "okta_users")
		require.Len(t, got.facts, 6)
		require.Len(t, got.pull.Holes, 1)
		require.Contains(t, got.pull.Holes[0].Detail, "E0000031")
	})
	t.Run("somebody reactivated while the lists are read counts as active", func(t *testing.T) {
		t.Parallel()
		org := oktatest.Acme()
		server := serve(t, org)
		got := collect(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			resp, err := server.RoundTrip(r)
			if r.URL.Query().Get("filter") != "" {
				org.Update(func(o *oktatest.Org) { o.Users[6].Status = "ACTIVE" })
			}
			return resp, err
		}), "okta_users")
		tomas := got.facts["tomas@acme-robotics.example"].Body.(*evidence.User)
		require.Equal(t, new(evidence.UserActive), tomas.Status)
		require.NotNil(t, tomas.MFA)
	})
	t.Run("one user that cannot be read makes the list incomplete and keeps the others", func(t *testing.T) {
		t.Parallel()
		server, err := oktatest.New(oktatest.Acme(), func(error) {})
		require.NoError(t, err)
		got := collect(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			resp, err := server.RoundTrip(r)
			if err == nil && r.URL.Path == live {
				replaceInBody(t, resp, `"00uacme0000000linus0"`, `17`)
			}
			return resp, err
		}), "okta_users")
		require.Len(t, got.pull.Holes, 1)
		require.Contains(t, got.pull.Holes[0].Detail, "a user cannot be read")
		require.Len(t, got.facts, 7)
	})
}

func TestHopelessReads(t *testing.T) {
	t.Parallel()
	org := oktatest.Acme()
	for i := range 60 {
		u := *org.Users[0]
		u.ID, u.Login = fmt.Sprintf("00umany%013d", i), fmt.Sprintf("many%d@acme-robotics.example", i)
		org.Users = append(org.Users, &u)
	}
	server := serve(t, org)
	var asked atomic.Int64
	got := collect(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/roles") && !strings.Contains(r.URL.Path, org.Owner) {
			asked.Add(1)
			return oktatest.Refuse(r, http.StatusUnauthorized, "E0000011", "Invalid token provided"), nil
		}
		return server.RoundTrip(r)
	}), "okta_users")
	require.Empty(t, got.pull.Holes)
	unseen := 0
	for name, f := range got.facts {
		u := f.Body.(*evidence.User)
		if *u.Status != evidence.UserActive || f.Resource.ID == org.Owner {
			continue
		}
		unseen++
		require.Nil(t, u.Admin, name)
		require.Nil(t, u.Roles, name)
		hole, ok := f.Hole("admin")
		require.True(t, ok, name)
		require.Equal(t, evidence.Denied, hole.Reason)
		require.Contains(t, hole.Detail, "make a new one")
	}
	require.Equal(t, 64, unseen)
	require.LessOrEqual(t, asked.Load(), int64(usersUnderWay), "a dead token is not tried for every user")
}
