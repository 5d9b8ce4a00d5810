package teams_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/publish/alert/receivertest"
	"github.com/controlwatch/controlwatch/publish/outbound"
	"github.com/controlwatch/controlwatch/publish/teams"
)

func place() receivertest.Place {
	return receivertest.Place{
		Make: func(address string, way *outbound.Client) (alert.Receiver, error) {
			return teams.New(teams.Settings{Name: "ops", URL: address, Way: way})
		},
		Answer: func(w http.ResponseWriter) { w.WriteHeader(http.StatusAccepted) },
		Most:   20 << 10,
		Words:  words,
	}
}

type element struct {
	Type, Text string
	Items      []element
	Inlines    []struct{ Type, Text string }
}

// read is a card as Teams reads it: what is Markdown, and what is not.
func read(t *testing.T, body []byte) (markdown, literal, urls []string) {
	t.Helper()
	var m struct {
		Type        string
		Attachments []struct {
			ContentType string
			Content     struct {
				Type, Version, FallbackText string
				Body                        []element
				Actions                     []struct{ Type, Title, URL string }
			}
		}
	}
	require.NoError(t, json.Unmarshal(body, &m))
	require.Equal(t, "message", m.Type)
	require.Len(t, m.Attachments, 1)
	require.Equal(t, "application/vnd.microsoft.card.adaptive", m.Attachments[0].ContentType)
	c := m.Attachments[0].Content
	require.Equal(t, "AdaptiveCard", c.Type)
	require.Equal(t, "1.4", c.Version)
	var walk func([]element)
	walk = func(all []element) {
		for _, e := range all {
			switch e.Type {
			case "TextBlock":
				markdown = append(markdown, e.Text)
			case "RichTextBlock":
				line := ""
				for _, r := range e.Inlines {
					require.Equal(t, "TextRun", r.Type)
					line += r.Text
				}
				literal = append(literal, line)
			case "Container":
				walk(e.Items)
			default:
				require.Fail(t, "unknown element "+e.Type)
			}
		}
	}
	walk(c.Body)
	markdown = append(markdown, c.FallbackText)
	for _, a := range c.Actions {
		require.Equal(t, "Action.OpenUrl", a.Type)
		urls = append(urls, a.URL)
	}
	return markdown, literal, urls
}

func words(t *testing.T, body []byte) string {
	t.Helper()
	markdown, literal, urls := read(t, body)
	plain := strings.NewReplacer("&lt;", "<", "&amp;", "&", "\\\\", "\\", "\\", "", "\u200b", "").Replace(strings.Join(markdown, "\n"))
	return strings.Join(append(append([]string{plain}, literal...), urls...), "\n")
}

func TestReceiver(t *testing.T) {
	t.Parallel()
	receivertest.Run(t, place())
}

func TestNamesAreNoMarkdown(t *testing.T) {
	t.Parallel()
	markdown, _, urls := read(t, receivertest.Sent(t, place(), receivertest.Hostile()))
	require.Empty(t, urls)
	for _, text := range markdown {
		require.NotContains(t, text, "<")
		for _, mark := range []string{"*", "_", "`", "[", "]", "~"} {
			require.Equal(t, strings.Count(text, mark), strings.Count(text, "\\"+mark), "%s in %q", mark, text)
		}
	}
}

func TestAPageIsNoAcceptance(t *testing.T) {
	t.Parallel()
	p := place()
	p.Answer = func(w http.ResponseWriter) { _, _ = io.WriteString(w, "<!doctype html>hunter2") }
	err := receivertest.Send(t, p, receivertest.Notice())
	require.ErrorContains(t, err, "with a page")
	require.NotContains(t, err.Error(), "hunter2")
}

func TestConnectorsAreRefused(t *testing.T) {
	t.Parallel()
	way, err := outbound.New(outbound.Settings{Clock: receivertest.Now})
	require.NoError(t, err)
	for _, address := range []string{"https://acme.webhook.office.com/webhookb2/hunter2", "https://outlook.office.com/webhook/hunter2", "https://ACME.webhook.office.com.:443/hunter2"} {
		_, err := teams.New(teams.Settings{Name: "ops", URL: address, Way: way})
		require.ErrorContains(t, err, "retired")
		require.NotContains(t, err.Error(), "hunter2")
	}
	_, err = teams.New(teams.Settings{Name: "ops", URL: "https://prod-00.westeurope.logic.azure.com/workflows/x/triggers/manual/paths/invoke?sig=hunter2", Way: way})
	require.NoError(t, err)
}
