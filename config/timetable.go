package config

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"strings"
	"time"
	_ "time/tzdata" // the image holds no time zones, nor do some hosts

	"github.com/robfig/cron/v3"
)

// Timetable is when a source runs: its schedule in its time zone, each tick
// later by a part of its jitter. The part is the same for a name every time, so
// that ticks can be counted, and differs between names, so that sources on one
// schedule do not all ask at once.
func (s Source) Timetable(name string) (cron.Schedule, error) {
	expression := s.Schedule
	if s.Timezone != "" && !strings.HasPrefix(expression, "@every ") {
		expression = "CRON_TZ=" + s.Timezone + " " + expression
	}
	base, err := cron.ParseStandard(expression)
	if err != nil || s.Jitter == 0 {
		return base, err
	}
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(name)) // a hash takes everything
	part := time.Duration(hash.Sum64() % uint64(s.Jitter)).Truncate(time.Second)
	return later{base, part}, nil
}

// later is a schedule moved by a fixed time.
type later struct {
	base cron.Schedule
	by   time.Duration
}

// Next is the first tick after a time; zero if there is none.
func (l later) Next(after time.Time) time.Time {
	next := l.base.Next(after.Add(-l.by))
	if next.IsZero() {
		return next
	}
	return next.Add(l.by)
}

// problems are those of when the source runs, by field.
func (s Source) problems() map[string]string {
	found := map[string]string{}
	if _, err := cron.ParseStandard(s.Schedule); err != nil {
		found["schedule"] = fmt.Sprintf("schedule: %v; expected five fields such as %q, or @every 1h", err, DefaultSchedule)
	} else if strings.Contains(s.Schedule, "TZ=") {
		found["schedule"] = "schedule: give the time zone as timezone"
	}
	if !zone(s.Timezone) {
		found["timezone"] = fmt.Sprintf("timezone: %q is not in the IANA time zone database; expected a name such as Europe/Berlin", s.Timezone)
	}
	if s.Jitter < 0 || time.Duration(s.Jitter) > time.Hour {
		found["jitter"] = "jitter: expected at most 1h"
	}
	if time.Duration(s.MaxAge) < time.Minute {
		found["max_age"] = "max_age: expected at least 1m"
	}
	return found
}

// zone says whether a name is one of a time zone that is the same everywhere.
func zone(name string) bool {
	_, err := time.LoadLocation(cmp.Or(name, "UTC"))
	return err == nil && !strings.EqualFold(name, "local")
}
