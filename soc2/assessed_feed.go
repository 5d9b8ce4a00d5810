package soc2

import (
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// AssessedFeed is a feed as an assessment knew it.
type AssessedFeed struct {
	ID          evidence.FeedID       `json:"id"`
	Populations []evidence.Population `json:"populations"`
	Pulled      bool                  `json:"pulled"`               // it had been pulled, with whatever result
	Unseen      []string              `json:"unseen,omitempty"`     // types of populations that had a hole
	NeverSeen   []string              `json:"never_seen,omitempty"` // those of them that no pull had ever seen to their end
}

// AssessedFeeds is what is remembered of an assessment's feeds.
func AssessedFeeds(states []evidence.FeedState, at time.Time) []AssessedFeed {
	feeds := make([]AssessedFeed, len(states))
	for i, s := range states {
		feeds[i] = AssessedFeed{ID: s.ID, Populations: s.Populations, Pulled: s.Last != nil}
		for _, p := range s.Populations {
			h, unseen := s.HoleAt(p.Type, at)
			if unseen {
				feeds[i].Unseen = append(feeds[i].Unseen, p.Type)
			}
			if h.NeverSeen {
				feeds[i].NeverSeen = append(feeds[i].NeverSeen, p.Type)
			}
		}
	}
	return feeds
}

// everSaw says that some pull saw a population to its end.
func (f AssessedFeed) everSaw(p evidence.Population) bool {
	return f.Pulled && slices.Contains(f.Populations, p) && !slices.Contains(f.NeverSeen, p.Type)
}
