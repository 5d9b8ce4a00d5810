package github_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/collectorstest"
	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
	"github.com/controlwatch/controlwatch/evidence"
)

func TestManagedUsers(t *testing.T) {
	t.Parallel()
	org := githubtest.AcmeRobotics()
	org.Members = append(org.Members, githubtest.Person{ID: 99, Login: "nadia_acme"})
	f := lookAt(t, githubtest.New(t, org)).fact(t, "github.member", "nadia_acme")
	u := f.Body.(*evidence.User)
	require.Nil(t, u.MFA, "not being on the list proves nothing for who has no factor at GitHub at all")
	require.Nil(t, u.PasswordSignIn)
	require.Equal(t, evidence.Disabled, hole(t, f, "mfa").Reason)
	require.False(t, *u.Admin)
}

func TestRenamesAreTheSameResource(t *testing.T) {
	t.Parallel()
	org := githubtest.AcmeRobotics()
	before := lookAt(t, githubtest.New(t, org))
	renamed := githubtest.AcmeRobotics()
	renamed.Members[2].Login = "linus-t"
	renamed.Repositories[1].Name, renamed.Repositories[1].DefaultBranch = "firmware-core", "trunk"
	after := lookAt(t, githubtest.New(t, renamed))
	for _, pair := range [][3]string{
		{"github.member", "linus", "linus-t"},
		{"github.repository", "acme-robotics/firmware", "acme-robotics/firmware-core"},
		{"github.branch", "acme-robotics/firmware:main", "acme-robotics/firmware-core:trunk"},
	} {
		require.Equal(t, before.fact(t, pair[0], pair[1]).Resource.Key(), after.fact(t, pair[0], pair[2]).Resource.Key())
	}
}

// Only one of the filtered lists is lost: what it would have told is unseen, and
// what the others tell stays.
func TestOneListOfMembersIsLost(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		lost  func(role, filter string) bool
		check func(t *testing.T, s sight)
	}{
		"who has no second factor": {
			func(_, filter string) bool { return filter == "2fa_disabled" },
			func(t *testing.T, s sight) {
				require.Nil(t, body[evidence.User](t, s, "github.member", "ada").MFA)
				require.Nil(t, body[evidence.User](t, s, "github.member", "linus").MFA)
				require.True(t, *body[evidence.User](t, s, "github.member", "ada").Admin)
			},
		},
		"who has an insecure one": {
			func(_, filter string) bool { return filter == "2fa_insecure" },
			func(t *testing.T, s sight) {
				require.True(t, *body[evidence.User](t, s, "github.member", "ada").MFA.Enabled)
				require.Nil(t, body[evidence.User](t, s, "github.member", "ada").MFA.Strong)
				require.False(t, *body[evidence.User](t, s, "github.member", "linus").MFA.Strong)
				require.Equal(t, evidence.ProviderError, hole(t, s.fact(t, "github.member", "ada"), "mfa.strong").Reason)
			},
		},
		"who is an owner": {
			func(role, _ string) bool { return role == "admin" },
			func(t *testing.T, s sight) {
				require.Nil(t, body[evidence.User](t, s, "github.member", "linus").Admin)
				require.Nil(t, body[evidence.User](t, s, "github.member", "linus").Roles)
				require.Equal(t, evidence.ProviderError, hole(t, s.fact(t, "github.member", "linus"), "admin").Reason)
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := lookAt(t, between{base: githubtest.New(t, githubtest.AcmeRobotics()), answer: func(operation string, req *http.Request) *http.Response {
				q := req.URL.Query()
				if operation == "GET /orgs/{org}/members" && tc.lost(q.Get("role"), q.Get("filter")) {
					return collectorstest.Answer(http.StatusOK, "application/json", `{"oops":true}`)
				}
				return nil
			}})
			require.Len(t, s.facts["github.member"], 6)
			tc.check(t, s)
		})
	}
}

func TestListThatCannotBeEmpty(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ role, list string }{
		"no member": {"all", "members"},
		"no owner":  {"admin", "owners"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := lookAt(t, between{base: githubtest.New(t, githubtest.AcmeRobotics()), answer: func(operation string, req *http.Request) *http.Response {
				if operation == "GET /orgs/{org}/members" && req.URL.Query().Get("role") == tc.role {
					return collectorstest.Answer(http.StatusOK, "application/json", `[]`)
				}
				return nil
			}})
			if tc.list == "members" {
				require.False(t, s.pulls["github_members"].Complete())
				return
			}
			require.Equal(t, evidence.ProviderError, hole(t, s.fact(t, "github.member", "linus"), "admin").Reason)
		})
	}
}
