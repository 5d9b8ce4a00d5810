package config

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Alerts is who is told what drifts. There is no setting that mutes: only a recorded
// decision does.
type Alerts struct {
	Link      string     `yaml:"link" json:"link,omitempty" jsonschema:"description=Address of the status page as receivers reach it\\, such as https://controlwatch.example.com. Each alert leads to its control there."`
	Receivers []Receiver `yaml:"receivers" json:"receivers,omitempty"`
	Private   []string   `yaml:"allow_private" json:"allow_private,omitempty" jsonschema:"description=Hosts of receivers on this machine or an internal network\\, such as alertmanager.example.internal\\, or http://alertmanager:9093 where it may be spoken to without TLS. All others must be public and have TLS."`
	Routes    []Route    `yaml:"routes" json:"routes,omitempty" jsonschema:"description=The first that fits takes an alert\\, and with continue later ones too. One of them must fit everything: name it default."`
}

// Receiver is one place that alerts are sent to.
type Receiver struct {
	Name         string        `yaml:"name" json:"name" jsonschema:"description=Of this receiver\\, for ever: what waits for it is kept by it. Lower-case letters\\, digits and hyphens."`
	Kind         string        `yaml:"kind" json:"kind" jsonschema:"enum=alertmanager,enum=slack,enum=pagerduty,enum=email,enum=teams,enum=webhook"`
	Alertmanager *Alertmanager `yaml:"alertmanager" json:"alertmanager,omitempty"`
	Slack        *Slack        `yaml:"slack" json:"slack,omitempty"`
	PagerDuty    *PagerDuty    `yaml:"pagerduty" json:"pagerduty,omitempty"`
	Email        *Email        `yaml:"email" json:"email,omitempty"`
	Teams        *Teams        `yaml:"teams" json:"teams,omitempty"`
	Webhook      *Webhook      `yaml:"webhook" json:"webhook,omitempty"`
}

// Alertmanager is shown all that fires; it groups, mutes and routes by itself.
type Alertmanager struct {
	URLs     []string          `yaml:"urls" json:"urls" jsonschema:"description=Of each instance of one cluster\\, such as http://alertmanager:9093."`
	Username string            `yaml:"username" json:"username,omitempty"`
	Password Secret            `yaml:"password" json:"password,omitzero" jsonschema:"description=${env:NAME} or ${file:PATH}"`
	Bearer   Secret            `yaml:"bearer" json:"bearer,omitzero" jsonschema:"description=${env:NAME} or ${file:PATH}\\, instead of username and password."`
	Labels   map[string]string `yaml:"labels" json:"labels,omitempty" jsonschema:"description=That each alert gets besides."`
}

// Slack is a channel, by its incoming webhook.
type Slack struct {
	WebhookURL Secret `yaml:"webhook_url" json:"webhook_url" jsonschema:"description=${env:NAME} or ${file:PATH}: whoever has it can write into the channel."`
}

// PagerDuty is a service, by the Events API v2.
type PagerDuty struct {
	RoutingKey Secret `yaml:"routing_key" json:"routing_key" jsonschema:"description=${env:NAME} or ${file:PATH}: the integration key of the service."`
	URL        string `yaml:"url" json:"url,omitempty" jsonschema:"description=Of the Events API. Default https://events.pagerduty.com; in Europe https://events.eu.pagerduty.com."`
}

// Email is a mail server and who gets mail.
type Email struct {
	Smarthost string   `yaml:"smarthost" json:"smarthost" jsonschema:"description=HOST:PORT of the mail server\\, such as smtp.example.com:587."`
	From      string   `yaml:"from" json:"from"`
	To        []string `yaml:"to" json:"to"`
	Username  string   `yaml:"username" json:"username,omitempty"`
	Password  Secret   `yaml:"password" json:"password,omitzero" jsonschema:"description=${env:NAME} or ${file:PATH}"`
	TLS       string   `yaml:"tls" json:"tls,omitempty" jsonschema:"enum=starttls,enum=implicit,enum=none,description=starttls: asked for and required. implicit: from the first byte\\, port 465. none: only for a relay on the same machine\\, without a password. Default starttls."`
	Hello     string   `yaml:"hello" json:"hello,omitempty" jsonschema:"description=Name that is given to the server. Default the host's."`
}

// Teams is a channel, by a workflow that takes webhook requests.
type Teams struct {
	WebhookURL Secret `yaml:"webhook_url" json:"webhook_url" jsonschema:"description=${env:NAME} or ${file:PATH}"`
}

// Webhook is any address that takes signed CloudEvents.
type Webhook struct {
	URL      string   `yaml:"url" json:"url"`
	Secrets  []Secret `yaml:"secrets" json:"secrets,omitempty" jsonschema:"description=${env:NAME} or ${file:PATH}: each signs\\, so that one can take the place of another."`
	Unsigned bool     `yaml:"unsigned" json:"unsigned,omitempty" jsonschema:"description=There is no secret: whoever takes it cannot tell who sent it."`
	Source   string   `yaml:"source" json:"source,omitempty" jsonschema:"description=CloudEvents source. Default /controlwatch."`
	Bearer   Secret   `yaml:"bearer" json:"bearer,omitzero" jsonschema:"description=${env:NAME} or ${file:PATH}: for a gateway before the receiver."`
}

// Route takes alerts to receivers.
type Route struct {
	Name       string   `yaml:"name" json:"name"`
	Match      Match    `yaml:"match" json:"match,omitzero"`
	Receivers  []string `yaml:"receivers" json:"receivers"`
	Continue   bool     `yaml:"continue" json:"continue,omitempty" jsonschema:"description=Routes after it are asked as well."`
	GroupWait  Duration `yaml:"group_wait" json:"group_wait,omitempty" jsonschema:"description=How long the first notice waits for what belongs to it\\, at most 1h. Default 1m."`
	Digest     *Digest  `yaml:"digest" json:"digest,omitempty" jsonschema:"description=One notice now and then instead of one for each incident."`
	QuietHours []Quiet  `yaml:"quiet_hours" json:"quiet_hours,omitempty" jsonschema:"description=Times in which notices wait. None is dropped."`
}

// Match picks alerts; each part that is given must fit.
type Match struct {
	Severity string   `yaml:"severity" json:"severity,omitempty" jsonschema:"enum=low,enum=medium,enum=high,enum=critical,description=This one or a graver one."`
	Systems  []string `yaml:"systems" json:"systems,omitempty" jsonschema:"description=Ids of systems of the scope."`
	Owners   []string `yaml:"owners" json:"owners,omitempty" jsonschema:"description=Owners of the gap."`
	Criteria []string `yaml:"criteria" json:"criteria,omitempty" jsonschema:"description=Criteria or their beginnings: CC6.1\\, CC6\\, A1."`
	Controls []string `yaml:"controls" json:"controls,omitempty"`
	Classes  []string `yaml:"classes" json:"classes,omitempty" jsonschema:"description=failing: something does not hold; out-of-sight: nobody can see whether it does."`
}

// Digest is when a digest is sent.
type Digest struct {
	Schedule string `yaml:"schedule" json:"schedule" jsonschema:"description=Cron expression of five fields\\, such as 0 8 * * 1-5."`
	Timezone string `yaml:"timezone" json:"timezone,omitempty" jsonschema:"description=Of the schedule. Default the file's."`
}

// Quiet is a time of some days in which notices wait.
type Quiet struct {
	Timezone string   `yaml:"timezone" json:"timezone,omitempty" jsonschema:"description=Default the file's."`
	Days     []string `yaml:"days" json:"days,omitempty" jsonschema:"description=That it begins on: mon\\, tue\\, wed\\, thu\\, fri\\, sat\\, sun. Default all."`
	From     string   `yaml:"from" json:"from" jsonschema:"description=Time of day\\, such as 22:00."`
	To       string   `yaml:"to" json:"to" jsonschema:"description=Time of day; one that is not later than from is of the next day."`
	Except   string   `yaml:"except" json:"except,omitempty" jsonschema:"enum=low,enum=medium,enum=high,enum=critical,description=This severity and graver ones do not wait. Default: all wait."`
}

// ReceiverKinds are the kinds of receivers.
var ReceiverKinds = []string{"alertmanager", "slack", "pagerduty", "email", "teams", "webhook"}

// AlertClasses are the classes that a route can name.
var AlertClasses = []string{"failing", "out-of-sight"}

// The defaults of alerts.
const (
	DefaultRoute     = "default"
	DefaultGroupWait = time.Minute
	DefaultMailTLS   = "starttls"
	DefaultPagerDuty = "https://events.pagerduty.com"
)

// Weekdays are how days are written, by time.Weekday.
var Weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

var alertName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// Configured says whether anybody is to be told.
func (a Alerts) Configured() bool { return len(a.Receivers) > 0 }

func (a *Alerts) within(file string, env func(string) string) {
	place := func(s *Secret) { s.Node.File, s.dir, s.env = file, filepath.Dir(file), env }
	for i := range a.Receivers {
		r := &a.Receivers[i]
		if r.Alertmanager != nil {
			place(&r.Alertmanager.Password)
			place(&r.Alertmanager.Bearer)
		}
		if r.Slack != nil {
			place(&r.Slack.WebhookURL)
		}
		if r.PagerDuty != nil {
			place(&r.PagerDuty.RoutingKey)
		}
		if r.Email != nil {
			place(&r.Email.Password)
		}
		if r.Teams != nil {
			place(&r.Teams.WebhookURL)
		}
		if r.Webhook != nil {
			for k := range r.Webhook.Secrets {
				place(&r.Webhook.Secrets[k])
			}
			place(&r.Webhook.Bearer)
		}
	}
}

func (c *Config) fillAlerts() {
	for i := range c.Alerts.Receivers {
		if p := c.Alerts.Receivers[i].PagerDuty; p != nil && p.URL == "" {
			p.URL = DefaultPagerDuty
		}
		if e := c.Alerts.Receivers[i].Email; e != nil && e.TLS == "" {
			e.TLS = DefaultMailTLS
		}
	}
	for i := range c.Alerts.Routes {
		r := &c.Alerts.Routes[i]
		if r.GroupWait == 0 && !c.node.At("alerts", "routes", i).Has("group_wait") {
			r.GroupWait = Duration(DefaultGroupWait)
		}
		if r.Digest != nil && r.Digest.Timezone == "" && zone(c.Timezone) {
			r.Digest.Timezone = c.Timezone
		}
		for k := range r.QuietHours {
			if q := &r.QuietHours[k]; q.Timezone == "" && zone(c.Timezone) {
				q.Timezone = c.Timezone
			}
		}
	}
}

func (d Digest) expression() string {
	if d.Timezone == "" {
		return d.Schedule
	}
	return "CRON_TZ=" + d.Timezone + " " + d.Schedule
}

// Timetable is when it is sent.
func (d Digest) Timetable() (cron.Schedule, error) { return cron.ParseStandard(d.expression()) }

// Minutes reads a time of day.
func Minutes(clock string) (int, error) {
	t, err := time.Parse("15:04", clock)
	if err != nil {
		return 0, fmt.Errorf("%q: expected a time of day such as 22:00", clock)
	}
	return t.Hour()*60 + t.Minute(), nil
}

func isSeverity(word string) bool {
	return word == "" || slices.Contains([]string{"low", "medium", "high", "critical"}, word)
}

func oneOf(words []string) string {
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
