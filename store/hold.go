package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// Kinds of entries that keep evidence from being pruned, or let it be.
const (
	EntryHold         = "hold"          // nothing of a time may be pruned or erased
	EntryHoldReleased = "hold-released" // subject: the id of the hold
	EntryPeriodOpened = "period-opened" // an observation period was configured
	EntryPeriodClosed = "period-closed" // its report is made: it may be pruned when it is old enough
)

// Hold keeps all evidence of a time, however old, until it is released.
type Hold struct {
	ID       string         `json:"id"`
	At       time.Time      `json:"at"` // when it was set
	From     time.Time      `json:"from"`
	To       time.Time      `json:"to"` // not in it
	Reason   string         `json:"reason"`
	By       evidence.Actor `json:"by"`
	Released *Release       `json:"released,omitempty"`
}

// Release is the end of a hold.
type Release struct {
	At     time.Time      `json:"at"`
	By     evidence.Actor `json:"by"`
	Reason string         `json:"reason"`
}

// SetHold records a hold and gives its id.
func (s *Store) SetHold(ctx context.Context, window soc2.Interval, reason string, by evidence.Actor) (string, error) {
	if strings.TrimSpace(reason) == "" {
		return "", errors.New("set a hold: it needs a reason")
	}
	if !window.From.Before(window.To) {
		return "", errors.New("set a hold: it ends before it begins")
	}
	return s.appendWindow(ctx, EntryHold, window, reason, by)
}

// ReleaseHold ends a hold. Whoever set it cannot.
func (s *Store) ReleaseHold(ctx context.Context, id, reason string, by evidence.Actor) error {
	holds, err := s.Holds(ctx)
	if err != nil {
		return err
	}
	for _, h := range holds {
		switch {
		case h.ID != id:
			continue
		case h.Released != nil:
			return fmt.Errorf("hold %s was released already, by %s", id, h.Released.By)
		case soc2.SamePerson(h.By.Name, by.Name):
			return fmt.Errorf("hold %s was set by %s: it is released by somebody else", id, h.By.Name)
		}
		body, err := json.Marshal(map[string]string{"reason": reason})
		if err != nil {
			return err
		}
		_, err = s.Append(ctx, Entry{Kind: EntryHoldReleased, Subject: id, Actor: by, Body: body})
		return err
	}
	return fmt.Errorf("there is no hold %q: \"controlwatch hold list\" has them", id)
}

// Holds are all that were ever set, oldest first.
func (s *Store) Holds(ctx context.Context) (holds []Hold, err error) {
	err = s.read(ctx, "read holds", func(tx session) (err error) {
		holds, err = tx.holds(ctx)
		return err
	})
	return holds, err
}

func (s session) holds(ctx context.Context) ([]Hold, error) {
	var holds []Hold
	err := s.entries(ctx, func(e Entry) error {
		switch e.Kind {
		case EntryHold:
			window, reason, err := windowOf(e)
			if err != nil {
				return err
			}
			holds = append(holds, Hold{ID: e.ID, At: e.At, From: window.From, To: window.To, Reason: reason, By: e.Actor})
		case EntryHoldReleased:
			for i := range holds {
				if holds[i].ID == e.Subject && holds[i].Released == nil {
					_, reason, err := windowOf(e)
					if err != nil {
						return err
					}
					holds[i].Released = &Release{At: e.At, By: e.Actor, Reason: reason}
				}
			}
		}
		return nil
	})
	return holds, err
}

// windowBody is the body of entries about a time.
type windowBody struct {
	From   time.Time `json:"from,omitzero"`
	To     time.Time `json:"to,omitzero"`
	Reason string    `json:"reason,omitempty"`
}

func (s *Store) appendWindow(ctx context.Context, kind string, window soc2.Interval, reason string, by evidence.Actor) (string, error) {
	body, err := json.Marshal(windowBody{window.From.UTC(), window.To.UTC(), reason})
	if err != nil {
		return "", err
	}
	ids, err := s.Append(ctx, Entry{Kind: kind, Subject: windowText(window), Actor: by, Body: body})
	if len(ids) == 0 {
		return "", err
	}
	return ids[0], err
}

// windowText is a window in full, for subjects and messages: the end is not in it.
func windowText(w soc2.Interval) string {
	return w.From.UTC().Format(time.RFC3339) + "/" + w.To.UTC().Format(time.RFC3339)
}

func windowOf(e Entry) (soc2.Interval, string, error) {
	var w windowBody
	if err := json.Unmarshal(e.Body, &w); err != nil {
		return soc2.Interval{}, "", fmt.Errorf("decode record %s: %w", e.ID, err)
	}
	return soc2.Interval{From: w.From, To: w.To}, w.Reason, nil
}
