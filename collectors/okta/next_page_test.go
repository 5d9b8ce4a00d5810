package okta

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNextPage(t *testing.T) {
	t.Parallel()
	org, err := url.Parse("https://acme.okta.com")
	require.NoError(t, err)
	at, err := url.Parse("https://acme.okta.com/api/v1/users?limit=2")
	require.NoError(t, err)
	const self, next = `<https://acme.okta.com/api/v1/users?limit=2>; rel="self"`, `<https://acme.okta.com/api/v1/users?after=a&limit=2>; rel="next"`
	const want = "https://acme.okta.com/api/v1/users?after=a&limit=2"
	for name, c := range map[string]struct {
		headers   []string
		want, err string
	}{
		"no header is the last page": {nil, "", ""},
		"only self is the last page": {[]string{self}, "", ""},
		"two headers":                {[]string{self, next}, want, ""},
		"one header with both":       {[]string{self + ", " + next}, want, ""},
		"rel without quotes":         {[]string{`<https://acme.okta.com/api/v1/users?after=a&limit=2>;rel=next`}, want, ""},
		"several relations":          {[]string{`<https://acme.okta.com/api/v1/users?after=a&limit=2>; rel="last next"`}, want, ""},
		"a comma in a quote":         {[]string{`<https://acme.okta.com/x>; title="a, <b>"; rel="up", ` + next}, want, ""},
		"a comma in the address":     {[]string{`<https://acme.okta.com/api/v1/users?after=a,b>; rel="next"`}, "https://acme.okta.com/api/v1/users?after=a,b", ""},
		"a relative address":         {[]string{`</api/v1/users?after=a&limit=2>; rel="next"`}, want, ""},
		"the host in capitals":       {[]string{`<https://ACME.okta.com/api/v1/users?after=a&limit=2>; rel="next"`}, want, ""},
		"the same twice":             {[]string{next, next}, want, ""},
		"two different ones":         {[]string{next, `<https://acme.okta.com/api/v1/users?after=b>; rel="next"`}, "", "two links"},
		"another host":               {[]string{`<https://evil.example/api/v1/users?after=a>; rel="next"`}, "", "away from the org"},
		"another port":               {[]string{`<https://acme.okta.com:8443/api/v1/users?after=a>; rel="next"`}, "", "away from the org"},
		"a user before the host":     {[]string{`<https://x@acme.okta.com/api/v1/users?after=a>; rel="next"`}, "", "away from the org"},
		"no scheme":                  {[]string{`<//evil.example/api/v1/users>; rel="next"`}, "", "away from the org"},
		"another path":               {[]string{`<https://acme.okta.com/api/v1/users/../apps>; rel="next"`}, "", "another list"},
		"a quote without end":        {[]string{`<https://acme.okta.com/api/v1/users?after=a>; rel="next`}, "", "cannot be read"},
		"not a link":                 {[]string{`next`}, "", "cannot be read"},
		"a target without end":       {[]string{`<https://acme.okta.com/api/v1/users`}, "", "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := (&client{org: org}).next(at, http.Header{"Link": c.headers})
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
				return
			}
			require.NoError(t, err)
			if c.want == "" {
				require.Nil(t, got)
				return
			}
			require.Equal(t, c.want, got.String())
		})
	}
}
