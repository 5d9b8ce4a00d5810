package github

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

// The guard knows our two questions word for word; anything else may change something.
func TestOnlyOurQuestionsGoOut(t *testing.T) {
	t.Parallel()
	base, err := parseBaseURL("")
	require.NoError(t, err)
	name := identify(base)
	ask := func(body string) (string, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.github.com/graphql", strings.NewReader(body))
		require.NoError(t, err)
		operation, _, err := name(req)
		return operation, err
	}
	good := `{"query":"query($login: String!) { organization(login: $login) { login samlIdentityProvider { issuer ssoUrl } } }","variables":{"login":"acme"}}`
	operation, err := ask(good)
	require.NoError(t, err)
	require.Equal(t, askOrganizationSAML.name, operation)
	for what, body := range map[string]string{
		"a change": `{"query":"mutation { deleteRef(input: {refId: \"x\"}) { clientMutationId } }","variables":{}}`,
		"a question of ours with a change behind it": strings.Replace(good, `ssoUrl } } }"`, `ssoUrl } } } mutation { x }"`, 1),
		"a key that comes twice":                     strings.Replace(good, `"variables"`, `"query":"mutation { x }","variables"`, 1),
		"a key that we do not know":                  strings.Replace(good, `"variables"`, `"operationName":"x","variables"`, 1),
		"another spelling of a key":                  strings.Replace(good, `"query"`, `"Query"`, 1),
		"two values":                                 good + good,
		"a list":                                     "[" + good + "]",
		"nothing":                                    "",
	} {
		_, err := ask(body)
		require.Error(t, err, what)
	}
}

func TestGraphQLLiesBesideTheRESTAPI(t *testing.T) {
	t.Parallel()
	for rest, want := range map[string]string{
		"https://api.github.com":             "/graphql",
		"https://api.acme.ghe.com":           "/graphql",
		"https://github.acme.example/api/v3": "/api/graphql",
	} {
		base, err := parseBaseURL(rest)
		require.NoError(t, err)
		require.Equal(t, want, graphqlPath(base), rest)
	}
}

// Every right that a collector declares is one that an App can be asked for, or
// is known to be none.
func TestEveryRightHasTheNameThatAppsUse(t *testing.T) {
	t.Parallel()
	for _, c := range slices.Concat([]evidence.Collector{discovery}, collectors) {
		for _, right := range c.Permissions {
			require.True(t, right == permitEnterprise || appPermissions[right] != "", "%s declares %q: add it to appPermissions", c.Name, right)
		}
	}
}

// Each read that can be denied names the right it needs.
func TestEveryReadNamesTheRightItNeeds(t *testing.T) {
	t.Parallel()
	for _, c := range collectors {
		for _, read := range c.Reads {
			require.NotEmpty(t, needs(read), read)
		}
	}
}

func TestTargetOfAWebhook(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://hooks.slack.com/services/T0/B0/secret": "https://hooks.slack.com",
		"HTTPS://user:secret@ci.example:8443/x?token=1": "https://ci.example:8443",
		"http://ci.example":                             "http://ci.example",
		"ci.example/hook":                               "",
		"":                                              "",
		"http://%zz":                                    "",
	} {
		target, https, ok := parseTarget(&raw)
		require.Equal(t, want, target)
		require.Equal(t, want != "", ok)
		require.Equal(t, strings.HasPrefix(want, "https"), https)
	}
	_, _, ok := parseTarget(nil)
	require.False(t, ok)
}
