package transport

import (
	"net/http"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// clock compares the dates of answers with our own. Every answer bounds the
// difference: it was made after the request was sent and before it arrived, and
// its date is cut to a second. All of a pull's answers together bound it best.
type clock struct {
	answers  int
	min, max time.Duration // the provider's time less ours lies between them
}

// see takes note of an answer that was asked for and had at these times by our clock.
func (c *clock) see(h http.Header, asked, had time.Time) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return // most answers have one; those of tests and some proxies do not
	}
	low, high := date.Sub(had), date.Add(time.Second).Sub(asked)
	if c.answers == 0 || low > c.min {
		c.min = low
	}
	if c.answers == 0 || high < c.max {
		c.max = high
	}
	c.answers++
}

// record is the difference that is certain; nil: nobody told.
func (c *clock) record() *evidence.Clock {
	if c.answers == 0 {
		return nil
	}
	certain := time.Duration(0)
	switch {
	case c.min > 0 && c.min <= c.max:
		certain = c.min
	case c.max < 0 && c.min <= c.max:
		certain = c.max
	case c.min > c.max: // a clock that was set meanwhile, or servers that disagree
		certain = (c.min + c.max) / 2
	}
	return &evidence.Clock{OffsetSeconds: certain.Round(time.Millisecond).Seconds(), Answers: c.answers}
}
