package kinds

import (
	"regexp"
	"time"

	"github.com/controlwatch/controlwatch/report/document"
)

// zoneOf is a time zone by its name; one that is not known here is UTC, as dates are
// named with the zone they were asked for in.
func zoneOf(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}

// dayIn is the day a moment has in a zone.
func dayIn(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.DateOnly) }

// zonedDay is that day as a cell: a date without a time, whatever the zone.
func zonedDay(t time.Time, zone *time.Location) document.Cell {
	if t.IsZero() {
		return document.Date(t)
	}
	y, m, d := t.In(zone).Date()
	return document.Date(time.Date(y, m, d, 0, 0, 0, 0, time.UTC))
}

var oneSpan = regexp.MustCompile(`^P(\d{1,5})([YMWD])$`)

// spanWords is an ISO 8601 span in words, where it is of one unit.
func spanWords(span string) string {
	m := oneSpan.FindStringSubmatch(span)
	if m == nil {
		return span
	}
	unit := map[string]string{"Y": "year", "M": "month", "W": "week", "D": "day"}[m[2]]
	if m[1] == "1" {
		return "1 " + unit
	}
	return m[1] + " " + unit + "s"
}
