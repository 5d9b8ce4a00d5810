package soc2

import "time"

// Days counts the days of a window, each in exactly one of the fields.
type Days struct {
	Covered int // the whole day was observed
	Lost    int // some of it was not
	Running int // it has begun, and what there was of it was observed
	ToCome  int // it has not begun
}

// Total is the number of days of the window.
func (d Days) Total() int { return d.Covered + d.Lost + d.Running + d.ToCome }

// CountDays counts the days of a window in a time zone. Whether a moment after now
// will be observed is not known: a day that is not over is never covered.
func CountDays(window Interval, zone *time.Location, covered Intervals, now time.Time) Days {
	var d Days
	unseen := Intervals{window}.Without(covered)
	for from := window.From; from.Before(window.To); {
		day := Interval{from, dayAfter(from, zone)}.Within(window)
		from = day.To
		for len(unseen) > 0 && !unseen[0].To.After(day.From) {
			unseen = unseen[1:]
		}
		past := day.Within(Interval{day.From, now})
		lost := !past.Empty() && len(unseen) > 0 && !unseen[0].Within(past).Empty()
		switch {
		case past.Empty():
			d.ToCome++
		case lost:
			d.Lost++
		case past != day:
			d.Running++
		default:
			d.Covered++
		}
	}
	return d
}

// dayAfter is the next midnight of a zone; days are not all of 24 hours.
func dayAfter(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	next := time.Date(y, m, d+1, 0, 0, 0, 0, zone)
	if !next.After(t) { // where midnight itself is skipped or comes twice
		next = t.Add(24 * time.Hour)
	}
	return next.UTC()
}
