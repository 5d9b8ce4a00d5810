package main

import (
	"fmt"
	"net"
	"os"
	"strconv"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/publish/alertmanager"
	"github.com/controlwatch/controlwatch/publish/email"
	"github.com/controlwatch/controlwatch/publish/outbound"
	"github.com/controlwatch/controlwatch/publish/pagerduty"
	"github.com/controlwatch/controlwatch/publish/slack"
	"github.com/controlwatch/controlwatch/publish/teams"
	"github.com/controlwatch/controlwatch/publish/webhook"
)

// receiverKind makes receivers of one kind. What it makes is an alert.Receiver or an
// alert.Mirror.
type receiverKind struct {
	kind string
	make func(r config.Receiver, way *outbound.Client) (alertPlace, error)
}

// alertPlace is what receivers and mirrors have in common.
type alertPlace interface {
	Name() string
	Kind() string
}

// receiverKinds are all kinds that a configuration can name. A new one is a folder in
// publish, a struct in config and a line here.
var receiverKinds = []receiverKind{
	{"alertmanager", newAlertmanager},
	{"slack", newSlack},
	{"pagerduty", newPagerDuty},
	{"email", newEmail},
	{"teams", newTeams},
	{"webhook", newWebhook},
}

func newAlertmanager(r config.Receiver, way *outbound.Client) (alertPlace, error) {
	a := r.Alertmanager
	password, bearer, err := twoSecrets(a.Password, a.Bearer)
	if err != nil {
		return nil, err
	}
	return alertmanager.New(alertmanager.Settings{Name: r.Name, URLs: a.URLs, Labels: a.Labels, User: a.Username, Password: password, Bearer: bearer, Way: way})
}

func newSlack(r config.Receiver, way *outbound.Client) (alertPlace, error) {
	address, err := r.Slack.WebhookURL.Value()
	if err != nil {
		return nil, err
	}
	return slack.New(slack.Settings{Name: r.Name, URL: address, Way: way})
}

func newPagerDuty(r config.Receiver, way *outbound.Client) (alertPlace, error) {
	key, err := r.PagerDuty.RoutingKey.Value()
	if err != nil {
		return nil, err
	}
	return pagerduty.New(pagerduty.Settings{Name: r.Name, RoutingKey: key, URL: r.PagerDuty.URL, Way: way})
}

func newEmail(r config.Receiver, way *outbound.Client) (alertPlace, error) {
	e := r.Email
	host, port, err := net.SplitHostPort(e.Smarthost)
	if err != nil {
		return nil, err
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("smarthost: port %q is no number", port)
	}
	password, err := e.Password.Value()
	if err != nil {
		return nil, err
	}
	return email.New(email.Settings{
		Name: r.Name, Host: host, Port: number, TLS: email.TLS(e.TLS), User: e.Username, Password: password, From: e.From, To: e.To, Hello: e.Hello, Way: way,
	})
}

func newTeams(r config.Receiver, way *outbound.Client) (alertPlace, error) {
	address, err := r.Teams.WebhookURL.Value()
	if err != nil {
		return nil, err
	}
	return teams.New(teams.Settings{Name: r.Name, URL: address, Way: way})
}

func newWebhook(r config.Receiver, way *outbound.Client) (alertPlace, error) {
	w := r.Webhook
	bearer, err := w.Bearer.Value()
	if err != nil {
		return nil, err
	}
	s := webhook.Settings{Name: r.Name, URL: w.URL, Unsigned: w.Unsigned, Source: w.Source, Bearer: bearer, Way: way}
	for _, one := range w.Secrets {
		secret, err := one.Value()
		if err != nil {
			return nil, err
		}
		s.Secrets = append(s.Secrets, secret)
	}
	return webhook.New(s)
}

func twoSecrets(a, b config.Secret) (first, second string, err error) {
	if first, err = a.Value(); err != nil {
		return "", "", err
	}
	second, err = b.Value()
	return first, second, err
}

// alertPlaces makes the configured receivers and mirrors. Nothing is sent.
func (p *program) alertPlaces(c config.Config) (receivers []alert.Receiver, mirrors []alert.Mirror, err error) {
	way, err := p.alertsWay(c)
	if err != nil {
		return nil, nil, err
	}
	for i, r := range c.Alerts.Receivers {
		place, err := p.alertPlace(r, way)
		if err != nil {
			return nil, nil, c.Problem([]any{"alerts", "receivers", i}, "alerts.receivers[%d]: %v", i, err)
		}
		switch to := place.(type) {
		case alert.Receiver:
			receivers = append(receivers, to)
		case alert.Mirror:
			mirrors = append(mirrors, to)
		default:
			return nil, nil, fmt.Errorf("receiver %s: kind %s neither sends nor shows alerts", r.Name, r.Kind)
		}
	}
	return receivers, mirrors, nil
}

// alertsWay is the guarded way out to receivers.
func (p *program) alertsWay(c config.Config) (*outbound.Client, error) {
	s := outbound.Settings{Proxy: c.Network.Proxy, AllowPrivate: c.Alerts.Private, Clock: p.now}
	if c.Network.CAFile != "" {
		pem, err := os.ReadFile(beside(c, c.Network.CAFile))
		if err != nil {
			return nil, c.Problem([]any{"network", "ca_file"}, "network.ca_file: %v", err)
		}
		s.CA = pem
	}
	way, err := outbound.New(s)
	if err != nil {
		return nil, c.Problem([]any{"alerts"}, "alerts: %v", err)
	}
	return way, nil
}

func (p *program) alertPlace(r config.Receiver, way *outbound.Client) (alertPlace, error) {
	for _, k := range p.receiverKinds() {
		if k.kind == r.Kind {
			return k.make(r, way)
		}
	}
	return nil, fmt.Errorf("kind %q has no receiver", r.Kind)
}

// receiverKinds are those of this program, or a test's.
func (p *program) receiverKinds() []receiverKind {
	if p.alertKinds != nil {
		return p.alertKinds
	}
	return receiverKinds
}
