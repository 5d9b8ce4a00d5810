package daemon

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/controlwatch/controlwatch/daemon/metrics"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// Attestations tells how each attested control stands now, by what was pulled.
func (a *Assessor) Attestations(ctx context.Context, soon time.Duration) ([]soc2.AttestationStanding, error) {
	now := a.Clock()
	view, err := a.History.View(ctx, now, a.Sources)
	if err != nil {
		return nil, fmt.Errorf("read attestations: %w", err)
	}
	defer view.Close() //nolint:errcheck // nothing was written
	seen := view.Evidence()
	asked := soc2.AttestationsAsked{Controls: a.Catalogue.Controls, Now: now, Soon: soon, Unseen: unseenAttestations(seen)}
	for _, id := range a.Engine.Systems() {
		asked.Systems = append(asked.Systems, soc2.System{ID: id})
	}
	for f, err := range seen.Facts(ctx, func(k evidence.Kind) bool { return k == attestationKind }) {
		if err != nil {
			return nil, fmt.Errorf("read attestations: %w", err)
		}
		if body, ok := f.Body.(*evidence.Attestation); ok {
			asked.Acts = append(asked.Acts, soc2.AttestedAct{Attestation: *body, ID: f.Resource.ID})
		}
	}
	return soc2.AttestationsDue(asked), nil
}

const attestationKind evidence.Kind = "Attestation"

func unseenAttestations(v evidence.View) string {
	var why []string
	for _, f := range v.Feeds {
		for _, p := range f.Populations {
			if p.Kind != attestationKind {
				continue
			}
			if h, lost := f.HoleAt(p.Type, v.At); lost {
				why = append(why, strings.TrimSpace(f.ID.Scope.String()+" "+string(h.Reason)+" "+h.Detail))
			}
		}
	}
	return strings.Join(why, "; ")
}

// withAttestations adds how attested controls stand. What keeps it from being told
// costs those series only, and a series that is missing alarms whoever watches it.
func (d *Daemon) withAttestations(ctx context.Context, doing *duty, series metrics.Projection) (metrics.Projection, error) {
	if doing.Attestations == nil {
		return series, nil
	}
	var all []soc2.AttestationStanding
	err := guarded(func() (err error) {
		all, err = doing.Attestations(ctx)
		return err
	})
	if err != nil {
		if ctx.Err() == nil {
			d.opts.Log.Error("it could not be told how attested controls stand", zap.Error(err))
		}
		return series.Told(metrics.Attestations, false)
	}
	if series, err = series.Told(metrics.Attestations, true); err != nil {
		return series, err
	}
	return series.WithAttestations(all)
}
