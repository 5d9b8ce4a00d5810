package transport

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

func TestClock(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 16, 12, 0, 0, 0, time.UTC)
	dated := func(at time.Time) http.Header { return http.Header{"Date": {at.Format(http.TimeFormat)}} }
	type answer struct {
		date       time.Time
		asked, had time.Time
	}
	at := func(date, asked, had time.Duration) answer {
		return answer{noon.Add(date), noon.Add(asked), noon.Add(had)}
	}
	for name, c := range map[string]struct {
		answers []answer
		want    float64
	}{
		"a date within the call is no difference":                 {[]answer{at(0, 100*time.Millisecond, 400*time.Millisecond)}, 0},
		"nor is the second that was cut off":                      {[]answer{at(0, 900*time.Millisecond, 990*time.Millisecond)}, 0},
		"a slow answer tells little":                              {[]answer{at(-20*time.Second, -30*time.Second, 0)}, 0},
		"a provider ahead by an hour":                             {[]answer{at(time.Hour, 0, 500*time.Millisecond)}, 3599.5},
		"a provider behind by an hour":                            {[]answer{at(-time.Hour, 0, 500*time.Millisecond)}, -3599},
		"more answers bound it better":                            {[]answer{at(time.Hour, 0, 10*time.Second), at(time.Hour+time.Second, time.Second, 1100*time.Millisecond)}, 3599.9},
		"answers that contradict each other lie about in between": {[]answer{at(time.Hour, 0, 0), at(-time.Hour, 0, 0)}, 0.5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var seen clock
			seen.see(http.Header{}, noon, noon)
			require.Nil(t, seen.record())
			for _, a := range c.answers {
				seen.see(dated(a.date), a.asked, a.had)
			}
			require.Equal(t, &evidence.Clock{OffsetSeconds: c.want, Answers: len(c.answers)}, seen.record())
		})
	}
}
