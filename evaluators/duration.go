package evaluators

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// period is a span of calendar time.
type period struct{ years, months, days int }

var iso8601 = regexp.MustCompile(`^P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?$`)

// validity reads an ISO 8601 duration of whole days or longer.
func validity(text string) (period, error) {
	m := iso8601.FindStringSubmatch(text)
	if m == nil || text == "P" {
		return period{}, fmt.Errorf("%q is no ISO 8601 duration of days, weeks, months or years: expected e.g. P90D or P1Y", text)
	}
	n := func(i int) int {
		v, _ := strconv.Atoi(m[i]) // digits only, or empty: 0
		return v
	}
	p := period{years: n(1), months: n(2), days: 7*n(3) + n(4)}
	if p == (period{}) {
		return period{}, fmt.Errorf("%q lasts no time", text)
	}
	return p, nil
}

// after is the end of the period when it starts at t.
func (p period) after(t time.Time) time.Time { return t.UTC().AddDate(p.years, p.months, p.days) }
