package github

import (
	"errors"
	"fmt"
	"sync"

	"github.com/controlwatch/controlwatch/evidence"
)

// losses gathers what could not be read of which repository or team, so that a
// thousand of them make one hole, and the same one whatever the order in which
// they were read.
type losses struct {
	mu    sync.Mutex
	count int
	name  string
	err   error
}

func (l *losses) add(name string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	if l.err == nil || name < l.name {
		l.name, l.err = name, err
	}
}

// whole is nil if nothing was lost.
func (l *losses) whole(what string, of int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		return nil
	}
	u := &evidence.Unseen{Reason: evidence.ProviderError, Err: l.err}
	if known, ok := errors.AsType[*evidence.Unseen](l.err); ok {
		u = &evidence.Unseen{Reason: known.Reason, Operation: known.Operation, Hint: known.Hint, Err: known.Err}
	}
	u.Err = fmt.Errorf("%d of %d %s could not be read, such as %s: %w", l.count, of, what, l.name, u.Err)
	return u
}

// missEach records every reason why a population was not seen to its end.
func missEach(rec *evidence.Recorder, population evidence.Population, errs ...error) {
	for _, err := range errs {
		if err != nil {
			rec.Miss(population.Type, err)
		}
	}
}
