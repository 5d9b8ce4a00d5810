package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/controlwatch/controlwatch/daemon/alerts"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/store"
)

const (
	sendWithin   = time.Minute      // one attempt
	firstRetry   = 30 * time.Second // doubled with each attempt
	longestRetry = 15 * time.Minute
	longestLater = 24 * time.Hour // that a receiver can ask for
	downAfter    = 3              // failed attempts in a row: then one tries for all, now and then
)

// sender hands one receiver what the outbox has for it: each incident's notices in
// their order, and no incident waits for another.
type sender struct {
	daemon   *Daemon
	work     *Alerting
	receiver alert.Receiver
	wake     chan struct{} // one place

	failed  int       // attempts in a row
	tried   time.Time // the last of them
	until   time.Time // nothing is tried before
	back    time.Time // when it took something again after it was down
	trouble atomic.Bool
}

func (s *sender) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *sender) run(ctx context.Context) {
	for {
		var next time.Time
		err := guarded(func() (err error) {
			next, err = s.round(ctx)
			return err
		})
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			s.trouble.Store(true)
			s.daemon.opts.Metrics.AlertFailed(s.receiver.Name())
			s.daemon.opts.Log.Error("the outbox of alerts cannot be worked on", zap.String("receiver", s.receiver.Name()), zap.Error(err))
		}
		wait := lookAlertsEvery
		if left := next.Sub(s.daemon.now()); !next.IsZero() && left < wait {
			wait = max(left, time.Second)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-s.wake:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// round sends all that may be sent now, and says when something else may be; zero:
// nothing waits.
func (s *sender) round(ctx context.Context) (next time.Time, err error) {
	for {
		// One that lost the store to another sends nothing more: the other does.
		if leading := s.daemon.opts.Leading; leading != nil {
			if err := leading(ctx); err != nil {
				return time.Time{}, err
			}
		}
		heads, err := s.work.Book.Heads(ctx, s.receiver.Name())
		if err != nil {
			return time.Time{}, err
		}
		next, sent := time.Time{}, false
		for _, head := range heads {
			at := s.ready(head)
			if at.After(s.daemon.now()) {
				if next.IsZero() || at.Before(next) {
					next = at
				}
				continue
			}
			took, err := s.send(ctx, head)
			if err != nil || ctx.Err() != nil {
				return time.Time{}, err
			}
			sent = sent || took
		}
		if !sent {
			return next, nil // an incident's next notice shows when the one before it was taken
		}
	}
}

// ready is when a notice may be sent: when it is due, not too soon after it failed,
// while the receiver is not down, and in no quiet hours.
func (s *sender) ready(o store.Outgoing) time.Time {
	now := s.daemon.now()
	at := now
	waits := []struct{ since, until time.Time }{{o.Written, o.Due}, {s.tried, s.until}}
	if !o.Tried.Before(s.back) {
		waits = append(waits, struct{ since, until time.Time }{o.Tried, o.Next})
	}
	for _, wait := range waits {
		// Where the clock was put back meanwhile, nobody can tell how much of the wait is
		// left: rather too early than a day too late.
		if wait.until.After(at) && !now.Before(wait.since) {
			at = wait.until
		}
	}
	route, _ := s.work.Routes.Find(o.Route)
	return alerts.Free(route.Quiet, severityIn(o), at)
}

// send makes one attempt.
func (s *sender) send(ctx context.Context, o store.Outgoing) (took bool, err error) {
	began := s.daemon.now()
	s.tried = began
	body, claimed, err := s.work.Book.Claim(ctx, o, began, began.Add(retryIn(o.Attempts+1)))
	if err != nil || !claimed {
		return false, err
	}
	o.Attempts++
	n, err := noticeOf(body)
	if err != nil { // nobody could ever send it
		err = fmt.Errorf("%w: the notice cannot be read: %w", alert.ErrRefused, err)
	} else {
		err = guarded(func() error {
			sending, cancel := context.WithTimeoutCause(ctx, sendWithin, fmt.Errorf("no answer within %s", sendWithin))
			defer cancel()
			return s.receiver.Send(sending, n)
		})
	}
	if err == nil {
		// It was taken: that is noted even if everything ends now, or it would be sent again.
		receipt, err := receiptOf(s.receiver, o, n, body)
		if err != nil {
			return false, err
		}
		if err := s.work.Book.Sent(context.WithoutCancel(ctx), o, s.daemon.now(), receipt); err != nil {
			return false, err
		}
		if s.failed >= downAfter {
			s.back = s.daemon.now()
			s.daemon.opts.Log.Info("a receiver of alerts takes them again", zap.String("receiver", s.receiver.Name()))
		}
		s.failed, s.until = 0, time.Time{}
		s.trouble.Store(false)
		s.daemon.opts.Metrics.AlertSent(s.receiver.Name())
		return true, nil
	}
	if ctx.Err() == nil {
		return false, s.missed(ctx, o, err)
	}
	return false, nil // nobody knows whether it was taken: it is sent again, with the same id
}

// missed notes a failed attempt.
func (s *sender) missed(ctx context.Context, o store.Outgoing, problem error) error {
	refused := errors.Is(problem, alert.ErrRefused)
	wait := retryIn(o.Attempts)
	var asked *alert.LaterError
	if errors.As(problem, &asked) && asked.After > 0 {
		wait = min(asked.After, longestLater)
	}
	now := s.daemon.now()
	if s.failed++; s.failed >= downAfter {
		s.until = now.Add(retryIn(s.failed - downAfter + 1))
	}
	if asked != nil && now.Add(wait).After(s.until) {
		s.until = now.Add(wait)
	}
	s.trouble.Store(s.failed >= downAfter || refused)
	s.daemon.opts.Metrics.AlertFailed(s.receiver.Name())
	s.daemon.opts.Log.Warn("an alert could not be sent", zap.String("receiver", s.receiver.Name()), zap.String("kind", s.receiver.Kind()),
		zap.String("notice", o.Notice), zap.Int("attempt", o.Attempts), zap.Bool("refused", refused), zap.Error(problem))
	return s.work.Book.NotSent(ctx, o, shortened(problem.Error()), now.Add(wait), refused)
}

// retryIn is how long to wait after some attempts, give or take a quarter, so that
// not all that failed at once is tried at once.
func retryIn(attempts int) time.Duration {
	wait := longestRetry
	if attempts <= 5 {
		wait = min(longestRetry, firstRetry<<max(0, attempts-1))
	}
	return wait*3/4 + rand.N(wait/2)
}

func shortened(text string) string {
	const longest = 500
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest-1]) + "…"
	}
	return text
}

// NoticeReceipt is the body of a record of store.EntryNotice: who was told when. It
// names no resource, since it is kept for ever; control and drift are in the log.
type NoticeReceipt struct {
	Result   string    `json:"result"` // sent or given-up
	Receiver string    `json:"receiver"`
	Kind     string    `json:"kind"` // of the receiver
	Incident string    `json:"incident,omitempty"`
	Number   int       `json:"number,omitempty"`
	Status   string    `json:"status,omitempty"`
	Class    string    `json:"class,omitempty"`
	Severity string    `json:"severity,omitempty"`
	Alerts   int       `json:"alerts"`
	Resolved int       `json:"resolved,omitempty"`
	Written  time.Time `json:"written"`
	Attempts int       `json:"attempts,omitempty"`
	SHA256   string    `json:"sha256,omitempty"` // of the notice as it was handed over
	Notices  int       `json:"notices,omitempty"`
}

func receiptOf(r alert.Receiver, o store.Outgoing, n alert.Notice, body []byte) (store.Entry, error) {
	receipt, err := json.Marshal(NoticeReceipt{
		Result: store.NoticeSent, Receiver: r.Name(), Kind: r.Kind(), Incident: n.Key, Number: n.Number, Status: string(n.Status), Class: string(n.Class),
		Severity: n.Severity.String(), Alerts: n.Total, Resolved: n.Resolved, Written: o.Written, Attempts: o.Attempts, SHA256: evidence.Digest(body),
	})
	return store.Entry{Kind: store.EntryNotice, Subject: n.ID, Actor: evidence.Program, Body: receipt}, err
}
