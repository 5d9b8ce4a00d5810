package evidence

import "time"

// VolatileHour is VolatileDay for dates that are judged in hours: it keeps the
// UTC hour, rounded down, so that something looks at most an hour older than it
// is, never newer. With the day alone, whatever must be no older than a day would
// fail each night from midnight to the next look.
func VolatileHour(t time.Time) *Moment {
	if t.IsZero() {
		return &Moment{Never: true}
	}
	return &Moment{At: t.UTC().Truncate(time.Hour)}
}
