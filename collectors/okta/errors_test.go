package okta

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

// replaceInBody changes an answer on its way, after it was judged.
func replaceInBody(t *testing.T, resp *http.Response, old, with string) {
	t.Helper()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	resp.Body = io.NopCloser(bytes.NewReader(bytes.ReplaceAll(b, []byte(old), []byte(with))))
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
		want   evidence.Reason
		detail string
	}{
		"a dead token is denied":                  {401, `{"errorCode":"E0000011","errorSummary":"Invalid token provided","errorId":"oae1"}`, evidence.Denied, "make a new one"},
		"a missing right is denied":               {403, `{"errorCode":"E0000006","errorSummary":"no"}`, evidence.Denied, "okta.users.read"},
		"a missing feature is disabled":           {401, `{"errorCode":"E0000015","errorSummary":"no feature"}`, evidence.Disabled, "E0000015"},
		"an endpoint the org lacks is disabled":   {405, `{"errorCode":"E0000022","errorSummary":"method"}`, evidence.Disabled, "E0000022"},
		"too many requests are throttled":         {429, `{"errorCode":"E0000047","errorSummary":"slow down"}`, evidence.Throttled, "requests_per_minute"},
		"a proxy's 429 is throttled":              {429, `<html>`, evidence.Throttled, "HTTP 429"},
		"something not found is Okta's error":     {404, `{"errorCode":"E0000007","errorSummary":"Not found"}`, evidence.ProviderError, "E0000007"},
		"a bad gateway is a provider error":       {502, `<html>bad gateway</html>`, evidence.ProviderError, "HTTP 502"},
		"a redirect is a provider error":          {302, ``, evidence.ProviderError, "HTTP 302"},
		"no content is not an empty list":         {204, ``, evidence.ProviderError, "HTTP 204"},
		"a 403 in somebody else's form is denied": {403, `{"message":"blocked by the firewall"}`, evidence.Denied, "HTTP 403"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := evidence.HoleFrom(refusal(readUsers, c.status, []byte(c.body)))
			require.Equal(t, c.want, h.Reason)
			require.Equal(t, "GET /api/v1/users", h.Operation)
			require.Contains(t, h.Detail, c.detail)
			require.NotContains(t, h.Detail, "oae1", "error ids differ each time")
		})
	}
	t.Run("a summary is not kept at any length", func(t *testing.T) {
		t.Parallel()
		h := evidence.HoleFrom(refusal(readUsers, 500, []byte(`{"errorCode":"E0000009","errorSummary":"`+strings.Repeat("ä", 10_000)+`"}`)))
		require.Less(t, len(h.Detail), 1000)
	})
	t.Run("a broken connection reads alike each time", func(t *testing.T) {
		t.Parallel()
		reset := func(port int) error {
			return &url.Error{Op: "Get", URL: "https://acme.okta.com/api/v1/users?after=secret", Err: &net.OpError{
				Op: "read", Net: "tcp", Source: &net.TCPAddr{Port: port}, Err: os.NewSyscallError("read", syscall.ECONNRESET),
			}}
		}
		require.Equal(t, unanswered(t.Context(), readUsers, reset(40001)).Error(), unanswered(t.Context(), readUsers, reset(40002)).Error())
		require.NotContains(t, unanswered(t.Context(), readUsers, reset(1)).Error(), "secret")
	})
	t.Run("a cancelled pull is not a hole", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := unanswered(ctx, readUsers, &url.Error{Op: "Get", Err: net.ErrClosed})
		require.ErrorIs(t, err, context.Canceled)
		var u *evidence.Unseen
		require.NotErrorAs(t, err, &u)
	})
	t.Run("what the seam has judged keeps its reason", func(t *testing.T) {
		t.Parallel()
		err := &url.Error{Op: "Get", Err: &evidence.Unseen{Reason: evidence.Throttled, Operation: "x", Err: errors.New("banned")}}
		require.Equal(t, evidence.Throttled, evidence.HoleFrom(unanswered(t.Context(), readUsers, err)).Reason)
	})
}

func TestLists(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"an empty body": ``, "null": `null`, "an object": `{}`, "a page of HTML": `<html></html>`,
		"half a list": `[{"id":"1"},`, "a list and more": `[] []`, "a string": `"[]"`,
	} {
		t.Run(name+" is not a list", func(t *testing.T) {
			t.Parallel()
			_, err := decodeList([]byte(body))
			require.Error(t, err)
		})
	}
	t.Run("an empty list is one", func(t *testing.T) {
		t.Parallel()
		list, err := decodeList([]byte(" []\n"))
		require.NoError(t, err)
		require.Empty(t, list)
	})
}
