package webhook_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/v2/event"
	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/publish/alert/receivertest"
	"github.com/controlwatch/controlwatch/publish/outbound"
	"github.com/controlwatch/controlwatch/publish/webhook"
)

// Two secrets, of 32 bytes each.
var (
	secret = "whsec_" + base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef"))
	next   = "whsec_" + base64.StdEncoding.EncodeToString([]byte("fedcba9876543210fedcba9876543210"))
)

func place() receivertest.Place {
	return receivertest.Place{
		Make: func(address string, way *outbound.Client) (alert.Receiver, error) {
			return webhook.New(webhook.Settings{Name: "siem", URL: address, Secrets: []string{secret, next}, Bearer: "b3arer-hunter2", Source: "/controlwatch/eu", Way: way})
		},
		Secrets: []string{"b3arer", secret, next, strings.TrimPrefix(secret, "whsec_")},
		Answer:  func(w http.ResponseWriter) { w.WriteHeader(http.StatusNoContent) },
		Most:    700_000,
		Words: func(t *testing.T, body []byte) string {
			t.Helper()
			return parse(t, body).Text
		},
	}
}

type data struct {
	Schema, Status, Incident, Text, Severity string
	Sample                                   bool
	Total, Ended                             int
	NotListed                                int `json:"not_listed"`
	Alerts                                   []struct{ ID, Status, Title string }
}

// parse reads an event with the SDK of the CloudEvents project.
func parse(t *testing.T, body []byte) data {
	t.Helper()
	var e event.Event
	require.NoError(t, json.Unmarshal(body, &e))
	require.NoError(t, e.Validate())
	require.Equal(t, "1.0", e.SpecVersion())
	require.Equal(t, webhook.Type, e.Type())
	require.Equal(t, "/controlwatch/eu", e.Source())
	require.Equal(t, "application/json", e.DataContentType())
	require.Equal(t, receivertest.Now(), e.Time())
	require.NotEmpty(t, e.ID())
	var d data
	require.NoError(t, e.DataAs(&d))
	require.Equal(t, e.Subject(), d.Incident)
	require.Equal(t, webhook.Type, d.Schema)
	return d
}

func TestReceiver(t *testing.T) {
	t.Parallel()
	receivertest.Run(t, place())
}

func TestEventsAreSignedByStandardWebhooks(t *testing.T) {
	t.Parallel()
	for _, s := range []string{secret, next} {
		verifier, err := standard.NewWebhook(s)
		require.NoError(t, err)
		body, header := receivertest.Request(t, place(), receivertest.Notice())
		require.NoError(t, verifier.VerifyIgnoringTimestamp(body, header))
		require.Equal(t, "n-01hq3v", header.Get("webhook-id"))
		require.Equal(t, "1804156200", header.Get("webhook-timestamp"))
		require.Equal(t, "Bearer b3arer-hunter2", header.Get("Authorization"))
		require.Equal(t, "application/cloudevents+json; charset=utf-8", header.Get("Content-Type"))

		require.Error(t, verifier.VerifyIgnoringTimestamp(append(body, ' '), header), "another body")
		header.Set("webhook-id", "n-other")
		require.Error(t, verifier.VerifyIgnoringTimestamp(body, header), "another id")
	}
	stranger, err := standard.NewWebhookRaw([]byte("another secret"))
	require.NoError(t, err)
	body, header := receivertest.Request(t, place(), receivertest.Notice())
	require.ErrorIs(t, stranger.VerifyIgnoringTimestamp(body, header), standard.ErrNoMatchingSignature)
}

func TestTimestampIsOfTheAttempt(t *testing.T) {
	t.Parallel()
	n := receivertest.Notice()
	n.At = n.At.Add(-24 * time.Hour) // waited for a day
	_, header := receivertest.Request(t, place(), n)
	require.Equal(t, "1804156200", header.Get("webhook-timestamp"), "a receiver refuses what is older than five minutes")
}

func TestIDsThatNoHeaderCarries(t *testing.T) {
	t.Parallel()
	verifier, err := standard.NewWebhook(secret)
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, id := range []string{"a.b", "a\r\nX: y", "日本", strings.Repeat("x", 300)} {
		n := receivertest.Notice()
		n.ID = id
		body, header := receivertest.Request(t, place(), n)
		require.NoError(t, verifier.VerifyIgnoringTimestamp(body, header))
		require.Empty(t, header.Get("X"))
		require.False(t, seen[header.Get("webhook-id")])
		seen[header.Get("webhook-id")] = true
	}
}

func TestDataSaysWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	d := parse(t, receivertest.Sent(t, place(), receivertest.Huge()))
	require.Equal(t, 5000, d.Total)
	require.Len(t, d.Alerts, alert.MaxAlerts)
	require.Equal(t, 5000-alert.MaxAlerts, d.NotListed)
}

func TestOnlyWhatIsKnownToHaveEndedIsResolved(t *testing.T) {
	t.Parallel()
	n := receivertest.Ended()
	n.Status, n.Alerts[0].Status = "over", ""
	d := parse(t, receivertest.Sent(t, place(), n))
	require.Equal(t, "firing", d.Status)
	require.Equal(t, "firing", d.Alerts[0].Status)
	require.Equal(t, "resolved", d.Alerts[1].Status)
}

func TestWithoutAnIdentityNothingIsSent(t *testing.T) {
	t.Parallel()
	n := receivertest.Notice()
	n.ID = ""
	require.ErrorIs(t, receivertest.Send(t, place(), n), alert.ErrRefused)
}

func TestSettings(t *testing.T) {
	t.Parallel()
	way, err := outbound.New(outbound.Settings{Clock: receivertest.Now})
	require.NoError(t, err)
	good := webhook.Settings{Name: "siem", URL: "https://siem.example.com/x", Secrets: []string{secret}, Way: way}
	_, err = webhook.New(good)
	require.NoError(t, err)
	for want, change := range map[string]func(*webhook.Settings){
		"anybody could post": func(s *webhook.Settings) { s.Secrets = nil },
		"keep one of":        func(s *webhook.Settings) { s.Unsigned = true },
		"secret 1":           func(s *webhook.Settings) { s.Secrets = []string{"hunter2"} },
		"secret 2":           func(s *webhook.Settings) { s.Secrets = []string{secret, "whsec_aHVudGVyMg=="} },
		"source":             func(s *webhook.Settings) { s.Source = "https://u:hunter2@x/" },
		"bearer":             func(s *webhook.Settings) { s.Bearer = "hunter2\r\nX: y" },
	} {
		bad := good
		change(&bad)
		_, err := webhook.New(bad)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "hunter2")
	}
}
