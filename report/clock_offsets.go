package report

import (
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// ClockTolerance is how far this machine's clock may be from a provider's before
// people are told: what is written down as observed at a time is off by as much.
const ClockTolerance = 30 * time.Second

// ClockOffsets is how far each provider's clock is ahead of ours, at least, by its
// newest pulls: of several, the one that is farthest. A provider whose answers
// bore no date is not there: nothing is known of it.
func ClockOffsets(feeds []evidence.FeedState) map[string]time.Duration {
	offsets := map[string]time.Duration{}
	for _, f := range feeds {
		if f.Last == nil || f.Last.Clock == nil {
			continue
		}
		provider := f.ID.Scope.Provider
		offset := time.Duration(f.Last.Clock.OffsetSeconds * float64(time.Second)).Round(time.Millisecond)
		if known, there := offsets[provider]; !there || offset.Abs() > known.Abs() {
			offsets[provider] = offset
		}
	}
	return offsets
}
