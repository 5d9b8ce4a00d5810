package evidence

import "time"

// Snapshot is everything known at one clock time: the evaluators' only input
// from the world.
type Snapshot struct {
	At    time.Time
	Feeds []FeedState
	Facts []Fact // with Seen and Digest filled in
}

// FeedState is one feed that is expected to deliver, and what it last delivered.
type FeedState struct {
	Source      string // the configured source
	ID          FeedID
	Populations []Population
	MaxAge      time.Duration
	Last        *Pull                // the newest pull, complete or not; nil: never pulled
	Complete    map[string]time.Time // by population type: start of the newest pull that saw all of it
	Since       map[string]time.Time // by population type: since when it is not completely seen
}

// HoleAt says why a population of this feed cannot be relied on at a time: the
// last pull's hole, no pull at all, or one too old.
func (f FeedState) HoleAt(populationType string, at time.Time) (Hole, bool) {
	if f.Last == nil {
		return Hole{Type: populationType, Reason: NotCollected, Detail: "never pulled", Since: at, NeverSeen: true}, true
	}
	seen, ok := f.Complete[populationType]
	if h, lost := f.Last.HoleFor(populationType); lost {
		h.Type, h.NeverSeen = populationType, !ok
		h.Since = f.Since[populationType]
		if h.Since.IsZero() {
			h.Since = f.Last.StartedAt
		}
		return h, true
	}
	if !ok {
		// Planned, and no pull was ever complete for it: a population this version
		// reads and the one that pulled did not.
		return Hole{Type: populationType, Reason: NotCollected, Detail: "no pull has read it yet", Since: f.Last.StartedAt, NeverSeen: true}, true
	}
	h, old := StaleAt(at, seen, f.MaxAge, "last seen completely ")
	h.Type = populationType
	return h, old
}

// StaleAt says that what was seen at one time is too old at another; a maximum age
// of zero is none. What was seen later than the clock shows is of an unknown age,
// since the clock was set back, and by more than the maximum age it counts no more:
// else it would never grow old.
func StaleAt(at, seen time.Time, maxAge time.Duration, saying string) (Hole, bool) {
	age := at.Sub(seen)
	if maxAge <= 0 || age.Abs() <= maxAge {
		return Hole{}, false
	}
	h := Hole{Reason: Stale, Detail: saying + seen.UTC().Format(time.RFC3339)}
	if age < 0 {
		h.Since, h.Detail = at, h.Detail+", which is yet to come: the clock was set back"
	} else {
		h.Since, h.Detail = seen.Add(maxAge), h.Detail+", older than "+maxAge.String()
	}
	return h, true
}

// PopulationComplete says that every resource of a type in an account was seen
// recently enough, across all feeds that own it.
func (s Snapshot) PopulationComplete(provider, account, populationType string) bool {
	found := false
	for _, f := range s.Feeds {
		if f.ID.Scope.Provider != provider || f.ID.Scope.Account != account {
			continue
		}
		for _, p := range f.Populations {
			if p.Type != populationType {
				continue
			}
			found = true
			if _, hole := f.HoleAt(populationType, s.At); hole {
				return false
			}
		}
	}
	return found
}
