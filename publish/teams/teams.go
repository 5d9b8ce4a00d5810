// Package teams sends notices to a channel or chat of Microsoft Teams, through a
// workflow that begins with "When a Teams webhook request is received".
//
// A workflow accepts a message before it posts it: that it was accepted does not
// say that anybody sees it. Teams' own run history does.
package teams

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/publish/outbound"
)

// Settings are what a person configures.
type Settings struct {
	Name string // for ever
	URL  string // of the workflow's trigger; a secret: its signature is part of it
	Way  *outbound.Client
}

// Receiver is one workflow.
type Receiver struct {
	name string
	to   outbound.Target
	way  *outbound.Client
}

var _ alert.Receiver = (*Receiver)(nil)

// New checks the settings.
func New(s Settings) (*Receiver, error) {
	if err := alert.CheckName(s.Name); err != nil {
		return nil, fmt.Errorf("teams: %w", err)
	}
	if s.Way == nil {
		return nil, errors.New("teams: no way out was given")
	}
	to, err := s.Way.Target(s.URL)
	if err != nil {
		return nil, fmt.Errorf("teams %s: %w", s.Name, err)
	}
	if retired(to.Host()) {
		return nil, fmt.Errorf("teams %s: url: is that of an Office 365 connector, which Microsoft retired; make a workflow with the trigger \"When a Teams webhook request is received\"", s.Name)
	}
	return &Receiver{name: s.Name, to: to, way: s.Way}, nil
}

// retired are the hosts of connectors.
func retired(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "outlook.office.com" || host == "outlook.office365.com" || host == "webhook.office.com" || strings.HasSuffix(host, ".webhook.office.com")
}

// Name is as configured.
func (r *Receiver) Name() string { return r.name }

// Kind is teams.
func (r *Receiver) Kind() string { return "teams" }

// Send posts a card. Teams has no way to recognise one that it has: where a
// reply was lost the channel shows it twice, with the same last line.
func (r *Receiver) Send(ctx context.Context, n alert.Notice) error {
	body, err := json.Marshal(compose(n))
	if err != nil {
		return fmt.Errorf("teams %s: write the card: %w", r.name, err)
	}
	answer, err := r.way.Post(ctx, r.to, http.Header{"Content-Type": {"application/json"}}, body)
	if err != nil {
		return fmt.Errorf("teams %s: %w", r.name, err)
	}
	// A workflow answers 202 with nothing, or with a JSON document of its own making.
	if strings.HasPrefix(strings.TrimSpace(string(answer.Body)), "<") {
		return fmt.Errorf("teams %s: %s answered %d with a page; check the address", r.name, r.to.Host(), answer.Status)
	}
	return nil
}
