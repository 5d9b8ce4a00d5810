package config

import (
	"fmt"
	"net"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// alertProblems are those of receivers and routes. An alert that would go nowhere is
// one of them.
func (c *Config) alertProblems(wrong func(path []any, format string, args ...any)) {
	a := c.Alerts
	if a.Link != "" && (!isWebAddress(a.Link) || strings.Contains(a.Link, "#")) {
		wrong([]any{"alerts", "link"}, "alerts.link: expected an address such as https://controlwatch.example.com, without a #part: each alert names its own")
	}
	names := map[string]bool{}
	for i, r := range a.Receivers {
		bad := func(key, format string, args ...any) {
			wrong([]any{"alerts", "receivers", i, key}, "alerts.receivers[%d].%s: %s", i, key, fmt.Sprintf(format, args...))
		}
		switch {
		case !alertName.MatchString(r.Name):
			bad("name", "%q: expected lower-case letters, digits and hyphens", r.Name)
		case names[r.Name]:
			bad("name", "%q is used twice", r.Name)
		}
		names[r.Name] = true
		r.problems(bad)
	}
	if len(a.Receivers) > 0 && len(a.Routes) == 0 || len(a.Routes) > 0 && len(a.Receivers) == 0 {
		wrong([]any{"alerts"}, "alerts: expected both receivers and routes: without one of them every alert goes nowhere")
		return
	}
	c.routeProblems(wrong, names)
}

func (r Receiver) problems(bad func(key, format string, args ...any)) {
	given := map[string]bool{
		"alertmanager": r.Alertmanager != nil, "slack": r.Slack != nil, "pagerduty": r.PagerDuty != nil,
		"email": r.Email != nil, "teams": r.Teams != nil, "webhook": r.Webhook != nil,
	}
	if !slices.Contains(ReceiverKinds, r.Kind) {
		bad("kind", "%q: expected %s", r.Kind, oneOf(ReceiverKinds))
		return
	}
	for _, kind := range ReceiverKinds {
		switch {
		case kind == r.Kind && !given[kind]:
			bad("kind", "is %s, and its settings are missing; give them as %s:", kind, kind)
			return
		case kind != r.Kind && given[kind]:
			bad(kind, "does not belong to a receiver of kind %s", r.Kind)
		}
	}
	switch r.Kind {
	case "alertmanager":
		m := r.Alertmanager
		if len(m.URLs) == 0 || slices.ContainsFunc(m.URLs, func(u string) bool { return !isWebAddress(u) }) {
			bad(r.Kind, "urls: expected addresses such as http://alertmanager:9093")
		}
		if (m.Username != "") != m.Password.Given() || m.Bearer.Given() && m.Username != "" {
			bad(r.Kind, "expected username and password, or bearer, or none of them")
		}
	case "slack":
		if !r.Slack.WebhookURL.Given() {
			bad(r.Kind, "webhook_url: is missing; give it as ${env:NAME} or ${file:PATH}")
		}
	case "pagerduty":
		if !r.PagerDuty.RoutingKey.Given() {
			bad(r.Kind, "routing_key: is missing; give it as ${env:NAME} or ${file:PATH}")
		}
		if !isWebAddress(r.PagerDuty.URL) {
			bad(r.Kind, "url: expected an address such as %s", DefaultPagerDuty)
		}
	case "email":
		r.Email.problems(func(format string, args ...any) { bad("email", format, args...) })
	case "teams":
		if !r.Teams.WebhookURL.Given() {
			bad(r.Kind, "webhook_url: is missing; give it as ${env:NAME} or ${file:PATH}")
		}
	case "webhook":
		if !isWebAddress(r.Webhook.URL) {
			bad(r.Kind, "url: expected an address such as https://hooks.example.com/controlwatch")
		}
		if (len(r.Webhook.Secrets) > 0) == r.Webhook.Unsigned {
			bad(r.Kind, "secrets: expected one or more, or unsigned: true; without one nobody can tell who sent it")
		}
	}
}

func (e Email) problems(bad func(format string, args ...any)) {
	if host, port, err := net.SplitHostPort(e.Smarthost); err != nil || host == "" || port == "" {
		bad("smarthost: expected HOST:PORT such as smtp.example.com:587")
	}
	if len(e.To) == 0 {
		bad("to: nobody gets mail; add an address")
	}
	for _, address := range append([]string{e.From}, e.To...) {
		if _, err := mail.ParseAddress(address); err != nil {
			bad("%q is no mail address", address)
		}
	}
	if (e.Username != "") != e.Password.Given() {
		bad("expected username and password, or neither")
	}
	switch {
	case !slices.Contains([]string{"starttls", "implicit", "none"}, e.TLS):
		bad("tls: %q: expected starttls, implicit or none", e.TLS)
	case e.TLS == "none" && e.Password.Given():
		bad("tls: a password is never sent without TLS; take out one of the two")
	}
}

func (c *Config) routeProblems(wrong func(path []any, format string, args ...any), receivers map[string]bool) {
	names := map[string]bool{}
	systems := map[string]bool{}
	for _, s := range c.Scope.Systems {
		systems[s.ID] = true
	}
	used := map[string]bool{}
	ends := false
	for i, r := range c.Alerts.Routes {
		bad := func(key, format string, args ...any) {
			wrong([]any{"alerts", "routes", i, key}, "alerts.routes[%d].%s: %s", i, key, fmt.Sprintf(format, args...))
		}
		switch {
		case !alertName.MatchString(r.Name):
			bad("name", "%q: expected lower-case letters, digits and hyphens", r.Name)
		case names[r.Name]:
			bad("name", "%q is used twice", r.Name)
		}
		names[r.Name] = true
		if ends {
			bad("name", "%q is never asked: a route before it takes everything; put it before that one", r.Name)
		}
		if len(r.Receivers) == 0 {
			bad("receivers", "is missing: what it takes would go nowhere")
		}
		for _, name := range r.Receivers {
			used[name] = true
			if !receivers[name] {
				bad("receivers", "there is no receiver %q", name)
			}
		}
		if d := time.Duration(r.GroupWait); d < 0 || d > time.Hour {
			bad("group_wait", "expected at most 1h")
		}
		r.Match.problems(bad, systems)
		if d := r.Digest; d != nil {
			if strings.Contains(d.Schedule, "TZ=") || !zone(d.Timezone) {
				bad("digest", "timezone: expected a name of the IANA time zone database, such as Europe/Berlin")
			} else if s, err := cron.ParseStandard(d.expression()); err != nil || s.Next(time.Unix(0, 0)).IsZero() {
				bad("digest", "schedule: %q: expected five fields such as \"0 8 * * 1-5\"", d.Schedule)
			}
		}
		for _, q := range r.QuietHours {
			q.problems(func(format string, args ...any) { bad("quiet_hours", format, args...) })
		}
		if problem := alwaysQuiet(r.QuietHours); problem != "" {
			bad("quiet_hours", "%s", problem)
		}
		ends = ends || r.Match.everything() && !r.Continue
		if r.Name == DefaultRoute && !r.Match.everything() {
			bad("match", "the route %s takes everything that no other takes; take match out", DefaultRoute)
		}
	}
	if len(c.Alerts.Routes) > 0 && !ends {
		wrong([]any{"alerts", "routes"}, "alerts.routes: what no route fits goes nowhere; end with `- {name: %s, receivers: […]}`, without match and continue", DefaultRoute)
	}
	for i, r := range c.Alerts.Receivers {
		if !used[r.Name] && len(c.Alerts.Routes) > 0 {
			wrong([]any{"alerts", "receivers", i, "name"}, "alerts.receivers[%d].name: no route goes to %q; name it in one, or take it out", i, r.Name)
		}
	}
}

func (m Match) everything() bool {
	return m.Severity == "" && len(m.Systems)+len(m.Owners)+len(m.Criteria)+len(m.Controls)+len(m.Classes) == 0
}

func (m Match) problems(bad func(key, format string, args ...any), systems map[string]bool) {
	if !isSeverity(m.Severity) {
		bad("match", "severity: %q: expected low, medium, high or critical", m.Severity)
	}
	for _, s := range m.Systems {
		if !systems[s] {
			bad("match", "systems: scope.systems has no %q", s)
		}
	}
	for _, class := range m.Classes {
		if !slices.Contains(AlertClasses, class) {
			bad("match", "classes: %q: expected %s", class, oneOf(AlertClasses))
		}
	}
}

func (q Quiet) problems(bad func(format string, args ...any)) {
	if !zone(q.Timezone) {
		bad("timezone: %q is not in the IANA time zone database; expected a name such as Europe/Berlin", q.Timezone)
	}
	for _, day := range q.Days {
		if !slices.Contains(Weekdays, day) {
			bad("days: %q: expected mon, tue, wed, thu, fri, sat or sun", day)
		}
	}
	for _, clock := range []string{q.From, q.To} {
		if _, err := Minutes(clock); err != nil {
			bad("%v", err)
		}
	}
	if !isSeverity(q.Except) {
		bad("except: %q: expected low, medium, high or critical", q.Except)
	}
}

// alwaysQuiet says when quiet hours leave no time of the week at which anything goes
// out: that would mute, which only a recorded decision does.
func alwaysQuiet(all []Quiet) string {
	const day = 24 * 60
	var covered [7 * day]bool
	for _, q := range all {
		from, err := Minutes(q.From)
		to, err2 := Minutes(q.To)
		if err != nil || err2 != nil {
			return ""
		}
		if to <= from {
			to += day
		}
		for weekday, word := range Weekdays {
			if len(q.Days) > 0 && !slices.Contains(q.Days, word) {
				continue
			}
			for m := from; m < to; m++ {
				covered[(weekday*day+m)%len(covered)] = true
			}
		}
	}
	free := 0
	for m := range covered {
		if !covered[m] {
			free++
		}
	}
	if free < 60 {
		return "less than an hour of the week is left in which alerts go out: that would mute them, which only a recorded decision does"
	}
	return ""
}
