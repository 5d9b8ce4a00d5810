package collectors

import "github.com/controlwatch/controlwatch/evidence"

// State is how far a source or a feed is.
type State string

// The states an event can tell of, in their order.
const (
	Discovering State = "discovering" // a source is asked what it holds
	Discovered  State = "discovered"  // it answered, or failed to: then Hole says why
	Started     State = "started"     // a feed is being read
	Finished    State = "finished"    // its pull is committed; Hole is its first hole, if any
)

// Event is one thing that happened during a run.
type Event struct {
	Source    string
	Collector string // empty while discovering
	Scope     evidence.Scope
	State     State
	Items     int    // facts obtained, when finished
	Feeds     int    // feeds planned, when discovered
	Principal string // as whom we look, once known
	Hole      *evidence.Hole
}

func (r *run) tell(e Event) {
	if r.Progress == nil {
		return
	}
	r.telling.Lock()
	defer r.telling.Unlock()
	r.Progress(e)
}
