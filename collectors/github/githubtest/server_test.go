package githubtest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
)

// complaints takes the place of the test that would fail.
type complaints []string

func (*complaints) Helper() {}

func (c *complaints) Errorf(format string, args ...any) {
	*c = append(*c, fmt.Sprintf(format, args...))
}

func ask(t *testing.T, org *githubtest.Organization, path string) (int, complaints) {
	t.Helper()
	var said complaints
	server := githubtest.New(&said, org)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.github.com"+path, nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+server.Token)
	resp, err := server.RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode, said
}

// The description is the judge of the fake: what does not agree with it fails the
// test that uses the fake.
func TestTheDescriptionJudges(t *testing.T) {
	t.Parallel()
	t.Run("a right question and answer", func(t *testing.T) {
		t.Parallel()
		status, said := ask(t, githubtest.AcmeRobotics(), "/orgs/acme-robotics/members?filter=2fa_disabled&per_page=100")
		require.Equal(t, http.StatusOK, status)
		require.Empty(t, said)
	})
	t.Run("a misspelt query value", func(t *testing.T) {
		t.Parallel()
		status, said := ask(t, githubtest.AcmeRobotics(), "/orgs/acme-robotics/members?filter=2fa_disabledd")
		require.Equal(t, http.StatusUnprocessableEntity, status)
		require.Len(t, said, 1)
		require.Contains(t, said[0], "filter")
	})
	t.Run("a misspelt query name", func(t *testing.T) {
		t.Parallel()
		_, said := ask(t, githubtest.AcmeRobotics(), "/orgs/acme-robotics/members?filters=all")
		require.Len(t, said, 1)
		require.Contains(t, said[0], `no query parameter "filters"`)
	})
	t.Run("a path GitHub does not have", func(t *testing.T) {
		t.Parallel()
		_, said := ask(t, githubtest.AcmeRobotics(), "/orgs/acme-robotics/memberz")
		require.Len(t, said, 1)
	})
	t.Run("a wrong type in the fake's answer", func(t *testing.T) {
		t.Parallel()
		org := githubtest.AcmeRobotics()
		org.Repositories[0].Rulesets[0].Rules[5].Parameters = json.RawMessage(`{"check_response_timeout_minutes":"sixty"}`)
		_, said := ask(t, org, "/repos/acme-robotics/cloud-api/rules/branches/main")
		require.Len(t, said, 1)
		require.Contains(t, said[0], "is not as GitHub describes it")
	})
	t.Run("a rule type GitHub does not have", func(t *testing.T) {
		t.Parallel()
		org := githubtest.AcmeRobotics()
		org.Repositories[0].Rulesets[0].Rules[0].Type = "deletions"
		_, said := ask(t, org, "/repos/acme-robotics/cloud-api/rulesets/771001")
		require.Len(t, said, 1)
	})
}
