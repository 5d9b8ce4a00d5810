package slack

import (
	"strings"
	"unicode/utf8"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
)

// Limits of https://docs.slack.dev/reference/block-kit: characters of a header, of
// a text object; a message has at most 50 blocks, ours at most 26.
const (
	mostHeader = 150
	mostText   = 3000
	mostAlert  = 1500 // ours, of one alert among twenty
)

type message struct {
	Text   string  `json:"text"` // what notifications and screen readers say
	Blocks []block `json:"blocks"`
	// Addresses in a message must not be fetched by Slack.
	UnfurlLinks bool `json:"unfurl_links"`
	UnfurlMedia bool `json:"unfurl_media"`
}

type block struct {
	Type     string `json:"type"`
	Text     *text  `json:"text,omitempty"`
	Elements []text `json:"elements,omitempty"`
}

type text struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	Emoji    *bool  `json:"emoji,omitempty"`
	Verbatim bool   `json:"verbatim,omitempty"`
}

// compose writes a message. All that others named is plain_text, in which Slack
// looks for neither mentions nor formatting nor emoji.
func compose(n alert.Notice) message {
	m := message{Text: escaped(n.Heading(), mostText)}
	add := func(b ...block) { m.Blocks = append(m.Blocks, b...) }
	add(block{Type: "header", Text: plain(sign(n)+" "+n.Heading(), mostHeader)})
	if p := n.Paragraphs(); len(p) > 0 {
		add(section(strings.Join(p, "\n")))
	}
	add(section(joined(n.Lines())))
	add(links(n.Links(), "Open in controlwatch")...)
	listed := n.Listed()
	if len(listed) > 0 {
		add(block{Type: "divider"})
	}
	for _, a := range listed {
		lines := n.LinesOf(a)
		for _, l := range a.Links() {
			lines = append(lines, alert.Line{Name: "Page", Text: l})
		}
		add(block{Type: "section", Text: plain(a.Heading()+"\n"+joined(lines), mostAlert)})
	}
	if rest := n.Rest(len(listed)); rest != "" {
		add(section(rest))
	}
	add(block{Type: "context", Elements: []text{*plain(n.Footer(), mostText)}})
	return m
}

// sign stands beside the words, never instead of them.
func sign(n alert.Notice) string {
	switch {
	case n.Kind == alert.Test:
		return "🔔"
	case n.Kind == alert.Digest:
		return "📋"
	case n.Status == alert.Resolved && n.Class == alert.OutOfSight:
		return "👁️"
	case n.Status == alert.Resolved:
		return "✅"
	case n.Class == alert.OutOfSight:
		return "🙈"
	case n.Severity == soc2.Low:
		return "🔵"
	case n.Severity == soc2.Medium:
		return "🟡"
	case n.Severity == soc2.High:
		return "🟠"
	}
	return "🔴"
}

func joined(lines []alert.Line) string {
	var all []string
	for _, l := range lines {
		all = append(all, l.Name+": "+l.Text)
	}
	return strings.Join(all, "\n")
}

func section(s string) block { return block{Type: "section", Text: plain(s, mostText)} }

func plain(s string, most int) *text {
	never := false
	return &text{Type: "plain_text", Text: escaped(s, most), Emoji: &never}
}

// links are ours: the address is known to hold nothing that ends it.
func links(all []string, label string) []block {
	var out []block
	for _, l := range all {
		out = append(out, block{Type: "section", Text: &text{Type: "mrkdwn", Text: "<" + escape.Replace(l) + "|" + label + ">", Verbatim: true}})
	}
	return out
}

// https://docs.slack.dev/messaging/formatting-message-text: these three, and no
// others, in every text object.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// escaped is text of at most so many characters once it is escaped.
func escaped(s string, most int) string {
	out := escape.Replace(s)
	for keep := most; utf8.RuneCountInString(out) > most; keep -= utf8.RuneCountInString(out) - most {
		out = escape.Replace(alert.Cut(s, keep))
	}
	return out
}
