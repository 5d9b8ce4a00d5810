// Package alertmanager keeps one or more Alertmanagers told of all that fires,
// through their API v2. Grouping, routing and silences are theirs.
package alertmanager

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/publish/outbound"
)

// Settings are what a person configures.
type Settings struct {
	Name string // for ever
	// URLs are the Alertmanagers of one cluster, without /api/v2. Each is told
	// everything: peers share what they sent, not what they were told.
	URLs []string
	// Labels are added to every alert, such as an installation's name.
	Labels map[string]string
	// User and Password, or Bearer, for a web configuration or a gateway before it.
	User, Password, Bearer string
	Way                    *outbound.Client
}

// Mirror is one cluster.
type Mirror struct {
	name   string
	to     []outbound.Target
	extra  map[string]string
	header http.Header
	way    *outbound.Client
}

var _ alert.Mirror = (*Mirror)(nil)

// batch is how many alerts one request holds: some 600 KB.
const batch = 256

// New checks the settings.
func New(s Settings) (*Mirror, error) {
	if err := alert.CheckName(s.Name); err != nil {
		return nil, fmt.Errorf("alertmanager: %w", err)
	}
	bad := func(err error) (*Mirror, error) { return nil, fmt.Errorf("alertmanager %s: %w", s.Name, err) }
	switch {
	case s.Way == nil:
		return bad(errors.New("no way out was given"))
	case len(s.URLs) == 0:
		return bad(errors.New("urls: there is none"))
	case s.Bearer != "" && (s.User != "" || s.Password != ""):
		return bad(errors.New("has a user and a bearer token; keep one of the two"))
	case s.Password != "" && s.User == "":
		return bad(errors.New("user: is empty and there is a password"))
	}
	m := &Mirror{name: s.Name, extra: map[string]string{}, header: http.Header{"Content-Type": {"application/json"}}, way: s.Way}
	told := map[string]bool{}
	for _, address := range s.URLs {
		to, err := s.Way.Target(address)
		if err != nil {
			return bad(err)
		}
		if told[to.Host()] {
			return bad(fmt.Errorf("urls: %s is named twice", to.Host()))
		}
		told[to.Host()] = true
		m.to = append(m.to, to.Join("api", "v2", "alerts"))
	}
	for name, value := range s.Labels {
		if !labelName.MatchString(name) || ours[name] || strings.HasPrefix(name, "__") {
			return bad(fmt.Errorf("labels: %q is no name of a label, or is one of ours", name))
		}
		m.extra[name] = labelValue(value)
	}
	switch {
	case s.Bearer != "":
		m.header.Set("Authorization", "Bearer "+s.Bearer)
	case s.User != "":
		req := http.Request{Header: m.header}
		req.SetBasicAuth(s.User, s.Password)
	}
	return m, nil
}

// Name is as configured.
func (m *Mirror) Name() string { return m.name }

// Kind is alertmanager.
func (m *Mirror) Kind() string { return "alertmanager" }

// Show tells every Alertmanager everything. Its error names those that were not
// told all: the others were, and being told again changes nothing for them. It Is
// alert.ErrRefused only where all refuse.
func (m *Mirror) Show(ctx context.Context, alerts []alert.Alert, valid time.Duration) error {
	if valid <= 0 {
		return fmt.Errorf("alertmanager %s: alerts are to count for %s, which is no time", m.name, valid)
	}
	bodies, err := m.bodies(alerts, m.way.Now().UTC(), valid)
	if err != nil {
		return err
	}
	var failed []error
	for _, to := range m.to {
		if err := m.tell(ctx, to, bodies); err != nil {
			failed = append(failed, err)
		}
	}
	if len(failed) == 0 {
		return nil
	}
	return m.told(len(m.to)-len(failed), failed)
}

func (m *Mirror) bodies(alerts []alert.Alert, now time.Time, valid time.Duration) ([][]byte, error) {
	var all [][]byte
	for start := 0; start < len(alerts); start += batch {
		var some []postable
		for _, a := range alerts[start:min(len(alerts), start+batch)] {
			some = append(some, m.postable(a, now, valid))
		}
		body, err := json.Marshal(some)
		if err != nil {
			return nil, fmt.Errorf("alertmanager %s: write the alerts: %w", m.name, err)
		}
		all = append(all, body)
	}
	return all, nil
}

// tell posts every batch. One that is refused does not keep the others from being
// told; where no answer comes, the rest would wait as long each.
func (m *Mirror) tell(ctx context.Context, to outbound.Target, bodies [][]byte) error {
	var refused error
	for _, body := range bodies {
		answer, err := m.way.Post(ctx, to, m.header, body)
		// Alertmanager answers nothing, others that speak its API a JSON document. A page
		// of a proxy that asks to sign in is no delivery.
		if said := bytes.TrimSpace(answer.Body); err == nil && len(said) > 0 && !json.Valid(said) {
			return fmt.Errorf("%s answered %d with what is no answer of an Alertmanager; check the address", to.Host(), answer.Status)
		}
		if err != nil && !errors.Is(err, alert.ErrRefused) {
			return err
		}
		if err != nil {
			refused = err
		}
	}
	return refused
}

// told is the error of those that failed. How they failed is said for each, and
// kept as a whole only where nothing else is to be done.
func (m *Mirror) told(well int, failed []error) error {
	var said []string
	refused := well == 0
	for _, err := range failed {
		said = append(said, err.Error())
		refused = refused && errors.Is(err, alert.ErrRefused)
	}
	err := fmt.Errorf("alertmanager %s: %d of %d were told everything: %s", m.name, well, len(m.to), strings.Join(said, "; "))
	switch {
	case refused:
		return &also{err, alert.ErrRefused}
	case errors.Is(errors.Join(failed...), context.Canceled):
		return &also{err, context.Canceled}
	}
	if later, ok := errors.AsType[*alert.LaterError](failed[0]); ok && len(m.to) == 1 {
		return &alert.LaterError{After: later.After, Err: err}
	}
	return err
}

// also is an error that is another as well, without saying so twice.
type also struct{ said, is error }

func (a *also) Error() string { return a.said.Error() }
func (a *also) Unwrap() error { return a.is }
