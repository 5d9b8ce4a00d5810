package alert

import (
	"context"
	"errors"
	"time"
)

// Receiver is one place that notices are sent to.
type Receiver interface {
	Name() string // as configured; for ever, because the outbox carries it
	Kind() string // slack, pagerduty, email, teams, webhook
	// Send hands over one notice. What it sent before it sends again without harm:
	// same ID, same key. An error is worth another attempt, unless it Is
	// ErrRefused. An error never holds a secret.
	Send(ctx context.Context, n Notice) error
}

// Mirror is a place that is kept told of all that fires, such as an Alertmanager.
type Mirror interface {
	Name() string
	Kind() string // alertmanager
	// Show says what fires and what has ended. Whatever is not said again within
	// valid counts as ended there: it is called again well before.
	Show(ctx context.Context, alerts []Alert, valid time.Duration) error
}

// ErrRefused says that a notice as it is will never be taken: a wrong key, a
// channel that is gone. It needs a person.
var ErrRefused = errors.New("the receiver refuses it")

// LaterError says when the next attempt makes sense, as the receiver said.
type LaterError struct {
	After time.Duration
	Err   error
}

func (e *LaterError) Error() string { return e.Err.Error() }
func (e *LaterError) Unwrap() error { return e.Err }
