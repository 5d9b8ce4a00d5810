package pagerduty_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/publish/alert/receivertest"
	"github.com/controlwatch/controlwatch/publish/outbound"
	"github.com/controlwatch/controlwatch/publish/pagerduty"
	"github.com/controlwatch/controlwatch/soc2"
)

const key = "R0123456789abcdefghijklmnopqrstu"

func place() receivertest.Place {
	return receivertest.Place{
		Make: func(address string, way *outbound.Client) (alert.Receiver, error) {
			if address == "" {
				address = " " // none means PagerDuty's own
			}
			return pagerduty.New(pagerduty.Settings{Name: "on-call", RoutingKey: key, URL: address, Way: way})
		},
		Secrets: []string{key},
		Answer: func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusAccepted)
			_, _ = io.WriteString(w, `{"status":"success","message":"Event processed","dedup_key":"inc-7f3a9c"}`)
		},
		Most:    512_000,
		Words:   words,
		Refuses: []alert.Kind{alert.Digest},
	}
}

type event struct {
	RoutingKey string `json:"routing_key"`
	Action     string `json:"event_action"`
	DedupKey   string `json:"dedup_key"`
	Payload    struct {
		Summary, Source, Severity, Timestamp, Component, Group, Class string
		Details                                                       map[string]string `json:"custom_details"`
	}
	Links []struct{ Href, Text string }
}

// read is an event as the Events API reads it, held to its limits.
func read(t *testing.T, body []byte) event {
	t.Helper()
	var e event
	require.NoError(t, json.Unmarshal(body, &e))
	require.Equal(t, key, e.RoutingKey)
	require.Contains(t, []string{"trigger", "resolve"}, e.Action)
	require.NotEmpty(t, e.DedupKey)
	require.LessOrEqual(t, len(e.DedupKey), 255)
	require.NotEmpty(t, e.Payload.Summary)
	require.LessOrEqual(t, utf8.RuneCountInString(e.Payload.Summary), 1024)
	require.NotEmpty(t, e.Payload.Source)
	require.Contains(t, []string{"critical", "error", "warning", "info"}, e.Payload.Severity)
	for _, l := range e.Links {
		require.True(t, strings.HasPrefix(l.Href, "https://"))
	}
	return e
}

func words(t *testing.T, body []byte) string {
	t.Helper()
	e := read(t, body)
	all := []string{e.Payload.Summary}
	for name, text := range e.Payload.Details {
		all = append(all, name+" = "+text)
	}
	for _, l := range e.Links {
		all = append(all, l.Href)
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

func TestReceiver(t *testing.T) {
	t.Parallel()
	receivertest.Run(t, place())
}

func TestAnIncidentIsOneAlert(t *testing.T) {
	t.Parallel()
	began, ended := read(t, receivertest.Sent(t, place(), receivertest.Notice())), read(t, receivertest.Sent(t, place(), receivertest.Ended()))
	require.Equal(t, "trigger", began.Action)
	require.Equal(t, "resolve", ended.Action)
	require.Equal(t, "inc-7f3a9c", began.DedupKey)
	require.Equal(t, began.DedupKey, ended.DedupKey)
	require.Equal(t, "datastores-are-private", began.Payload.Component)
}

func TestOnlyWhatIsKnownToHaveEndedResolves(t *testing.T) {
	t.Parallel()
	for _, status := range []alert.Status{"", "Resolved", "over", alert.Firing} {
		n := receivertest.Ended()
		n.Status = status
		require.Equal(t, "trigger", read(t, receivertest.Sent(t, place(), n)).Action, status)
	}
}

func TestKeysThatAreTooLongStayApart(t *testing.T) {
	t.Parallel()
	one, other := receivertest.Notice(), receivertest.Notice()
	one.Key, other.Key = strings.Repeat("k", 300)+"1", strings.Repeat("k", 300)+"2"
	require.NotEqual(t, read(t, receivertest.Sent(t, place(), one)).DedupKey, read(t, receivertest.Sent(t, place(), other)).DedupKey)
}

func TestSeverities(t *testing.T) {
	t.Parallel()
	for ours, theirs := range map[soc2.Severity]string{0: "critical", soc2.Low: "info", soc2.Medium: "warning", soc2.High: "error", soc2.Critical: "critical", 9: "critical"} {
		n := receivertest.Notice()
		n.Severity = ours
		require.Equal(t, theirs, read(t, receivertest.Sent(t, place(), n)).Payload.Severity)
	}
}

func TestATestIsResolvedAtOnce(t *testing.T) {
	t.Parallel()
	bodies := receivertest.AllSent(t, place(), alert.Notice{ID: "n", Key: "test-1", Kind: alert.Test, Title: "Do alerts arrive?", At: receivertest.Now()})
	require.Len(t, bodies, 2)
	first, second := read(t, bodies[0]), read(t, bodies[1])
	require.Equal(t, []string{"trigger", "resolve"}, []string{first.Action, second.Action})
	require.Equal(t, first.DedupKey, second.DedupKey)
	require.Equal(t, "info", first.Payload.Severity)
}

func TestAnswerOfSomebodyElse(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"", "<html>hunter2</html>", `{"status":"throttle"}`, `[]`} {
		p := place()
		p.Answer = func(w http.ResponseWriter) { _, _ = io.WriteString(w, answer) }
		err := receivertest.Send(t, p, receivertest.Notice())
		require.ErrorContains(t, err, "without success")
		require.NotContains(t, err.Error(), "hunter2")
	}
}

func TestAHostAloneIsTheEventsAPI(t *testing.T) {
	t.Parallel()
	var path string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path = r.URL.Path
		place().Answer(w)
	}))
	t.Cleanup(s.Close)
	way, err := outbound.New(outbound.Settings{AllowPrivate: []string{s.URL}, Clock: receivertest.Now})
	require.NoError(t, err)
	for address, want := range map[string]string{s.URL: "/v2/enqueue", s.URL + "/": "/v2/enqueue", s.URL + "/events": "/events"} {
		r, err := pagerduty.New(pagerduty.Settings{Name: "on-call", RoutingKey: key, URL: address, Way: way})
		require.NoError(t, err)
		require.NoError(t, r.Send(t.Context(), receivertest.Notice()))
		require.Equal(t, want, path)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	way, err := outbound.New(outbound.Settings{Clock: receivertest.Now})
	require.NoError(t, err)
	good := pagerduty.Settings{Name: "on-call", RoutingKey: key, Way: way}
	_, err = pagerduty.New(good)
	require.NoError(t, err)
	good.URL = pagerduty.EU
	r, err := pagerduty.New(good)
	require.NoError(t, err)
	require.False(t, r.Takes(alert.Digest))
	require.True(t, r.Takes(alert.Incident))
	for want, change := range map[string]func(*pagerduty.Settings){
		"routing_key": func(s *pagerduty.Settings) { s.RoutingKey = "hunter2 secret" },
		"name":        func(s *pagerduty.Settings) { s.Name = "On Call" },
	} {
		bad := good
		change(&bad)
		_, err := pagerduty.New(bad)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "hunter2")
	}
}
