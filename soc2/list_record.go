package soc2

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// ListRecord is how one list of a population was made: what it takes to test that
// it is complete.
type ListRecord struct {
	Source    string         `json:"source"`
	Collector string         `json:"collector"`
	Scope     evidence.Scope `json:"scope"`
	Type      string         `json:"type"`
	DroppedAt *time.Time     `json:"dropped_at,omitempty"` // since when it is no longer looked at

	Pulls         int      `json:"pulls"` // in the period
	CompletePulls int      `json:"complete_pulls"`
	First         *PullRef `json:"first_pull"` // of those; nil: there is none
	Last          *PullRef `json:"last_pull"`
	Before        *PullRef `json:"complete_before"` // the newest complete pull before the period
	After         *PullRef `json:"complete_after"`  // the first complete pull after it

	Principals []string `json:"principals"` // as whom; what they may not see is not in the list
	Parameters []string `json:"parameters"` // filters and options of the questions
	// Provider's own total in the newest complete pull that has one, and how many
	// facts that pull brought. A pull can be of several lists.
	ProviderTotal  *int   `json:"provider_total"`
	ProviderItems  *int   `json:"provider_items"`
	ReconciledWith string `json:"reconciled_with,omitempty"` // empty: some pull in the period was not
	// LookBack is how far back a pull of what happened reads; zero: the source does not say.
	LookBack        Seconds    `json:"look_back_seconds,omitempty"`
	LongestInterval Seconds    `json:"longest_interval_seconds"`
	Holes           []ListHole `json:"holes"`
	Exports         []Export   `json:"exports,omitempty"`
	// EventLog is the comparison with the provider's event log; nil: no log that is
	// read shows each beginning and end of what is in the list.
	EventLog *EventLogRecord `json:"event_log,omitempty"`
}

// PullRef names a pull.
type PullRef struct {
	ID string    `json:"id"`
	At time.Time `json:"at"` // its start
}

// ListHole is a time for which a list was not under observation.
type ListHole struct {
	From      time.Time       `json:"from"`
	To        time.Time       `json:"to"`
	Reason    evidence.Reason `json:"reason"`
	Operation string          `json:"operation,omitempty"`
	Detail    string          `json:"detail,omitempty"`
}

// recordOf is the record of a list until the end of the period or, while that
// runs, until now.
func recordOf(l ListHistory, q PopulationQuery, until time.Time) ListRecord {
	r := ListRecord{
		Source: l.Source, Collector: l.Feed.Collector, Scope: l.Feed.Scope, Type: l.Of.Type, DroppedAt: l.DroppedAt,
		Principals: []string{}, Parameters: []string{}, Holes: []ListHole{},
	}
	unreconciled := false
	for i := range l.Looks {
		look := &l.Looks[i]
		ref := &PullRef{ID: look.Pull, At: look.StartedAt.UTC()}
		switch {
		case look.StartedAt.Before(q.From):
			if look.Complete {
				r.Before = ref
			}
		case !look.StartedAt.Before(q.To):
			if look.Complete && r.After == nil {
				r.After = ref
			}
		default:
			r.Pulls++
			if r.First == nil {
				r.First = ref
			}
			r.Last = ref
			unreconciled = r.pull(look) || unreconciled
		}
	}
	if unreconciled {
		r.ReconciledWith = ""
	}
	slices.Sort(r.Principals)
	slices.Sort(r.Parameters)
	r.LookBack = Seconds(lookBack(l))
	from, end := l.inScope(q.From, until)
	r.LongestInterval = Seconds(longestInterval(l, from, end))
	if back := time.Duration(r.LookBack); back > 0 && q.Of.Dated() {
		r.Holes = notReached(l, from, end, back)
	} else {
		r.Holes = holesOf(l, from, end)
	}
	if len(l.Looks) > 0 && end.Before(until) {
		r.Holes = append(r.Holes, ListHole{
			From: end.UTC(), To: until.UTC(), Reason: evidence.NotConfigured, Detail: "no plan has it any more: it was taken out of scope, or is gone",
		})
	}
	r.Holes = append(r.Holes, lostHoles(l, from, end)...)
	slices.SortStableFunc(r.Holes, func(a, b ListHole) int { return a.From.Compare(b.From) })
	r.Exports = exportsOf(l, q)
	return r
}

// inScope is the part of a period in which a plan had the list. One that was never
// pulled and is planned no more stood for what was not discovered yet, and is
// missed from its first plan on only.
func (l ListHistory) inScope(from, until time.Time) (start, end time.Time) {
	if l.DroppedAt != nil {
		until = earliest(until, *l.DroppedAt)
		if len(l.Looks) == 0 && l.PlannedAt.After(from) {
			from = l.PlannedAt
		}
	}
	return from, until
}

// pull adds what a pull in the period says, and whether it was not reconciled.
func (r *ListRecord) pull(look *ListLook) (unreconciled bool) {
	if look.Complete {
		r.CompletePulls++
	}
	if look.Record == nil {
		return true
	}
	if who := look.Record.Principal; who != "" && !slices.Contains(r.Principals, who) {
		r.Principals = append(r.Principals, who)
	}
	for _, p := range look.Record.Parameters {
		if !slices.Contains(r.Parameters, p) {
			r.Parameters = append(r.Parameters, p)
		}
	}
	if look.Complete && look.Record.ProviderTotal != nil {
		r.ProviderTotal, r.ProviderItems = look.Record.ProviderTotal, &look.Record.Items
	}
	with := look.Record.ReconciledWith
	same := r.ReconciledWith == "" || r.ReconciledWith == with
	r.ReconciledWith = with
	return with == "" || !same
}

// lookBackParameter is how collectors of what happened record how far they read.
const lookBackParameter = "days back: "

func lookBack(l ListHistory) (shortest time.Duration) {
	for _, look := range l.Looks {
		if look.Record == nil {
			continue
		}
		for _, p := range look.Record.Parameters {
			text, is := strings.CutPrefix(p, lookBackParameter)
			days, err := strconv.Atoi(text)
			if back := time.Duration(days) * 24 * time.Hour; is && err == nil && days > 0 && (shortest == 0 || back < shortest) {
				shortest = back
			}
		}
	}
	return shortest
}

// completeLooks are the pulls that saw the list to its end.
func completeLooks(l ListHistory) []ListLook {
	var out []ListLook
	for i := range l.Looks {
		if l.Looks[i].Complete {
			out = append(out, l.Looks[i])
		}
	}
	return out
}

// longestInterval is the longest time between two complete pulls one after the
// other, of which some lies in the period. Before the first and after the last it
// is counted from the period's own ends.
func longestInterval(l ListHistory, from, until time.Time) (longest time.Duration) {
	last := from
	for _, look := range completeLooks(l) {
		at := look.StartedAt
		if at.After(from) && last.Before(until) {
			longest = max(longest, at.Sub(last))
		}
		if at.After(last) || at.Before(from) {
			last = at
		}
	}
	if last.Before(until) {
		longest = max(longest, until.Sub(last))
	}
	return longest
}
