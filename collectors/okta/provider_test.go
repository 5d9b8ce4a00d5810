package okta

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/okta/oktatest"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

func TestOrgURL(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://acme.okta.com":           "https://acme.okta.com",
		"https://Acme.okta.com/":          "https://acme.okta.com",
		"https://login.acme.example":      "https://login.acme.example",
		"https://team-admin.acme.example": "https://team-admin.acme.example",
		"http://127.0.0.1:8080":           "http://127.0.0.1:8080",
		"http://localhost:1":              "http://localhost:1",
	} {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			got, err := parseOrgURL(in)
			require.NoError(t, err)
			require.Equal(t, want, got.String())
		})
	}
	for in, want := range map[string]string{
		"":                              "empty",
		"acme.okta.com":                 "no host",
		"http://acme.okta.com":          "unencrypted",
		"ftp://127.0.0.1":               "unencrypted",
		"https://user:pw@acme.okta.com": "credentials",
		"https://acme.okta.com/api/v1":  "more than a host",
		"https://acme.okta.com?x=1":     "more than a host",
		"https://acme-admin.okta.com":   "use https://acme.okta.com",
		"https://acme.okta.com:x":       "not an address",
		"https://":                      "no host",
	} {
		t.Run("refused: "+in, func(t *testing.T) {
			t.Parallel()
			_, err := parseOrgURL(in)
			require.ErrorContains(t, err, want)
		})
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	good := Settings{OrgURL: "https://acme.okta.com", Token: "t"}
	for name, c := range map[string]struct {
		change func(*Settings)
		want   string
	}{
		"no token":              {func(s *Settings) { s.Token = "" }, "token: empty"},
		"a token in two lines":  {func(s *Settings) { s.Token = "a\nb" }, "token: holds a character"},
		"a token with its word": {func(s *Settings) { s.Token = "SSWS abc" }, "without SSWS"},
		"no org":                {func(s *Settings) { s.OrgURL = "" }, "org_url: empty"},
		"too few requests":      {func(s *Settings) { s.RequestsPerMinute = 1 }, "requests_per_minute: 1"},
	} {
		t.Run(name+" is an error naming the field", func(t *testing.T) {
			t.Parallel()
			s := good
			c.change(&s)
			_, err := Provider.Open(options(nil, s))
			require.ErrorContains(t, err, c.want)
		})
	}
	t.Run("a minute never sees more requests than allowed", func(t *testing.T) {
		t.Parallel()
		org, err := parseOrgURL(good.OrgURL)
		require.NoError(t, err)
		for _, n := range []int{3, 10, 300, 6000} {
			p := policy(org, n)
			require.LessOrEqual(t, float64(p.Burst)+60*p.Rate, float64(n))
			require.Positive(t, p.Rate)
			require.Positive(t, p.Burst)
		}
	})
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	org, err := parseOrgURL("https://acme.okta.com")
	require.NoError(t, err)
	identify := policy(org, defaultRequestsPerMinute).Identify
	ask := func(method, address string) (string, error) {
		req, err := http.NewRequestWithContext(t.Context(), method, address, nil)
		require.NoError(t, err)
		operation, _, err := identify(req)
		return operation, err
	}
	operation, err := ask(http.MethodGet, "https://acme.okta.com/api/v1/users/00u1/factors")
	require.NoError(t, err)
	require.Equal(t, "GET /api/v1/users/{userId}/factors", operation)
	for name, request := range map[string][2]string{
		"a write":                  {http.MethodPost, "https://acme.okta.com/api/v1/users"},
		"an unknown read":          {http.MethodGet, "https://acme.okta.com/api/v1/idps"},
		"another host":             {http.MethodGet, "https://evil.example/api/v1/users"},
		"the org without TLS":      {http.MethodGet, "http://acme.okta.com/api/v1/users"},
		"a user's id with a slash": {http.MethodGet, "https://acme.okta.com/api/v1/users/../apps/factors"},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			_, err := ask(request[0], request[1])
			require.Error(t, err)
		})
	}
}

func TestDetect(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env    map[string]string
		how    string
		looked string
		err    string
	}{
		"nothing there":           {nil, "", "OKTA_ORG_URL with OKTA_API_TOKEN", ""},
		"the common names":        {map[string]string{"OKTA_ORG_URL": "https://acme.okta.com", "OKTA_API_TOKEN": "t"}, "OKTA_ORG_URL and OKTA_API_TOKEN in the environment", "", ""},
		"Okta's own names":        {map[string]string{"OKTA_CLIENT_ORGURL": "https://acme.okta.com", "OKTA_CLIENT_TOKEN": "t"}, "OKTA_CLIENT_ORGURL and OKTA_CLIENT_TOKEN in the environment", "", ""},
		"a token without an org":  {map[string]string{"OKTA_API_TOKEN": "t"}, "", "OKTA_API_TOKEN is set but", ""},
		"an org without a token":  {map[string]string{"OKTA_ORG_URL": "https://acme.okta.com"}, "", "OKTA_ORG_URL is set but", ""},
		"an address without host": {map[string]string{"OKTA_ORG_URL": "acme", "OKTA_API_TOKEN": "sesame"}, "", "", "okta credentials in OKTA_ORG_URL: org_url: no host"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(nil, Settings{})
			o.Env = func(k string) string { return c.env[k] }
			d, err := Provider.Detect(t.Context(), o)
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
				require.NotContains(t, err.Error(), "sesame")
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.how, d.How)
			require.Equal(t, c.how != "", len(d.Found) == 1)
			require.Contains(t, d.Looked, c.looked)
			require.NotEmpty(t, d.Give)
		})
	}
}

func TestDiscovery(t *testing.T) {
	t.Parallel()
	t.Run("says whose token it is and with which roles", func(t *testing.T) {
		t.Parallel()
		src := openOver(t, serve(t, oktatest.Acme()))
		d, err := src.Discover(transport.WithMeter(t.Context(), transport.NewMeter(Provider.Discovery, src.Scope)), nil)
		require.NoError(t, err)
		require.Equal(t, "ada@acme-robotics.example", d.Principal)
		require.Equal(t, []string{"SUPER_ADMIN"}, d.PrincipalScopes)
		require.Len(t, d.Feeds, len(collectors))
	})
	t.Run("plans the same feeds for a token nobody accepts, and each says why it is blind", func(t *testing.T) {
		t.Parallel()
		org := oktatest.Acme()
		org.Token = "another"
		for _, c := range collectors {
			got := collect(t, serve(t, org), c.Name)
			require.Len(t, got.pull.Holes, 1, c.Name)
			require.Equal(t, evidence.Denied, got.pull.Holes[0].Reason)
			require.Empty(t, got.facts)
		}
	})
}

// Forgetting to list a collector would leave its evidence uncollected in silence.
func TestEveryCollectorIsListed(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, c := range collectors {
		listed[c.Name] = true
		require.NotEmpty(t, c.Doc, c.Name)
		require.NotEmpty(t, c.Reads, c.Name)
		require.Len(t, c.Populations, 1, c.Name)
	}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	declared := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if ok && strings.HasSuffix(spec.Names[0].Name, "Collector") {
				declared++
			}
			return true
		})
	}
	require.Equal(t, len(collectors), declared, "a collector is declared in a file and missing from the list in provider.go: add it there")
	require.Len(t, listed, declared, "two collectors have one name")
}
