package soc2

import (
	"slices"
	"time"
)

// Interval is a stretch of time. It is half-open: From is in it, To is not, so that
// two that follow each other neither overlap nor leave a moment out.
type Interval struct{ From, To time.Time }

// Empty says that no moment is in it.
func (i Interval) Empty() bool { return !i.From.Before(i.To) }

// Length is how long it lasts; an empty one lasts no time.
func (i Interval) Length() time.Duration {
	if i.Empty() {
		return 0
	}
	return i.To.Sub(i.From)
}

// Within is the part of it that lies in another one, perhaps empty.
func (i Interval) Within(window Interval) Interval {
	if i.From.Before(window.From) {
		i.From = window.From
	}
	if i.To.After(window.To) {
		i.To = window.To
	}
	return i
}

// Intervals are in order, apart from each other, and none is empty. Union makes them.
type Intervals []Interval

// Union is every moment that is in any of the intervals.
func Union(all ...Interval) Intervals {
	sorted := slices.DeleteFunc(slices.Clone(all), Interval.Empty)
	slices.SortFunc(sorted, func(a, b Interval) int { return a.From.Compare(b.From) })
	var out Intervals
	for _, i := range sorted {
		if n := len(out); n > 0 && !i.From.After(out[n-1].To) {
			if i.To.After(out[n-1].To) {
				out[n-1].To = i.To
			}
			continue
		}
		out = append(out, i)
	}
	return out
}

// Within is what of it lies in a window.
func (s Intervals) Within(window Interval) Intervals {
	var out Intervals
	for _, i := range s {
		if i = i.Within(window); !i.Empty() {
			out = append(out, i)
		}
	}
	return out
}

// And is every moment that is in both.
func (s Intervals) And(other Intervals) Intervals {
	var out Intervals
	for len(s) > 0 && len(other) > 0 {
		if i := s[0].Within(other[0]); !i.Empty() {
			out = append(out, i)
		}
		if s[0].To.Before(other[0].To) {
			s = s[1:]
		} else {
			other = other[1:]
		}
	}
	return out
}

// Without is every moment of it that is not in the other.
func (s Intervals) Without(other Intervals) Intervals {
	var out Intervals
	for _, i := range s {
		for len(other) > 0 && !other[0].To.After(i.From) {
			other = other[1:]
		}
		for _, o := range other {
			if !o.From.Before(i.To) {
				break
			}
			if before := (Interval{i.From, o.From}); !before.Empty() {
				out = append(out, before)
			}
			if o.To.After(i.From) {
				i.From = o.To
			}
		}
		if !i.Empty() {
			out = append(out, i)
		}
	}
	return out
}

// Length is how long all of it lasts.
func (s Intervals) Length() (sum time.Duration) {
	for _, i := range s {
		sum += i.Length()
	}
	return sum
}
