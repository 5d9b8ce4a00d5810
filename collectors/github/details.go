package github

import (
	"cmp"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// limits bound what is read one thing at a time.
type limits struct {
	days  int // back
	calls int // in one pull of one collector
}

// GitHub allows an account 5,000 calls an hour, all its tokens together.
const (
	defaultDays  = 90
	defaultCalls = 2000
	mostDays     = 366
)

func limitsOf(s Settings) (limits, error) {
	switch {
	case s.ChangeLookbackDays < 0 || s.ChangeLookbackDays > mostDays:
		return limits{}, fmt.Errorf("change_lookback_days: %d; write a number from 1 to %d", s.ChangeLookbackDays, mostDays)
	case s.DetailCalls < 0:
		return limits{}, fmt.Errorf("detail_calls: %d; write a number above 0", s.DetailCalls)
	}
	return limits{days: cmp.Or(s.ChangeLookbackDays, defaultDays), calls: cmp.Or(s.DetailCalls, defaultCalls)}, nil
}

// details are what a source remembers between pulls of what it read one thing at
// a time, so that the next pull reads only what changed. They are lost with the
// process, and are then read again.
type details struct {
	limits
	clock     func() time.Time
	changes   memory[int64, knownChange]
	workflows memory[string, *evidence.WorkflowDefinition] // by repository and the file's digest
}

func newDetails(l limits, clock func() time.Time) *details { return &details{limits: l, clock: clock} }

// since is the first moment of the days that are read.
func (d *details) since() time.Time { return d.clock().UTC().AddDate(0, 0, -d.days) }

// allowance is what one pull may still ask for one at a time.
type allowance struct{ left atomic.Int64 }

func (d *details) allowance() *allowance {
	a := new(allowance)
	a.left.Store(int64(d.calls))
	return a
}

// take says whether so many more calls may be made.
func (a *allowance) take(calls int) bool { return a.left.Add(-int64(calls)) >= 0 }

// spent is the reason of what was left out.
func spent(operation string) error {
	return &evidence.Unseen{
		Reason: evidence.Truncated, Operation: operation,
		Err:  errors.New("left to the next pull: this one made all the calls for details it may make"),
		Hint: "detail_calls sets how many that are",
	}
}

// memory keeps what was read until a pull that does not need it any more. It is
// safe for concurrent use.
type memory[K comparable, V any] struct {
	mu   sync.Mutex
	kept map[K]V
	used map[K]bool
}

func (m *memory[K, V]) get(key K) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.kept[key]
	if ok {
		m.use(key)
	}
	return v, ok
}

func (m *memory[K, V]) put(key K, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept == nil {
		m.kept = map[K]V{}
	}
	m.kept[key] = v
	m.use(key)
}

func (m *memory[K, V]) use(key K) {
	if m.used == nil {
		m.used = map[K]bool{}
	}
	m.used[key] = true
}

// forget drops what was not used since it was last called. A pull calls it when
// it has seen all there is.
func (m *memory[K, V]) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key := range m.kept {
		if !m.used[key] {
			delete(m.kept, key)
		}
	}
	m.used = nil
}
