package anchor

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/controlwatch/controlwatch/soc2"
)

// Rounds hands the newest checkpoint to every anchor, again and again. A failing
// anchor costs that anchor only, and nothing here is ever fatal. One Rounds does
// one round at a time.
type Rounds struct {
	Anchors []Anchor
	// Newest is the store's newest checkpoint; false: none was signed yet.
	Newest func(context.Context) (Checkpoint, bool, error)
	// Keep appends a receipt to the log. It is called for each new one.
	Keep func(context.Context, Receipt) error

	mu   sync.Mutex
	last map[string]Receipt // newest of each anchor
}

// Result is how it went with one anchor, for metrics, log and page.
type Result struct {
	Anchor, Kind string
	Outside      bool
	Receipt      Receipt // its newest, of this round or an earlier one; zero: it never gave one
	New          bool    // of this round
	Attempts     int     // of this round; 0: it holds this checkpoint already
	Failures     int     // among them
	// Err is why the newest checkpoint is not anchored. If it Is ErrRewritten it
	// is an alarm.
	Err error
}

// Round is one round over all anchors.
type Round struct {
	Newest  Checkpoint // of the log; the zero value: none was signed yet
	Results []Result   // of every anchor, in their order
}

// Protection is how far the log is out of the operator's reach by now.
func (r Round) Protection() soc2.Protection {
	p := soc2.Protection{LogSize: r.Newest.Size}
	for _, result := range r.Results {
		if !result.Outside {
			continue
		}
		p.Outside = append(p.Outside, result.Anchor)
		// What an anchor took under another configuration may not have been out
		// of reach then, and what it took of a log that was since rewritten says
		// nothing of this one.
		got := result.Receipt
		if got.Outside && !errors.Is(result.Err, ErrRewritten) && got.Size > p.Size && got.Size <= r.Newest.Size {
			p.By, p.Size, p.At = result.Anchor, got.Size, got.At
		}
	}
	return p
}

// Tries is how often an anchor is asked in a round. The next round comes with
// the next assessment.
const Tries = 4

// Remember takes receipts of earlier rounds from the log, oldest first, so that
// none is asked for twice.
func (r *Rounds) Remember(receipts ...Receipt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, receipt := range receipts {
		r.remember(receipt)
	}
}

func (r *Rounds) remember(receipt Receipt) {
	if r.last == nil {
		r.last = map[string]Receipt{}
	}
	r.last[receipt.Anchor] = receipt
}

// Run does one round. The error is of the store: then no anchor was asked.
func (r *Rounds) Run(ctx context.Context) (Round, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	newest, found, err := r.Newest(ctx)
	if err != nil {
		return Round{}, fmt.Errorf("read the newest checkpoint: %w", err)
	}
	round := Round{Results: make([]Result, len(r.Anchors))}
	if found {
		round.Newest = newest
	}
	for i, a := range r.Anchors {
		round.Results[i] = Result{Anchor: a.Name(), Kind: a.Kind(), Outside: a.Outside(), Receipt: r.last[a.Name()]}
		if found && !round.Results[i].Receipt.Of(newest) {
			round.Newest = r.publish(ctx, a, newest, &round.Results[i])
			newest = round.Newest
		}
	}
	return round, nil
}

// publish gives the newest checkpoint, as it is by then.
func (r *Rounds) publish(ctx context.Context, a Anchor, newest Checkpoint, result *Result) Checkpoint {
	grow := backoff.NewExponentialBackOff()
	grow.InitialInterval, grow.Multiplier, grow.MaxInterval = time.Second, 4, 30*time.Second
	receipt, err := backoff.Retry(ctx, func() (Receipt, error) {
		result.Attempts++
		receipt, err := attempt(ctx, a, newest)
		if errors.Is(err, ErrRewritten) {
			// Somebody else may have written to the store and published since: then
			// the anchor is ahead of what we hold in our hand, not of the log.
			if later, found, again := r.Newest(ctx); again == nil && found && later.Size > newest.Size {
				newest = later
				receipt, err = attempt(ctx, a, newest)
			}
		}
		if err != nil {
			result.Failures++
		}
		if errors.Is(err, ErrRewritten) {
			return Receipt{}, backoff.Permanent(err)
		}
		return receipt, err
	}, backoff.WithBackOff(grow), backoff.WithMaxTries(Tries))
	// What the last try came back with may still be wrapped for the library.
	if p, ok := errors.AsType[*backoff.PermanentError](err); ok {
		err = p.Unwrap()
	}
	if err != nil {
		result.Err = fmt.Errorf("anchor %s: %w", a.Name(), err)
		return newest
	}
	if !receipt.Of(newest) {
		result.Failures++
		result.Err = fmt.Errorf("anchor %s: gave a receipt for another checkpoint", a.Name())
		return newest
	}
	if err := r.Keep(ctx, receipt); err != nil {
		result.Err = fmt.Errorf("keep the receipt of anchor %s: %w", a.Name(), err)
		return newest // and ask for it again: a receipt that is not in the log proves nothing
	}
	r.remember(receipt)
	result.Receipt, result.New = receipt, true
	return newest
}

// attempt publishes once. A panic costs the attempt.
func attempt(ctx context.Context, a Anchor, c Checkpoint) (receipt Receipt, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return a.Publish(ctx, c)
}
