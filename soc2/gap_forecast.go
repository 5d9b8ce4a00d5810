package soc2

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// Forecast is when no gap would be left if the weeks to come were like those that
// were. It is arithmetic over the past and no promise.
type Forecast struct {
	Known      bool      `json:"known"`
	Why        string    `json:"why"` // how it was told, or why it cannot be
	Likely     time.Time `json:"likely,omitzero"`
	Earliest   time.Time `json:"earliest,omitzero"`
	Latest     time.Time `json:"latest,omitzero"` // zero while known: beyond the horizon
	Weeks      int       `json:"weeks"`           // of history it was told from
	NetPerYear int       `json:"net_closed_per_year"`
}

// How a forecast is made. The newest weeks of history, at most mostForecastWeeks,
// each give how many gaps closed less those that opened or reopened; gaps that left
// without being mended count as none closed. A future is drawn by taking such weeks
// at random, with replacement, until no gap is left (a bootstrap, seeded the same
// every time); of forecastDraws futures the median is likely, and the bounds leave a
// tenth out on either side. It cannot be told from less than leastForecastWeeks, or
// where as much opened as closed. What was not seen is not among the open gaps: with
// such, the bounds hold only if they have none.
const (
	leastForecastWeeks = 6
	mostForecastWeeks  = 26
	forecastDraws      = 2000
	forecastHorizon    = 260 // weeks: five years
)

// ForecastOf tells it from progress.
func ForecastOf(p Progress) Forecast {
	f := Forecast{Weeks: min(len(p.Weeks), mostForecastWeeks)}
	var nets []int
	sum := 0
	for _, w := range p.Weeks[len(p.Weeks)-f.Weeks:] {
		net := w.Closed - w.Opened - w.Reopened
		nets = append(nets, net)
		sum += net
	}
	switch {
	case p.Open == 0 && p.Unobserved > 0:
		f.Why = fmt.Sprintf("It cannot be told: nothing is seen to fail, but %d controls were not seen.", p.Unobserved)
		return f
	case p.Open == 0:
		f.Known, f.Why, f.Likely, f.Earliest, f.Latest = true, "No gap is open.", p.At, p.At, p.At
		return f
	case f.Weeks < leastForecastWeeks:
		f.Why = fmt.Sprintf("It cannot be told: there are %d whole weeks of history, and it takes %d.", f.Weeks, leastForecastWeeks)
		return f
	}
	f.NetPerYear = sum * 52 / f.Weeks
	if sum <= 0 {
		f.Why = fmt.Sprintf("It cannot be told: within %d weeks as many gaps opened as closed, or more.", f.Weeks)
		return f
	}
	random := rand.New(rand.NewPCG(20, 17)) // the same for the same history, on purpose
	ends := make([]int, 0, forecastDraws)
	for range forecastDraws {
		left, n := p.Open, 0
		for left > 0 && n < forecastHorizon {
			left -= nets[random.IntN(len(nets))]
			n++
		}
		if left > 0 {
			n = forecastHorizon + 1
		}
		ends = append(ends, n)
	}
	slices.Sort(ends)
	at := func(share int) (time.Time, bool) {
		n := ends[(len(ends)-1)*share/100]
		return p.At.Add(time.Duration(n) * week), n <= forecastHorizon
	}
	var ok bool
	if f.Likely, ok = at(50); !ok {
		f.Likely = time.Time{}
		f.Why = "It cannot be told: at this pace it takes more than five years."
		return f
	}
	f.Known = true
	f.Earliest, _ = at(10)
	if f.Latest, ok = at(90); !ok {
		f.Latest = time.Time{}
	}
	f.Why = fmt.Sprintf("If the weeks to come are like the last %d; eight of ten such futures end within the bounds.", f.Weeks)
	if p.Unobserved > 0 {
		f.Why += fmt.Sprintf(" %d controls were not seen and are not in it: it can only be later.", p.Unobserved)
	}
	return f
}
