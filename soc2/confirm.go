package soc2

import (
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Confirmation says how many pulls in a row must show that a finding fails, or
// was lost from sight, before that is announced as drift. The finding itself is
// what it is from the first look on.
type Confirmation struct {
	Pulls      int              `json:"pulls,omitempty"`       // 0 is 1: at once
	BySeverity map[Severity]int `json:"by_severity,omitempty"` // instead of Pulls
}

// Of is how many pulls findings of a severity take.
func (c Confirmation) Of(s Severity) int {
	if n, ok := c.BySeverity[s]; ok {
		return n
	}
	return c.Pulls
}

// Waiting is drift that more pulls must show before it is announced, and what was
// announced of the finding last.
type Waiting struct {
	Looks    int       // pulls in a row that showed it; 0: nothing waits
	Pull     time.Time // start of the newest of them
	Cause    Cause
	Outcome  Outcome // as announced, like the rest
	Definite Outcome
	Absent   bool // nothing was: the resource came, or the list was lost, since
}

// comparison is what a finding is compared with.
type comparison struct {
	was, told FindingState // as it is remembered, and as it was announced
	present   bool         // something was announced of it, or seen at its first look
}

// told is the state as it was announced: other than it is while something waits.
func (s FindingState) told() FindingState {
	w := s.Waiting
	if w.Looks == 0 {
		return s
	}
	s.Outcome, s.Definite, s.Gone = w.Outcome, w.Definite, w.Absent
	s.Inputs, s.Awaiting = "", false
	return s
}

// Pending counts what is not announced.
type Pending struct {
	Waiting   map[string]int // findings that more pulls must confirm, by control
	Withdrawn []Withdrawn    // what was as before again, before it was confirmed
}

// Withdrawn is drift that was never announced.
type Withdrawn struct {
	Control  string
	Check    string
	Change   Change
	Resource evidence.Resource
	Since    time.Time // when it was first seen
}

// Confirming makes drift wait for confirmation. It is said before comparing.
func (d *Differ) Confirming(c Confirmation) *Differ {
	d.confirm = c
	return d
}

// Pending is what is not announced, to be asked for when all is compared.
func (d *Differ) Pending() Pending { return d.pending }

func (p *Pending) waits(control string) {
	if p.Waiting == nil {
		p.Waiting = map[string]int{}
	}
	p.Waiting[control]++
}

func (p *Pending) withdrawn(was, told FindingState) {
	change := LostSight
	if was.Outcome == Fail {
		change = opened(told)
	}
	p.Withdrawn = append(p.Withdrawn, Withdrawn{was.Key.Control, was.Key.Check, change, was.Resource, was.LastChanged})
}

// confirmable: what got better, or ended by its date, needs no second look.
func confirmable(c Change) bool { return c == Opened || c == Reopened || c == LostSight }

// announce makes drift of how a finding differs from what was announced of it, or
// lets it wait until more pulls have shown the same.
func (d *Differ) announce(f *Finding, c comparison, state *FindingState) {
	was, told := c.was, c.told
	change, cause, ok := d.judge(f, told, c.present)
	waited := was.Waiting.Looks > 0 && f.Outcome == was.Outcome
	if ok && waited {
		cause = was.Waiting.Cause
	}
	if ok {
		if w, hold := d.hold(f, c, change, cause); hold {
			state.Waiting = w
			d.pending.waits(f.Control)
			return
		}
	}
	if was.Waiting.Looks > 0 && (!ok || !confirmable(change)) {
		d.pending.withdrawn(was, told)
	}
	if !ok {
		return
	}
	if cause == "" {
		d.came = append(d.came, len(d.drift))
	}
	drift := Drift{Change: change, Cause: cause, From: told.Outcome, To: f.Outcome}
	if waited {
		drift.Since = was.LastChanged
	}
	d.emit(state.Key, f.Resource, f.Severity, drift)
}

// hold says whether drift must wait, and how. What no further pull could confirm
// is never held: a change of judgement, scope or time, and evidence that grew
// stale because nothing is pulled any more.
func (d *Differ) hold(f *Finding, c comparison, change Change, cause Cause) (Waiting, bool) {
	needed := d.confirm.Of(f.Severity)
	pull := d.feeds.newestPull(f.Resource)
	if needed <= 1 || !confirmable(change) || pull.IsZero() || grewStale(f) {
		return Waiting{}, false
	}
	if cause == "" {
		switch {
		case d.before.Judge != d.now.Judge || d.widened(f.Resource):
			return Waiting{}, false
		case f.Outcome == Unobserved || d.then.unseen(f.Resource):
			cause = CauseSight
		default:
			cause = CauseSystem
		}
	}
	if cause != CauseSystem && cause != CauseSight {
		return Waiting{}, false
	}
	w := c.was.Waiting
	if w.Looks == 0 {
		w = Waiting{Outcome: c.told.Outcome, Definite: c.told.Definite, Absent: !c.present}
	}
	if !pull.Equal(w.Pull) {
		w.Looks, w.Pull = w.Looks+1, pull
	}
	w.Cause = cause
	return w, w.Looks < needed
}

func grewStale(f *Finding) bool {
	return slices.ContainsFunc(f.Holes, func(h evidence.Hole) bool { return h.Reason == evidence.Stale })
}
