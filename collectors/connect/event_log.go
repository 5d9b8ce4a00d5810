package connect

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// EventLog reads providers' event logs some days back. It remembers what it read,
// so that each pull asks for what is new and still states all of those days: what
// a pull does not state has gone, and an event must not go before its days are over.
// What it remembers is lost with the process, and is then read again.
type EventLog struct {
	Days  int
	Clock func() time.Time

	mu   sync.Mutex
	logs map[evidence.Scope]*readLog
}

// readLog is what is remembered of one log.
type readLog struct {
	until time.Time // everything before it was read; zero: nothing was
	facts map[evidence.Key]evidence.Fact
}

// EventDelay is how late providers may show an event. It is read again that long,
// and what is younger is never taken to have been read whole. AWS speaks of some 5
// minutes and warrants nothing (CloudTrail user guide, "How CloudTrail works");
// GitHub and Okta speak of seconds and minutes.
const EventDelay = time.Hour

// Read states the events of a log's days. fetch gives those since a time, in any
// order, and some of them twice if it likes; what it gave counts even if it fails then.
func (l *EventLog) Read(scope evidence.Scope, rec *evidence.Recorder, tells []string, fetch func(since, until time.Time, keep func(...evidence.Fact)) error) error {
	rec.Parameter("days back: " + strconv.Itoa(l.Days))
	rec.Parameter("shows each beginning and end of: " + strings.Join(slices.Sorted(slices.Values(tells)), ", "))
	now := l.Clock().UTC()
	begin := now.AddDate(0, 0, -l.Days)
	l.mu.Lock()
	if l.logs == nil {
		l.logs = map[evidence.Scope]*readLog{}
	}
	was := l.logs[scope]
	if was == nil {
		was = &readLog{facts: map[evidence.Key]evidence.Fact{}}
		l.logs[scope] = was
	}
	since := begin
	if was.until.Add(-EventDelay).After(since) && !was.until.After(now) {
		since = was.until.Add(-EventDelay)
	}
	l.mu.Unlock()

	err := fetch(since, now, func(facts ...evidence.Fact) {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, f := range facts {
			was.facts[f.Resource.Key()] = f
		}
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		was.until = now
	}
	for key, f := range was.facts {
		if at := f.Body.(*evidence.ChangeEvent).At; at != nil && at.Before(begin) {
			delete(was.facts, key)
			continue
		}
		if addErr := rec.Add(f); addErr != nil {
			return addErr
		}
	}
	return err
}
