package report

import (
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Coverage is how complete and how fresh the evidence of several feeds is: of a
// source, or of one collector in one account.
type Coverage struct {
	Planned, Complete int
	Oldest            time.Time     // start of the last complete pull, of the feed where it is longest ago
	Never             bool          // some feed never had a complete pull
	Longest           time.Duration // of the newest pulls
}

// Add takes one more feed into account, as of a time.
func (c *Coverage) Add(s evidence.FeedState, at time.Time) {
	c.Planned++
	if complete(s, at) {
		c.Complete++
	}
	switch seen := lastComplete(s); {
	case seen.IsZero():
		c.Never = true
	case c.Oldest.IsZero() || seen.Before(c.Oldest):
		c.Oldest = seen
	}
	if s.Last != nil {
		c.Longest = max(c.Longest, s.Last.FinishedAt.Sub(s.Last.StartedAt))
	}
}

// complete says that every population of a feed was seen, recently enough.
func complete(s evidence.FeedState, at time.Time) bool {
	if s.Last == nil || len(s.Populations) == 0 && !s.Last.Complete() {
		return false
	}
	for _, p := range s.Populations {
		if _, hole := s.HoleAt(p.Type, at); hole {
			return false
		}
	}
	return true
}

// lastComplete is the start of the newest pull that saw all of a feed; zero if
// there is none for any of its populations.
func lastComplete(s evidence.FeedState) time.Time {
	var oldest time.Time
	for i, p := range s.Populations {
		seen := s.Complete[p.Type]
		if seen.IsZero() && s.Last != nil && s.Last.CompleteFor(p.Type) {
			seen = s.Last.StartedAt
		}
		if seen.IsZero() {
			return time.Time{}
		}
		if i == 0 || seen.Before(oldest) {
			oldest = seen
		}
	}
	if len(s.Populations) == 0 && s.Last != nil && s.Last.Complete() {
		return s.Last.StartedAt
	}
	return oldest
}
