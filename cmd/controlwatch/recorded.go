package main

import (
	"context"
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/soc2"
)

// pullRecorded reads what people attested by command, if anything: from then on it
// is a source as any other.
func (l *pipeline) pullRecorded(ctx context.Context) error {
	known, err := l.knowRecorded(ctx)
	if err != nil || !known {
		return err
	}
	sources := bare([]source{{Source: daemon.RecordedAttestations(l.store)}})
	if err := l.runner.Announce(ctx, sources); err != nil {
		return err
	}
	if err := l.runner.Run(ctx, sources); err != nil {
		return fmt.Errorf("read recorded attestations: %w", err)
	}
	return nil
}

// knowRecorded takes recorded attestations among the sources that are judged.
func (l *pipeline) knowRecorded(ctx context.Context) (bool, error) {
	known, err := daemon.AnyAttested(ctx, l.store)
	if err != nil {
		return false, fmt.Errorf("look for recorded attestations: %w", err)
	}
	if known {
		l.assessor.Sources[daemon.RecordedSource] = config.DefaultMaxAge
	}
	return known, nil
}

// rereadRecorded is how often what was recorded is read though nothing was added: so
// that it never is too old to count.
const rereadRecorded = 6 * time.Hour

// assessWithRecorded assesses with what people attested meanwhile, beside the daemon:
// before each assessment it reads whatever is new.
func (l *pipeline) assessWithRecorded() func(context.Context) (soc2.Assessment, error) {
	var last [2]string
	var at time.Time
	return func(ctx context.Context) (soc2.Assessment, error) {
		var newest [2]string
		for i, kind := range []string{soc2.EntryAttestation, "sign-off"} {
			e, _, err := l.store.NewestEntry(ctx, kind)
			if err != nil {
				return soc2.Assessment{}, err
			}
			newest[i] = e.ID
		}
		now := l.assessor.Clock()
		if age := now.Sub(at); newest != last || age < 0 || age >= rereadRecorded {
			if err := l.pullRecorded(ctx); err != nil {
				return soc2.Assessment{}, err
			}
			last, at = newest, now
		}
		return l.assessor.Assess(ctx)
	}
}
