package soc2

import (
	"iter"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Remembered is what is remembered of one resource.
type Remembered struct {
	Resource evidence.Resource
	States   []FindingState // by control and check
}

// Memory goes through what is remembered beside what is judged, both in the order
// of the resources' keys.
type Memory struct {
	next func() (Remembered, error, bool)
	stop func()
	head *Remembered // not given out yet; nil: the next one must be read
	left func(Remembered) error
}

// Recall begins at the start of a sequence. What is remembered of a resource that
// is not asked for goes to left. Close must be called.
func Recall(all iter.Seq2[Remembered, error], left func(Remembered) error) *Memory {
	m := &Memory{left: left}
	m.next, m.stop = iter.Pull2(all)
	return m
}

// Close ends it before the sequence does.
func (m *Memory) Close() { m.stop() }

// Of gives what is remembered of a resource, to be read before the next call.
// Resources must be asked for in the order of their keys.
func (m *Memory) Of(key evidence.Key) ([]FindingState, error) {
	for {
		more, err := m.fill()
		if err != nil || !more {
			return nil, err
		}
		switch c := m.head.Resource.Key().Compare(key); {
		case c > 0:
			return nil, nil
		case c == 0:
			states := m.head.States
			m.head = nil
			return states, nil
		}
		if err := m.leave(); err != nil {
			return nil, err
		}
	}
}

// Rest says that no more resources will be asked for.
func (m *Memory) Rest() error {
	for {
		more, err := m.fill()
		if err != nil || !more {
			return err
		}
		if err := m.leave(); err != nil {
			return err
		}
	}
}

func (m *Memory) fill() (more bool, err error) {
	if m.head != nil {
		return true, nil
	}
	r, err, more := m.next()
	if err != nil || !more {
		return false, err
	}
	m.head = &r
	return true, nil
}

func (m *Memory) leave() error {
	r := *m.head
	m.head = nil
	return m.left(r)
}

// Recollect fills in FirstSeen and LastChanged of findings whose assessment was
// kept, from what was remembered with it. Where nothing was, they are new.
func Recollect(findings []Finding, was []FindingState, now time.Time) {
	for i := range findings {
		f := &findings[i]
		f.FirstSeen, f.LastChanged = now, now
		for len(was) > 0 && compareCheck(was[0].Key, f.Key()) < 0 {
			was = was[1:]
		}
		if len(was) > 0 && compareCheck(was[0].Key, f.Key()) == 0 {
			f.FirstSeen, f.LastChanged = was[0].FirstSeen, was[0].LastChanged
		}
	}
}
