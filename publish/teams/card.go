package teams

import (
	"encoding/json"
	"strings"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
)

// mostMessage bounds the whole, in bytes. Teams' limit is 28 KB, and not said to
// be of which encoding.
const mostMessage = 20 << 10

type message struct {
	Type        string       `json:"type"`
	Attachments []attachment `json:"attachments"`
}

type attachment struct {
	ContentType string  `json:"contentType"`
	ContentURL  *string `json:"contentUrl"`
	Content     card    `json:"content"`
}

type card struct {
	Schema  string            `json:"$schema"`
	Type    string            `json:"type"`
	Version string            `json:"version"`
	Text    string            `json:"fallbackText"`
	Body    []element         `json:"body"`
	Actions []action          `json:"actions,omitempty"`
	Teams   map[string]string `json:"msteams"`
}

type element struct {
	Type      string    `json:"type"`
	Text      string    `json:"text,omitempty"`
	Weight    string    `json:"weight,omitempty"`
	Size      string    `json:"size,omitempty"`
	Color     string    `json:"color,omitempty"`
	Wrap      bool      `json:"wrap,omitempty"`
	Style     string    `json:"style,omitempty"`
	Separator bool      `json:"separator,omitempty"`
	Items     []element `json:"items,omitempty"`
	Inlines   []run     `json:"inlines,omitempty"`
}

// run is text in which nothing is markup: Markdown is read in TextBlock and
// FactSet, not in TextRun (https://adaptivecards.io/explorer/TextRun.html).
type run struct {
	Type   string `json:"type"`
	Text   string `json:"text"`
	Weight string `json:"weight,omitempty"`
	Subtle bool   `json:"isSubtle,omitempty"`
}

type action struct {
	Type  string `json:"type"`
	Title string `json:"title"`
	URL   string `json:"url"`
}

// compose writes a card of as many alerts as fit.
func compose(n alert.Notice) message {
	for listed := n.Listed(); ; listed = listed[:len(listed)-1] {
		m := message{Type: "message", Attachments: []attachment{{ContentType: "application/vnd.microsoft.card.adaptive", Content: write(n, listed)}}}
		if size, err := json.Marshal(m); err != nil || len(size) <= mostMessage || len(listed) == 0 {
			return m
		}
	}
}

func write(n alert.Notice, listed []alert.Alert) card {
	c := card{
		Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Type: "AdaptiveCard", Version: "1.4",
		Text: escaped(n.Heading()), Teams: map[string]string{"width": "Full"},
		Body: []element{{Type: "TextBlock", Style: "heading", Size: "Large", Weight: "Bolder", Color: colour(n), Wrap: true, Text: escaped(n.Heading())}},
	}
	for _, p := range n.Paragraphs() {
		c.Body = append(c.Body, literal(run{Text: p}))
	}
	for _, l := range n.Lines() {
		c.Body = append(c.Body, fact(l))
	}
	for _, a := range listed {
		item := element{Type: "Container", Separator: true, Items: []element{literal(run{Text: a.Heading(), Weight: "Bolder"})}}
		for _, l := range n.LinesOf(a) {
			item.Items = append(item.Items, fact(l))
		}
		for _, l := range a.Links() {
			item.Items = append(item.Items, fact(alert.Line{Name: "Page", Text: l}))
		}
		c.Body = append(c.Body, item)
	}
	if rest := n.Rest(len(listed)); rest != "" {
		c.Body = append(c.Body, literal(run{Text: rest, Weight: "Bolder"}))
	}
	c.Body = append(c.Body, literal(run{Text: n.Footer(), Subtle: true}))
	for _, l := range n.Links() {
		c.Actions = append(c.Actions, action{Type: "Action.OpenUrl", Title: "Open in controlwatch", URL: l})
	}
	return c
}

func fact(l alert.Line) element {
	return literal(run{Text: l.Name + ": ", Weight: "Bolder"}, run{Text: l.Text})
}

func literal(runs ...run) element {
	for i := range runs {
		runs[i].Type = "TextRun"
	}
	return element{Type: "RichTextBlock", Inlines: runs}
}

// colour stands beside the words, never instead of them.
func colour(n alert.Notice) string {
	switch {
	case n.Kind != alert.Incident && n.Kind != "":
		return "Accent"
	case n.Status == alert.Resolved && n.Class != alert.OutOfSight:
		return "Good"
	case n.Status == alert.Resolved, n.Severity == soc2.Low:
		return "Accent"
	case n.Severity == soc2.Medium:
		return "Warning"
	}
	return "Attention"
}

// escaped is text for a TextBlock, which reads a part of Markdown. An invisible
// space keeps what a backslash does not from becoming a link or a mention.
func escaped(s string) string {
	var b strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		switch {
		case strings.ContainsRune("\\`*_{}[]()#+!~|>", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '<':
			b.WriteString("&lt;")
		case r == '&':
			b.WriteString("&amp;")
		case r == ':' && i+1 < len(runes) && runes[i+1] == '/':
			b.WriteString(":\u200b")
		case (r == '-' || r == '.') && i < 4:
			b.WriteByte('\\') // a list, at the beginning of a line only
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
