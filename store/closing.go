package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// KnownPeriod is an observation period that was ever configured or closed.
type KnownPeriod struct {
	soc2.Interval
	Closed   time.Time      // zero: it is not
	ClosedBy evidence.Actor // who did it
}

// OpenPeriod records that a period is observed, unless that is recorded. From then
// on its evidence is kept until it is closed, whatever is configured later.
func (s *Store) OpenPeriod(ctx context.Context, window soc2.Interval, by evidence.Actor) error {
	known, err := s.KnownPeriods(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(known, func(k KnownPeriod) bool { return sameWindow(k.Interval, window) }) {
		return nil
	}
	_, err = s.appendWindow(ctx, EntryPeriodOpened, window, "", by)
	return err
}

// ClosePeriod records that a period is over and its report made, and with it every
// known period that lies inside it.
func (s *Store) ClosePeriod(ctx context.Context, window soc2.Interval, by evidence.Actor) (string, error) {
	if !window.From.Before(window.To) {
		return "", fmt.Errorf("close a period: it ends before it begins")
	}
	if now := s.options.Clock(); now.Before(window.To) {
		return "", fmt.Errorf("close a period: it runs until %s", window.To.UTC().Format(time.RFC3339))
	}
	return s.appendWindow(ctx, EntryPeriodClosed, window, "", by)
}

// KnownPeriods are those ever configured or closed, in the order of their record.
func (s *Store) KnownPeriods(ctx context.Context) (known []KnownPeriod, err error) {
	err = s.read(ctx, "read periods", func(tx session) (err error) {
		known, err = tx.knownPeriods(ctx)
		return err
	})
	return known, err
}

func (s session) knownPeriods(ctx context.Context) ([]KnownPeriod, error) {
	var known []KnownPeriod
	err := s.entries(ctx, func(e Entry) error {
		if e.Kind != EntryPeriodOpened && e.Kind != EntryPeriodClosed {
			return nil
		}
		window, _, err := windowOf(e)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(known, func(k KnownPeriod) bool { return sameWindow(k.Interval, window) }) {
			known = append(known, KnownPeriod{Interval: window})
		}
		for i := range known {
			k := &known[i]
			if e.Kind == EntryPeriodClosed && k.Closed.IsZero() && !k.From.Before(window.From) && !k.To.After(window.To) {
				k.Closed, k.ClosedBy = e.At, e.Actor
			}
		}
		return nil
	})
	return known, err
}

func sameWindow(a, b soc2.Interval) bool { return a.From.Equal(b.From) && a.To.Equal(b.To) }
