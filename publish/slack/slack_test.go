package slack_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/publish/alert/receivertest"
	"github.com/controlwatch/controlwatch/publish/outbound"
	"github.com/controlwatch/controlwatch/publish/slack"
)

func place() receivertest.Place {
	return receivertest.Place{
		Make: func(address string, way *outbound.Client) (alert.Receiver, error) {
			return slack.New(slack.Settings{Name: "ops", URL: address, Way: way})
		},
		Answer: func(w http.ResponseWriter) { _, _ = io.WriteString(w, "ok") },
		Most:   70_000,
		Words:  words,
	}
}

type object struct {
	Type, Text string
	Emoji      *bool
	Verbatim   bool
}

type block struct {
	Type     string
	Text     *object
	Elements []object
}

// read is a message as Slack reads it, held to Slack's limits.
func read(t *testing.T, body []byte) (string, []object) {
	t.Helper()
	var m struct {
		Text        string
		Blocks      []block
		UnfurlLinks *bool `json:"unfurl_links"`
		UnfurlMedia *bool `json:"unfurl_media"`
	}
	require.NoError(t, json.Unmarshal(body, &m))
	require.NotEmpty(t, m.Text)
	require.LessOrEqual(t, len(m.Blocks), 50)
	require.False(t, *m.UnfurlLinks || *m.UnfurlMedia)
	var all []object
	for _, b := range m.Blocks {
		require.Contains(t, []string{"header", "section", "divider", "context"}, b.Type)
		texts := b.Elements
		if b.Text != nil {
			texts = append(texts, *b.Text)
		}
		for _, o := range texts {
			limit := 3000
			if b.Type == "header" {
				require.Equal(t, "plain_text", o.Type)
				limit = 150
			}
			require.NotEmpty(t, o.Text)
			require.LessOrEqual(t, utf8.RuneCountInString(o.Text), limit)
			all = append(all, o)
		}
	}
	return m.Text, all
}

func words(t *testing.T, body []byte) string {
	t.Helper()
	text, objects := read(t, body)
	all := []string{text}
	for _, o := range objects {
		all = append(all, o.Text)
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(strings.Join(all, "\n"))
}

func TestReceiver(t *testing.T) {
	t.Parallel()
	receivertest.Run(t, place())
}

func TestNamesNeitherNotifyNorFormat(t *testing.T) {
	t.Parallel()
	text, objects := read(t, receivertest.Sent(t, place(), receivertest.Hostile()))
	require.NotContains(t, text, "<")
	for _, o := range objects {
		require.NotContains(t, o.Text, "<", "nothing of a name is a control sequence")
		require.Equal(t, "plain_text", o.Type, "only our own link is formatted, and this notice has none")
		require.False(t, *o.Emoji)
	}
}

func TestAnswerWithoutOK(t *testing.T) {
	t.Parallel()
	for _, said := range []string{"", "<html>please sign in, hunter2</html>", `{"ok":true}`} {
		err := receivertest.Send(t, answering(http.StatusOK, said), receivertest.Notice())
		require.ErrorContains(t, err, "without ok")
		require.NotContains(t, err.Error(), "hunter2")
	}
}

func TestKnownAnswersAreExplained(t *testing.T) {
	t.Parallel()
	err := receivertest.Send(t, answering(http.StatusNotFound, "no_service"), receivertest.Notice())
	require.ErrorIs(t, err, alert.ErrRefused)
	require.ErrorContains(t, err, "make a new one")
	err = receivertest.Send(t, answering(http.StatusForbidden, "https://hooks.slack.com/services/hunter2"), receivertest.Notice())
	require.NotContains(t, err.Error(), "hunter2")
}

func answering(status int, said string) receivertest.Place {
	p := place()
	p.Answer = func(w http.ResponseWriter) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, said)
	}
	return p
}
