package alerts

import (
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// Quiet is a time of some days in which notices wait, from one time of day to
// another; where that is not later, until the next day.
type Quiet struct {
	Zone    *time.Location
	Days    [7]bool       // that it begins on; by time.Weekday
	From    int           // minutes of the day, as a clock on the wall shows them
	To      int           //
	Through soc2.Severity // from which on nothing waits; 0: everything waits
}

// Free is the first moment from a time on in which a notice of a severity may go.
func Free(quiet []Quiet, severity soc2.Severity, t time.Time) time.Time {
	began := t
	for range 64 { // times that follow each other closely
		end := t
		for _, q := range quiet {
			if q.Through == 0 || severity < q.Through {
				if until, in := q.until(t); in && until.After(end) {
					end = until
				}
			}
		}
		if !end.After(t) || end.Sub(began) > longestQuiet {
			return end
		}
		t = end
	}
	return t
}

// longestQuiet bounds the wait, so that quiet hours that cover the whole week, which
// the configuration refuses, cannot hold a notice for ever.
const longestQuiet = 8 * 24 * time.Hour

// until tells when the quiet that a time is in ends. Days are counted on the wall,
// so that an hour that is left out or comes twice moves nothing.
func (q Quiet) until(t time.Time) (end time.Time, in bool) {
	wall := t.In(q.Zone)
	for back := range 2 { // what began today, and what began yesterday and lasts over midnight
		year, month, day := wall.AddDate(0, 0, -back).Date()
		if !q.Days[time.Date(year, month, day, 12, 0, 0, 0, q.Zone).Weekday()] {
			continue
		}
		from := time.Date(year, month, day, 0, q.From, 0, 0, q.Zone)
		last := day
		if q.To <= q.From {
			last++
		}
		to := time.Date(year, month, last, 0, q.To, 0, 0, q.Zone)
		if !t.Before(from) && t.Before(to) && to.After(end) {
			end, in = to, true
		}
	}
	return end.UTC(), in
}
