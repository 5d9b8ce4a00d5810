package evidence

import "time"

// VolatileHour is for dates that move all the time where a day is too coarse to
// judge them by: it keeps the hour in UTC, rounded down, so that something looks
// at most an hour older than it is, never newer.
func VolatileHour(t time.Time) *Moment {
	if t.IsZero() {
		return &Moment{Never: true}
	}
	return &Moment{At: t.UTC().Truncate(time.Hour)}
}

// VolatileHalfDay is the same for a limit of a whole day, at the price of two
// changes a day.
func VolatileHalfDay(t time.Time) *Moment {
	if t.IsZero() {
		return &Moment{Never: true}
	}
	return &Moment{At: t.UTC().Truncate(12 * time.Hour)}
}
