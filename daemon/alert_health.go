package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/controlwatch/controlwatch/daemon/alerts"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

const (
	// KeepNotices is how long a notice waits for its receiver, and how long one that
	// was handed over can be looked at.
	KeepNotices = 30 * 24 * time.Hour
	// tooLate is when the page says that a notice has not gone out, although its
	// receiver takes others; as the rule ControlwatchAlertsNotTaken does.
	tooLate = time.Hour
)

func severityIn(o store.Outgoing) soc2.Severity { return soc2.Severity(o.Severity) }

// countAlerts says how the outbox stands, to metrics and page.
func (d *Daemon) countAlerts(ctx context.Context, w *Alerting, senders []*sender, made error) {
	var trouble []string
	if made != nil {
		trouble = append(trouble, "What drifted could not be made into alerts; the log says why.")
	}
	counts, late, err := w.standing(ctx, d.now())
	if err != nil {
		if ctx.Err() == nil {
			d.opts.Log.Error("the outbox of alerts cannot be read", zap.Error(err))
			trouble = append(trouble, "The outbox of alerts cannot be read; the log says why.")
			d.alertTrouble.Store(&trouble)
		}
		return
	}
	known := map[string]bool{}
	for _, s := range senders {
		known[s.receiver.Name()] = true
	}
	d.opts.Metrics.Outbox(counts, late, w.names())
	for _, c := range counts {
		var what []string
		if c.Waiting > 0 {
			what = append(what, fmt.Sprintf("%d wait", c.Waiting))
		}
		if c.Refused > 0 {
			what = append(what, fmt.Sprintf("%d were refused", c.Refused))
		}
		said := strings.Join(what, " and ")
		switch {
		case !known[c.Receiver]:
			trouble = append(trouble, fmt.Sprintf("Alerts for %q cannot go out, since no such receiver is configured any more: %s.", c.Receiver, said))
		case c.Refused > 0, late[c.Receiver] > tooLate, slices.ContainsFunc(senders, func(s *sender) bool { return s.receiver.Name() == c.Receiver && s.trouble.Load() }):
			trouble = append(trouble, fmt.Sprintf("Alerts do not go out to %q: %s, the oldest written %s. The log and controlwatch alerts list say why.",
				c.Receiver, said, c.Written.Format(time.RFC3339)))
		}
	}
	for _, m := range w.Mirrors {
		if down, ok := d.mirrorless.Load(m.Name()); ok && down == true {
			trouble = append(trouble, fmt.Sprintf("Alerts are not shown to %q; the log says why.", m.Name()))
		}
	}
	d.alertTrouble.Store(&trouble)
}

// standing is what was not handed over, and for how long the oldest notice of each
// receiver that should have gone has not. What is held back on purpose is not late;
// what should have gone before quiet hours began stays late while they last.
func (w *Alerting) standing(ctx context.Context, now time.Time) (counts []store.OutboxCount, late map[string]time.Duration, err error) {
	if counts, err = w.Book.OutboxCounts(ctx); err != nil {
		return nil, nil, err
	}
	late = map[string]time.Duration{}
	for _, c := range counts {
		heads, err := w.Book.Heads(ctx, c.Receiver)
		if err != nil {
			return nil, nil, err
		}
		for _, o := range heads {
			route, _ := w.Routes.Find(o.Route)
			late[c.Receiver] = max(late[c.Receiver], now.Sub(alerts.Free(route.Quiet, severityIn(o), o.Due)))
		}
	}
	return counts, late, nil
}

// alertProblems is what the page says at its top.
func (d *Daemon) alertProblems() []string {
	if all := d.alertTrouble.Load(); all != nil && d.duty.Load().Alerts != nil {
		return *all
	}
	return nil
}

func (w *Alerting) names() (all []string) {
	for _, r := range w.Receivers {
		all = append(all, r.Name())
	}
	for _, m := range w.Mirrors {
		all = append(all, m.Name())
	}
	return all
}

// tidyAlerts removes notices that were handed over long ago, and gives up those that
// could not be for so long that they tell nothing any more. One that says so takes
// their place.
func (d *Daemon) tidyAlerts(ctx context.Context, w *Alerting) {
	now := d.now()
	before := now.Add(-KeepNotices)
	err := w.Book.ForgetNotices(ctx, before)
	if err == nil {
		err = d.giveUp(ctx, w, before, now)
	}
	if err != nil && ctx.Err() == nil {
		d.opts.Log.Error("the outbox of alerts could not be tidied", zap.Error(err))
	}
}

func (d *Daemon) giveUp(ctx context.Context, w *Alerting, before, now time.Time) error {
	counts, err := w.Book.OutboxCounts(ctx)
	if err != nil {
		return err
	}
	for _, c := range counts {
		if c.Written.IsZero() || !c.Written.Before(before) {
			continue
		}
		var receivers []string
		if slices.Contains(w.names(), c.Receiver) {
			receivers = []string{c.Receiver}
		}
		key := fmt.Sprintf("g%x-%s", now.UnixMicro(), c.Receiver)
		n := alert.Notice{
			ID: key + "-1", Key: key, Number: 1, Kind: alert.Digest, Status: alert.Firing, Class: alert.OutOfSight, At: now, Severity: soc2.High,
			StartsAt: c.Written, Link: w.Link,
			Title: fmt.Sprintf("Alerts written since %s could not be handed over for %d days and are given up", c.Written.Format(time.DateOnly), int(KeepNotices.Hours()/24)),
			Summary: "What they said is in the evidence log as drift: controlwatch diff shows it, and controlwatch report gap what fails now.\n" +
				"Notices written later follow.",
		}
		body, err := json.Marshal(n)
		if err != nil {
			return err
		}
		receipt, err := json.Marshal(NoticeReceipt{Result: store.NoticeGivenUp, Receiver: c.Receiver, Written: c.Written})
		if err != nil {
			return err
		}
		d.opts.Log.Error("alerts were given up: their receiver took none for too long", zap.String("receiver", c.Receiver), zap.Time("since", c.Written))
		err = w.Book.GiveUp(ctx, c.Receiver, before, now, store.OutboxNotice{
			Notice: n.ID, Incident: key, Number: 1, Severity: int(n.Severity), Body: body, Due: now, Receivers: receivers,
		}, store.Entry{Kind: store.EntryNotice, Subject: n.ID, Actor: evidence.Program, Body: receipt})
		if err != nil {
			return err
		}
	}
	return nil
}
