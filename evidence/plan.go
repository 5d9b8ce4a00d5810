package evidence

import "time"

// Plan is the feeds a source is expected to deliver, as of its last discovery.
// What a plan no longer holds is out of scope; what it holds and does not
// deliver is a hole.
type Plan struct {
	Source    string        `json:"source"`
	Provider  string        `json:"provider"`
	At        time.Time     `json:"at"`
	Principal string        `json:"principal,omitempty"`
	Feeds     []PlannedFeed `json:"feeds"`
}

// PlannedFeed is one feed and what it owns.
type PlannedFeed struct {
	ID          FeedID       `json:"id"`
	Populations []Population `json:"populations"`
}
