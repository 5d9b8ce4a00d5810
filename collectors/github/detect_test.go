package github_test

import (
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/github"
	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
	"github.com/controlwatch/controlwatch/evidence"
)

func detectIn(t *testing.T, env map[string]string, base http.RoundTripper) (connect.Detected, error) {
	t.Helper()
	return github.Provider.Detect(t.Context(), connect.Options{
		Env: func(name string) string { return env[name] }, Seam: seamOver(base), Clock: now,
	})
}

func names(found []connect.Source) []string {
	var n []string
	for _, s := range found {
		n = append(n, s.Name)
	}
	return n
}

func TestDetect(t *testing.T) {
	t.Parallel()
	classic := githubtest.AcmeRobotics()
	classic.Viewer.Scopes = []string{"admin:org", "repo"}

	t.Run("nothing in the environment is no error, and asks nobody", func(t *testing.T) {
		t.Parallel()
		d, err := detectIn(t, nil, nil)
		require.NoError(t, err)
		require.Empty(t, d.Found)
		require.Empty(t, d.How)
		require.Equal(t, "GITHUB_TOKEN and GH_TOKEN in the environment", d.Looked)
		require.Contains(t, d.Give, "GITHUB_ORG")
	})
	t.Run("organisations that are named are not looked up", func(t *testing.T) {
		t.Parallel()
		d, err := detectIn(t, map[string]string{"GH_TOKEN": "x", "GITHUB_ORG": "Acme-Robotics", "GITHUB_ORGS": "acme-labs, acme-care"}, nil)
		require.NoError(t, err)
		require.Equal(t, "GH_TOKEN in the environment", d.How)
		require.Equal(t, []string{"github/acme-robotics", "github/acme-labs", "github/acme-care"}, names(d.Found))
	})
	t.Run("else they are those of the token's user, and the scan says as whom", func(t *testing.T) {
		t.Parallel()
		server := githubtest.New(t, classic)
		d, err := detectIn(t, map[string]string{"GITHUB_TOKEN": server.Token}, server)
		require.NoError(t, err)
		require.Equal(t, []string{"github/acme-robotics"}, names(d.Found))
		s := run(t, d.Found)
		require.Equal(t, "ada", s.plan.Principal)
		require.Equal(t, []string{"admin:org", "repo"}, s.pulls["github_members"].PrincipalScopes)
	})
	t.Run("a fine-grained token names no organisation", func(t *testing.T) {
		t.Parallel()
		server := githubtest.New(t, githubtest.AcmeRobotics())
		d, err := detectIn(t, map[string]string{"GITHUB_TOKEN": server.Token}, server)
		require.NoError(t, err)
		require.Empty(t, d.Found)
		require.Contains(t, d.Looked, "GITHUB_TOKEN is set, but GitHub names no organisation for it")
	})
	t.Run("a token that does not work is a source that cannot look, not silence", func(t *testing.T) {
		t.Parallel()
		d, err := detectIn(t, map[string]string{"GITHUB_TOKEN": "expired"}, githubtest.New(t, classic))
		require.NoError(t, err)
		require.Len(t, d.Found, 1)
		s := run(t, d.Found)
		require.Len(t, s.pulls, len(github.Provider.Collectors)-1, "the event log is read where it is asked for")
		for _, p := range s.pulls {
			require.Equal(t, evidence.Denied, p.Holes[0].Reason)
			require.Contains(t, p.Holes[0].Detail, "GitHub does not accept the token")
			require.NotContains(t, p.Holes[0].Detail, "expired")
		}
	})
	t.Run("another API is named by GITHUB_API_URL", func(t *testing.T) {
		t.Parallel()
		server := githubtest.New(t, classic)
		var host atomic.Value
		d, err := detectIn(t, map[string]string{"GITHUB_TOKEN": server.Token, "GITHUB_API_URL": "https://github.acme.example/api/v3"},
			between{base: server, answer: func(_ string, req *http.Request) *http.Response {
				host.Store(req.URL.Host)
				return nil
			}})
		require.NoError(t, err)
		require.Equal(t, "github.acme.example", host.Load())
		require.Empty(t, run(t, d.Found).pulls["github_branch_rules"].Holes)
	})
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		settings github.Settings
		says     string
	}{
		"no organisation":        {github.Settings{Token: "x"}, "organizations: empty; list the logins of the organisations to read"},
		"no token":               {github.Settings{Organizations: []string{"acme"}}, "token: empty; make a personal access token as an owner of the organisation, or name a GitHub App with app_id and private_key_file"},
		"a token with a newline": {github.Settings{Organizations: []string{"acme"}, Token: "x\ny"}, "token: holds a space, a line break or another character that no token has; was it copied whole?"},
		"an address for a login": {github.Settings{Organizations: []string{"github.com/acme"}, Token: "x"}, `organizations[0]: "github.com/acme" is not an organisation's login; use the name in its address, github.com/LOGIN`},
		"a login twice":          {github.Settings{Organizations: []string{"acme", "Acme"}, Token: "x"}, `organizations[1]: "Acme" is listed twice`},
		"plain HTTP":             {github.Settings{Organizations: []string{"acme"}, Token: "x", BaseURL: "http://github.acme.example/api/v3"}, "base_url: must begin with https://, since the token travels with every request"},
		"the web site":           {github.Settings{Organizations: []string{"acme"}, Token: "x", BaseURL: "https://github.com"}, "base_url: is the address of the web site; the API's is https://api.github.com"},
		"a token in the address": {github.Settings{Organizations: []string{"acme"}, Token: "x", BaseURL: "https://secret@github.acme.example"}, "base_url: holds more than scheme, host and path; the token belongs in token"},
	} {
		t.Run(name+" is refused before anything starts", func(t *testing.T) {
			t.Parallel()
			_, err := github.Provider.Open(connect.Options{Seam: seamOver(nil), Clock: now, Decode: func(into any) error {
				*into.(*github.Settings) = tc.settings
				return nil
			}})
			require.EqualError(t, err, tc.says)
		})
	}
}
