package okta

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/okta/oktatest"
	"github.com/controlwatch/controlwatch/evidence"
)

// What every org has some of is not absent where a list is empty: Okta shows less,
// in silence, to who administers a part of the org.
func TestAListThatCannotBeEmpty(t *testing.T) {
	t.Parallel()
	for collector, path := range map[string]string{
		"okta_users": "/api/v1/users", "okta_groups": "/api/v1/groups", "okta_password_policies": "/api/v1/policies",
		"okta_global_session_policies": "/api/v1/policies", "okta_enrolment_policies": "/api/v1/policies", "okta_authentication_policies": "/api/v1/policies",
	} {
		t.Run(collector, func(t *testing.T) {
			t.Parallel()
			server := serve(t, oktatest.Acme())
			got := collect(t, roundTrip(func(r *http.Request) (*http.Response, error) {
				answer, err := server.RoundTrip(r)
				if err == nil && r.URL.Path == path {
					_ = answer.Body.Close()
					answer.Body = io.NopCloser(strings.NewReader("[]"))
					answer.ContentLength = 2
					answer.Header.Del("Link")
					answer.Header.Del("Content-Length")
				}
				return answer, err
			}), collector)
			require.Empty(t, got.facts)
			require.False(t, got.pull.Complete())
			require.Equal(t, evidence.ProviderError, got.pull.Holes[0].Reason)
			require.Contains(t, got.pull.Holes[0].Detail, "but every org has")
		})
	}
}

func TestAPanicOfOneGoroutine(t *testing.T) {
	t.Parallel()
	err := guarded(evidence.Fact{Resource: evidence.Resource{Type: userType, ID: "00u1"}}, func() error { panic(errors.New("odd")) })()
	require.EqualError(t, err, "panic in okta.user 00u1: odd")
}
