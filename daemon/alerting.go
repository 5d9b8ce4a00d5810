package daemon

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"github.com/controlwatch/controlwatch/daemon/alerts"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// Alerting is who is told of drift.
type Alerting struct {
	Book      AlertBook
	Routes    alerts.Routes
	Receivers []alert.Receiver
	Mirrors   []alert.Mirror
	Link      string // of the page; empty: none
}

// AlertBook is where alerts and what is to be sent are kept: the store.
type AlertBook interface {
	AlertState(context.Context) (mark int64, all []store.AlertRow, err error)
	KeepAlerts(context.Context, store.AlertChange) error
	DriftBetween(ctx context.Context, after, upTo int64) ([]store.NotedDrift, error)
	AssessedBefore(context.Context, time.Time) (time.Time, error)
	LoggedChanges(context.Context) ([]soc2.LoggedChange, error)
	ChangedBetween(ctx context.Context, k evidence.Key, at int64) (from, to time.Time, known bool, err error)
	Untouched(context.Context) (map[string]bool, error)
	Heads(ctx context.Context, receiver string) ([]store.Outgoing, error)
	Claim(ctx context.Context, o store.Outgoing, at, next time.Time) (body []byte, claimed bool, err error)
	Sent(ctx context.Context, o store.Outgoing, at time.Time, receipt store.Entry) error
	NotSent(ctx context.Context, o store.Outgoing, problem string, next time.Time, refused bool) error
	Retry(ctx context.Context, receiver string) (int64, error)
	OutboxCounts(context.Context) ([]store.OutboxCount, error)
	GiveUp(ctx context.Context, receiver string, before, at time.Time, instead store.OutboxNotice, record store.Entry) error
	ForgetNotices(ctx context.Context, before time.Time) error
}

// lookAlertsEvery is how often the outbox is looked at: what another program wrote
// into it, and how it stands.
const lookAlertsEvery = time.Minute

// alerting makes alerts of each assessment and sends them, beside assessments: a slow
// receiver delays only itself.
func (d *Daemon) alerting(ctx context.Context, doing *duty) {
	w := doing.Alerts
	if w == nil {
		d.alertTrouble.Store(nil)
		return
	}
	// Whatever was refused may be taken by what is configured now.
	if _, err := w.Book.Retry(ctx, ""); err != nil && ctx.Err() == nil {
		d.opts.Log.Error("refused alerts could not be made to wait again", zap.Error(err))
	}
	var group errgroup.Group
	var senders []*sender
	for _, r := range w.Receivers {
		s := &sender{daemon: d, work: w, receiver: r, wake: make(chan struct{}, 1)}
		senders = append(senders, s)
		group.Go(func() error {
			s.run(ctx)
			return nil
		})
	}
	for _, m := range w.Mirrors {
		group.Go(func() error {
			d.mirroring(ctx, w, m)
			return nil
		})
	}
	group.Go(func() error {
		d.makingAlerts(ctx, doing, senders)
		return nil
	})
	_ = group.Wait() // none of them has an error to give
}

// makingAlerts makes what drifted into alerts, after each assessment.
func (d *Daemon) makingAlerts(ctx context.Context, doing *duty, senders []*sender) {
	began := d.now()
	var kept time.Time
	for {
		err := guarded(func() error { return d.makeAlerts(ctx, doing.Alerts, began) })
		if ctx.Err() != nil {
			return
		}
		d.opts.Metrics.AlertsMade(err)
		if err != nil {
			d.opts.Log.Error("what drifted could not be made into alerts; it is tried again", zap.Error(err))
		}
		for _, s := range senders {
			s.poke()
		}
		if now := d.now(); now.Sub(kept) >= time.Hour {
			kept = now
			d.tidyAlerts(ctx, doing.Alerts)
		}
		d.countAlerts(ctx, doing.Alerts, senders, err)
		timer := time.NewTimer(lookAlertsEvery)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-doing.alarmed:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// makeAlerts takes the published assessment, and all drift up to it. What it keeps it
// keeps together with how far it came, so that nothing is told twice or left out.
func (d *Daemon) makeAlerts(ctx context.Context, w *Alerting, began time.Time) error {
	p := d.published.Load()
	if p == nil {
		return nil
	}
	a := p.assessment
	seq, ok := store.AssessmentSeq(a.ID)
	if !ok {
		return nil // nothing was ever looked at
	}
	for {
		state, err := readAlerts(ctx, w.Book)
		if err != nil || state.Seq >= seq {
			return err
		}
		// The first notice counts what is there already, so it waits for what was not
		// looked at yet, if that comes soon.
		if state.Seq == 0 && unlooked(a) && d.now().Sub(began) < time.Hour {
			return nil
		}
		err = d.advance(ctx, w, state, seq, a, p.plan)
		if !errors.Is(err, store.ErrAlertsMoved) || ctx.Err() != nil {
			return err
		}
	}
}

func unlooked(a soc2.Assessment) bool {
	for _, f := range a.Feeds {
		if f.Last == nil {
			return true
		}
	}
	return false
}

func (d *Daemon) advance(ctx context.Context, w *Alerting, state alerts.State, seq int64, a soc2.Assessment, plan *soc2.Plan) error {
	in := alerts.Input{Seq: seq, Assessment: &a, Plan: plan, Now: d.now(), Link: w.Link}
	from := state.Seq
	if from > 0 {
		noted, err := w.Book.DriftBetween(ctx, from, seq)
		if err != nil {
			return err
		}
		for _, one := range noted {
			in.Drift = append(in.Drift, alerts.Noted(one))
		}
		untouched, err := w.Book.Untouched(ctx)
		if err != nil {
			return err
		}
		in.Untouched = func(id string) bool { return untouched[id] }
		good := map[time.Time]time.Time{}
		in.GoodAt = func(t time.Time) time.Time {
			if _, known := good[t]; !known {
				good[t], err = w.Book.AssessedBefore(ctx, t)
			}
			return good[t]
		}
		who := &actors{book: w.Book}
		in.ChangedBy = func(a *alert.Alert, seq int64) alert.ChangedBy { return who.changedBy(ctx, a, seq) }
		turn := alerts.Advance(state, w.Routes, in)
		if err := errors.Join(err, who.err); err != nil {
			return err
		}
		return keepTurn(ctx, w.Book, from, turn, in.Now)
	}
	return keepTurn(ctx, w.Book, from, alerts.Advance(state, w.Routes, in), in.Now)
}

// wakeAlerts says that an assessment was published.
func (w *duty) wakeAlerts() {
	select {
	case w.alarmed <- struct{}{}:
	default: // one is waiting, and will take the newest
	}
}
