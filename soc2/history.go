package soc2

import (
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// History is all that is known of one kind of fact, whenever it was pulled, for
// whoever asks about a period.
type History struct {
	KnownAt    time.Time // when it was read
	Commit     int64     // the newest commit that is in it
	SampleData bool      // it is about a made-up company
	Lists      []ListHistory
}

// ListHistory is one list of resources, as one feed has delivered it over time.
type ListHistory struct {
	Source    string
	Feed      evidence.FeedID
	Of        evidence.Population
	PlannedAt time.Time // when a plan first had it
	// DroppedAt is since when no plan has it any more; nil: it is still looked at.
	DroppedAt *time.Time
	MaxAge    time.Duration // how long a pull counts; zero: for ever
	Looks     []ListLook    // in the order they were committed
	Versions  []Version     // by resource, each in the order they were committed
}

// ListLook is one pull of a list.
type ListLook struct {
	Seq                   int64
	Pull                  string // its id
	StartedAt, FinishedAt time.Time
	Complete              bool           // it saw the list to its end
	Record                *evidence.Pull // nil where the pull does not bear on the period asked about
}

// Version is a resource in a list from one pull on, until the next version.
type Version struct {
	Seq  int64 // of the pull
	Key  evidence.Key
	Gone bool          // a complete pull did not see it
	Fact evidence.Fact // empty if it has gone; without a body if that is missing
	// Missing is why what was known of it is not there any more: it was pruned or
	// erased. Nil: it is there.
	Missing *evidence.Hole
}
