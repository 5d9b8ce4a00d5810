// Package pagerduty sends incidents to a service of PagerDuty, Events API v2.
//
// It pages people: what nobody must act on now (a digest) is refused, and a test
// is resolved as soon as it was triggered.
package pagerduty

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/publish/outbound"
)

// The addresses of PagerDuty's two regions.
const (
	US = "https://events.pagerduty.com"
	EU = "https://events.eu.pagerduty.com"
)

// Settings are what a person configures.
type Settings struct {
	Name       string // for ever
	RoutingKey string // of an Events API v2 integration of a service; a secret
	URL        string // US (also where it is empty), EU, or that of an event proxy of one's own; without a path it is /v2/enqueue
	Source     string // what is said to be the source of events; empty: controlwatch
	Way        *outbound.Client
}

// Receiver is one service.
type Receiver struct {
	name, key, source string
	to                outbound.Target
	way               *outbound.Client
}

var _ alert.Receiver = (*Receiver)(nil)

var integrationKey = regexp.MustCompile(`^[0-9A-Za-z]{32}$`)

// New checks the settings.
func New(s Settings) (*Receiver, error) {
	if err := alert.CheckName(s.Name); err != nil {
		return nil, fmt.Errorf("pagerduty: %w", err)
	}
	if s.Way == nil {
		return nil, errors.New("pagerduty: no way out was given")
	}
	if !integrationKey.MatchString(s.RoutingKey) {
		return nil, fmt.Errorf("pagerduty %s: routing_key: expected the 32 letters and digits of an Events API v2 integration", s.Name)
	}
	if s.URL == "" {
		s.URL = US
	}
	to, err := s.Way.Target(s.URL)
	if err == nil && to.Bare() {
		to = to.Join("v2", "enqueue")
	}
	if err != nil {
		return nil, fmt.Errorf("pagerduty %s: %w", s.Name, err)
	}
	if s.Source == "" {
		s.Source = "controlwatch"
	}
	return &Receiver{name: s.Name, key: s.RoutingKey, source: alert.Visible(s.Source), to: to, way: s.Way}, nil
}

// Name is as configured.
func (r *Receiver) Name() string { return r.name }

// Kind is pagerduty.
func (r *Receiver) Kind() string { return "pagerduty" }

// Takes says whether a kind of notice may be routed here: a digest pages nobody.
func (r *Receiver) Takes(k alert.Kind) bool { return k != alert.Digest }

// Send triggers or resolves an alert. PagerDuty knows it by the incident's key,
// so that sending again changes nothing.
func (r *Receiver) Send(ctx context.Context, n alert.Notice) error {
	switch {
	case !r.Takes(n.Kind):
		return fmt.Errorf("pagerduty %s: %w: a digest pages nobody; route digests elsewhere", r.name, alert.ErrRefused)
	case n.Key == "":
		return fmt.Errorf("pagerduty %s: %w: the notice has no incident key", r.name, alert.ErrRefused)
	}
	if n.Kind != alert.Test {
		return r.enqueue(ctx, r.event(n))
	}
	if err := r.enqueue(ctx, r.event(n)); err != nil {
		return err
	}
	n.Status = alert.Resolved
	e := r.event(n)
	e.Action = "resolve"
	return r.enqueue(ctx, e)
}

func (r *Receiver) enqueue(ctx context.Context, e event) error {
	body, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("pagerduty %s: write the event: %w", r.name, err)
	}
	answer, err := r.way.Post(ctx, r.to, http.Header{"Content-Type": {"application/json"}}, body)
	if err != nil {
		return fmt.Errorf("pagerduty %s: %w%s", r.name, err, about(answer.Status))
	}
	// The answer to what was taken is 202 and says so; a page of a proxy does not.
	var said struct {
		Status string `json:"status"`
	}
	if json.Unmarshal(answer.Body, &said) != nil || said.Status != "success" {
		return fmt.Errorf("pagerduty %s: %s answered %d without success; check the address", r.name, r.to.Host(), answer.Status)
	}
	return nil
}

func about(status int) string {
	if status == http.StatusBadRequest {
		return "; check that routing_key is of an Events API v2 integration that still exists"
	}
	return ""
}
