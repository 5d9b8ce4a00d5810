package pagerduty

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
)

// Limits of PagerDuty's Events API v2: characters of a summary and of a
// deduplication key, bytes of an event (512 KB, and some room).
const (
	mostSummary = 1024
	mostKey     = 255
	mostEvent   = 480 << 10
)

type event struct {
	RoutingKey string   `json:"routing_key"`
	Action     string   `json:"event_action"`
	DedupKey   string   `json:"dedup_key"`
	Payload    *payload `json:"payload,omitempty"`
	Links      []link   `json:"links,omitempty"`
	Client     string   `json:"client,omitempty"`
	ClientURL  string   `json:"client_url,omitempty"`
}

type payload struct {
	Summary   string            `json:"summary"`
	Source    string            `json:"source"`
	Severity  string            `json:"severity"`
	Timestamp string            `json:"timestamp,omitempty"`
	Component string            `json:"component,omitempty"`
	Group     string            `json:"group,omitempty"`
	Class     string            `json:"class,omitempty"`
	Details   map[string]string `json:"custom_details,omitempty"`
}

type link struct {
	Href string `json:"href"`
	Text string `json:"text"`
}

// event is what PagerDuty is told. A notice triggers unless it says that its
// incident ended.
func (r *Receiver) event(n alert.Notice) event {
	e := event{
		RoutingKey: r.key, Action: "trigger", DedupKey: alert.Short(n.Key, mostKey), Client: "controlwatch",
		Payload: &payload{
			Summary: alert.Cut(n.Heading(), mostSummary), Source: r.source, Severity: severity(n),
			Component: component(n), Group: alert.Cut(alert.Visible(n.System), mostKey), Class: string(n.Class),
		},
	}
	if n.Status == alert.Resolved && n.Kind != alert.Test {
		e.Action = "resolve"
	}
	if !n.StartsAt.IsZero() {
		e.Payload.Timestamp = n.StartsAt.UTC().Format(time.RFC3339)
	}
	for _, l := range n.Links() {
		e.Links, e.ClientURL = append(e.Links, link{l, "Open in controlwatch"}), l
	}
	for listed := n.Listed(); ; listed = listed[:len(listed)/2] {
		e.Payload.Details = details(n, listed)
		if size, err := json.Marshal(e); err != nil || len(size) <= mostEvent || len(listed) == 0 {
			return e
		}
	}
}

func details(n alert.Notice, listed []alert.Alert) map[string]string {
	d := map[string]string{"summary": strings.Join(n.Paragraphs(), "\n"), "message": n.Footer() + " · " + alert.Short(n.ID, mostKey)}
	for _, l := range n.Lines() {
		d[strings.ToLower(l.Name)] = l.Text
	}
	for i, a := range listed {
		said := []string{a.Heading()}
		for _, l := range n.LinesOf(a) {
			said = append(said, l.Name+": "+l.Text)
		}
		d[fmt.Sprintf("alert %02d", i+1)] = strings.Join(append(said, a.Links()...), "\n")
	}
	if rest := n.Rest(len(listed)); rest != "" {
		d["more"] = rest
	}
	for name, text := range d {
		if text == "" {
			delete(d, name)
		}
	}
	return d
}

// component is the control, where it is one.
func component(n alert.Notice) string {
	if len(n.Alerts) == 0 || n.More() > 0 {
		return ""
	}
	for _, a := range n.Alerts {
		if a.Control != n.Alerts[0].Control {
			return ""
		}
	}
	return alert.Short(n.Alerts[0].Control, mostKey)
}

// severity maps ours to theirs. One that is not known is the worst.
func severity(n alert.Notice) string {
	if n.Kind == alert.Test {
		return "info"
	}
	switch n.Severity {
	case soc2.Low:
		return "info"
	case soc2.Medium:
		return "warning"
	case soc2.High:
		return "error"
	case soc2.Critical:
	}
	return "critical"
}
