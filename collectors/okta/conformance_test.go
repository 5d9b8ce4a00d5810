package okta_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/collectorstest"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/okta"
	"github.com/controlwatch/controlwatch/collectors/okta/oktatest"
	"github.com/controlwatch/controlwatch/collectors/transport"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	org := oktatest.Acme()
	for _, u := range org.Users {
		u.HideFactors = false // a healthy provider shows everything
	}
	org.Log = happened()[:4]
	server, err := oktatest.New(org, func(err error) { t.Error(err) })
	require.NoError(t, err)
	server.PageSize = 3
	for name, refuse := range map[string]struct {
		status        int
		code, summary string
	}{
		"a right that is missing": {http.StatusForbidden, "E0000006", "You do not have permission to perform the requested action"},
		"a token that has died":   {http.StatusUnauthorized, "E0000011", "Invalid token provided"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			collectorstest.Run(t, collectorstest.Suite{
				Provider: okta.Provider,
				Base:     server,
				Open: func(t *testing.T, seam *transport.Seam) []connect.Source {
					t.Helper()
					return openAcmeWith(t, seam, 7)
				},
				Deny: func(req *http.Request, _ string) *http.Response {
					return oktatest.Refuse(req, refuse.status, refuse.code, refuse.summary)
				},
				Throttle: func(req *http.Request, _ string) *http.Response {
					resp := oktatest.Refuse(req, http.StatusTooManyRequests, "E0000047", "API call exceeded rate limit due to too many requests.")
					resp.Header.Set("Date", "Mon, 16 Nov 2026 09:00:00 GMT")
					resp.Header.Set("X-Rate-Limit-Reset", "1794819630") // half a minute later
					return resp
				},
			})
		})
	}
}

func openAcme(t *testing.T, seam *transport.Seam) []connect.Source {
	t.Helper()
	return openAcmeWith(t, seam, 0)
}

var monday = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

func openAcmeWith(t *testing.T, seam *transport.Seam, eventLogDays int) []connect.Source {
	t.Helper()
	sources, err := okta.Provider.Open(connect.Options{
		Decode: func(into any) error {
			*into.(*okta.Settings) = okta.Settings{OrgURL: "https://" + oktatest.AcmeHost, Token: oktatest.Acme().Token, EventLogDays: eventLogDays}
			return nil
		},
		Seam: seam, Clock: func() time.Time { return monday },
	})
	require.NoError(t, err)
	return sources
}
