package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

var ago = regexp.MustCompile(`^-?(\d{1,6})([mhdw])$`)

const momentForms = "a date such as 2026-11-16 (its end, in UTC), a time such as 2026-11-16T09:00:00Z, now, or -7d (also m, h, w)"

// momentOf reads a moment. A date is the end of that day in UTC, or now if that is
// earlier: the store is asked what it held by then.
func momentOf(text string, now time.Time) (time.Time, error) {
	at, err := anyMoment(text, now, func(day time.Time) time.Time {
		end := day.AddDate(0, 0, 1).Add(-time.Microsecond)
		if end.After(now) && !day.After(now) {
			return now
		}
		return end
	})
	if err == nil && at.After(now) {
		err = fmt.Errorf("%q has not come yet: it is %s", text, now.UTC().Format(time.RFC3339))
	}
	return at, err
}

// beginningOf reads a moment from which on something is asked: a date is its beginning in UTC.
func beginningOf(text string, now time.Time) (time.Time, error) {
	at, err := anyMoment(text, now, func(day time.Time) time.Time { return day })
	if err == nil && at.After(now) {
		err = fmt.Errorf("%q has not come yet: it is %s", text, now.UTC().Format(time.RFC3339))
	}
	return at, err
}

func anyMoment(text string, now time.Time, ofDay func(time.Time) time.Time) (time.Time, error) {
	if text == "now" {
		return now, nil
	}
	if m := ago.FindStringSubmatch(text); m != nil {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			return time.Time{}, errors.New("expected " + momentForms)
		}
		unit := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[m[2]]
		if time.Duration(n) > 200*365*24*time.Hour/unit {
			return time.Time{}, fmt.Errorf("%q is too long ago", text)
		}
		return now.Add(-time.Duration(n) * unit), nil
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return ofDay(day), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no moment: expected %s", text, momentForms)
	}
	return at, nil
}
