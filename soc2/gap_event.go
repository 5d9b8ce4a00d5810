package soc2

import (
	"slices"
	"time"
)

// GapChange is what became of the gap of a control at a look.
type GapChange string

// The changes. Left is a gap whose last failing finding went out of what is judged,
// by scope or by another judgement: nobody mended it, and it counts as no closure.
const (
	GapOpened   GapChange = "opened"
	GapClosed   GapChange = "closed"
	GapReopened GapChange = "reopened"
	GapLeft     GapChange = "left"
)

// GapEvent is one of them.
type GapEvent struct {
	At       time.Time `json:"at"`
	Control  string    `json:"control"`
	Change   GapChange `json:"change"`
	Severity Severity  `json:"severity"` // of the control, as noted then
	Opened   time.Time `json:"opened"`   // of what closed; zero: before anything was noted
}

// GapEvents tells from noted drift when gaps of controls opened and closed. A
// finding is open from when it failed until it was resolved: to lose sight of it
// closes nothing. What failed at the first look was there before: it opened at no
// noted time. open are the controls with an open finding at the end.
func GapEvents(drift []Drift, now *Assessment) (events []GapEvent, open map[string]time.Time) {
	sorted := slices.Clone(drift)
	slices.SortStableFunc(sorted, func(a, b Drift) int { return a.At.Compare(b.At) })
	sorted = slices.DeleteFunc(sorted, func(d Drift) bool { return d.At.After(now.At) })

	// From the end backwards: what is open before anything was noted.
	isOpen := map[FindingKey]bool{}
	for i := range now.Findings {
		if f := &now.Findings[i]; f.Outcome == Fail {
			isOpen[f.Key()] = true
		}
	}
	lastSaid := map[FindingKey]bool{}
	for _, d := range sorted {
		switch {
		case d.Change == Opened, d.Change == Reopened, d.Change == LostSight && d.From == Fail, d.Change == AcceptanceExpired:
			lastSaid[d.key()] = true
		case d.Change == Resolved:
			lastSaid[d.key()] = false
		}
	}
	for i := range now.Findings {
		if f := &now.Findings[i]; f.Outcome == Unobserved && lastSaid[f.Key()] {
			isOpen[f.Key()] = true // it failed when it was last seen
		}
	}
	for _, d := range slices.Backward(sorted) {
		switch d.Change {
		case Opened, Reopened:
			delete(isOpen, d.key())
		case Resolved:
			if d.From == Fail || d.From == Unobserved {
				isOpen[d.key()] = true
			}
		case LostSight, Regained, AcceptanceExpired:
		}
	}
	counts, open := map[string]int{}, map[string]time.Time{}
	for k := range isOpen {
		counts[k.Control]++
		open[k.Control] = time.Time{}
	}

	// And forwards, look by look: what opens and closes at one look is one change.
	been := map[string]bool{}
	for len(sorted) > 0 {
		n := 1
		for n < len(sorted) && sorted[n].At.Equal(sorted[0].At) {
			n++
		}
		events = append(events, look(sorted[:n], isOpen, counts, open, been)...)
		sorted = sorted[n:]
	}
	return events, open
}

func look(drift []Drift, isOpen map[FindingKey]bool, counts map[string]int, open map[string]time.Time, been map[string]bool) (events []GapEvent) {
	before := map[string]int{}
	mended, severity := map[string]bool{}, map[string]Severity{}
	var controls []string
	for _, d := range drift {
		if _, ok := before[d.Control]; !ok {
			before[d.Control] = counts[d.Control]
			controls = append(controls, d.Control)
		}
		severity[d.Control] = max(severity[d.Control], d.Severity)
		switch d.Change {
		case Opened, Reopened:
			if !isOpen[d.key()] {
				isOpen[d.key()] = true
				counts[d.Control]++
			}
		case Resolved:
			if isOpen[d.key()] {
				delete(isOpen, d.key())
				counts[d.Control]--
				mended[d.Control] = mended[d.Control] || d.Cause != CauseScope && d.Cause != CauseJudgement
			}
		case LostSight, Regained, AcceptanceExpired:
		}
	}
	slices.Sort(controls)
	for _, c := range controls {
		e := GapEvent{At: drift[0].At, Control: c, Severity: severity[c]}
		switch {
		case before[c] == 0 && counts[c] > 0:
			e.Change, e.Opened = GapOpened, e.At
			if been[c] {
				e.Change = GapReopened
			}
			open[c] = e.At
		case before[c] > 0 && counts[c] == 0:
			e.Change, e.Opened = GapLeft, open[c]
			if mended[c] {
				e.Change = GapClosed
				been[c] = true
			}
			delete(open, c)
		default:
			continue
		}
		events = append(events, e)
	}
	return events
}
