// Package webhook sends notices as CloudEvents 1.0 to an address of the
// operator's own, signed by Standard Webhooks.
package webhook

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/publish/outbound"
)

// Type is that of the events, and of their data.
const Type = "io.github.controlwatch.alert.v1"

// Settings are what a person configures.
type Settings struct {
	Name string // for ever
	URL  string // where to post; treated as a secret
	// Secrets sign what is sent, each on its own, so that the receiver changes
	// from one to the next without a gap: whsec_ and the base64 of 24 to 64 bytes.
	// Without one the receiver cannot tell who posts.
	Secrets []string
	// Unsigned says that there is to be no secret.
	Unsigned bool
	// Source is the CloudEvents source: which installation this is, as a URI or
	// path. Empty: /controlwatch.
	Source string
	// Bearer goes into the Authorization header, for a gateway before the
	// receiver. Empty: none.
	Bearer string
	Way    *outbound.Client
}

// Receiver is one address.
type Receiver struct {
	name, source, bearer string
	keys                 [][]byte
	to                   outbound.Target
	way                  *outbound.Client
}

var _ alert.Receiver = (*Receiver)(nil)

// New checks the settings. Its errors do not repeat secrets.
func New(s Settings) (*Receiver, error) {
	if err := alert.CheckName(s.Name); err != nil {
		return nil, fmt.Errorf("webhook: %w", err)
	}
	if s.Way == nil {
		return nil, errors.New("webhook: no way out was given")
	}
	r := &Receiver{name: s.Name, source: s.Source, bearer: s.Bearer, way: s.Way}
	var err error
	if r.to, err = s.Way.Target(s.URL); err != nil {
		return nil, fmt.Errorf("webhook %s: %w", s.Name, err)
	}
	switch {
	case len(s.Secrets) == 0 && !s.Unsigned:
		return nil, fmt.Errorf("webhook %s: secrets: there is none, so that anybody could post in our name; give one, or say unsigned", s.Name)
	case len(s.Secrets) > 0 && s.Unsigned:
		return nil, fmt.Errorf("webhook %s: has secrets and says unsigned; keep one of the two", s.Name)
	}
	for i, secret := range s.Secrets {
		key, err := parseSecret(secret)
		if err != nil {
			return nil, fmt.Errorf("webhook %s: secret %d: %w", s.Name, i+1, err)
		}
		r.keys = append(r.keys, key)
	}
	if r.source == "" {
		r.source = "/controlwatch"
	}
	if u, err := url.Parse(r.source); err != nil || u.User != nil || strings.ContainsAny(r.source, " <>\"") {
		return nil, fmt.Errorf("webhook %s: source: expected a URI or a path such as /controlwatch/production", s.Name)
	}
	if strings.IndexFunc(s.Bearer, func(c rune) bool { return c <= ' ' || c > '~' }) >= 0 {
		return nil, fmt.Errorf("webhook %s: bearer: holds a space or another character that no token has", s.Name)
	}
	return r, nil
}

func parseSecret(secret string) ([]byte, error) {
	encoded, ok := strings.CutPrefix(strings.TrimSpace(secret), "whsec_")
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(key) < 24 || len(key) > 64 {
		return nil, errors.New("expected whsec_ and the base64 of 24 to 64 random bytes; make one with: printf 'whsec_%s\\n' \"$(openssl rand -base64 32)\"")
	}
	return key, nil
}

// Name is as configured.
func (r *Receiver) Name() string { return r.name }

// Kind is webhook.
func (r *Receiver) Kind() string { return "webhook" }

// Send posts an event. Its id and webhook-id are the notice's at every attempt;
// its timestamp is that of the attempt, since a receiver refuses old ones.
func (r *Receiver) Send(ctx context.Context, n alert.Notice) error {
	if n.ID == "" || n.Key == "" {
		return fmt.Errorf("webhook %s: %w: the notice has no id or no incident key", r.name, alert.ErrRefused)
	}
	body, err := json.Marshal(newEvent(n, r.source))
	if err != nil {
		return fmt.Errorf("webhook %s: write the event: %w", r.name, err)
	}
	header := http.Header{"Content-Type": {"application/cloudevents+json; charset=utf-8"}}
	if r.bearer != "" {
		header.Set("Authorization", "Bearer "+r.bearer)
	}
	sign(header, r.keys, n.ID, r.way.Now(), body)
	if _, err := r.way.Post(ctx, r.to, header, body); err != nil {
		return fmt.Errorf("webhook %s: %w", r.name, err)
	}
	return nil
}
