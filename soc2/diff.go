package soc2

import (
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// FindingState is what is remembered of a finding between assessments.
type FindingState struct {
	Key           FindingKey
	Resource      evidence.Resource
	Outcome       Outcome
	Definite      Outcome // the last outcome that was seen; Unobserved if none ever was
	Inputs        string  // digest of the fact that was judged
	Severity      Severity
	FirstSeen     time.Time
	LastChanged   time.Time // of Outcome
	AcceptedUntil time.Time // zero: not accepted
	Resolved      bool      // it failed once and was resolved: failing again is reopening
	Gone          bool      // no longer judged: resource, scope or check has gone
	Awaiting      bool      // unobserved, for want of a list that was never seen to its end
	Waiting       Waiting   // what is not announced yet
}

// Baseline is the last assessment as far as the next one is compared with it.
type Baseline struct {
	At     time.Time
	Judge  Judge
	Feeds  []AssessedFeed
	States map[FindingKey]FindingState // for Diff; a Differ is given them one resource after the other
	// Decisions are those that it was made by: an exclusion leaves no mark on what is
	// remembered of a finding.
	Decisions []Decision
}

// Differ compares what is judged with what was remembered, one resource after the
// other. Without a baseline everything is new and nothing drifts.
type Differ struct {
	before       *Baseline
	now          *Assessment
	then, feeds  feedIndex // of before and of now
	checks       map[checkOf]judgedWhen
	unseen       map[unseenKey]bool // populations not seen last time
	drift        []Drift
	came, left   []int // drift whose cause shows when everything has been compared
	states       []FindingState
	stateChanged []bool
	here         bool // something is judged of the resource that is compared
	confirm      Confirmation
	pending      Pending
	arrived      bool       // some list was seen for the first time
	excluding    []Decision // of before, and in force then
}

type checkOf struct{ control, check string }

type judgedWhen struct{ before, now bool }

type unseenKey struct {
	control, check, provider, account, region, populationType string
}

func unseenIn(key FindingKey, r evidence.Resource) unseenKey {
	return unseenKey{key.Control, key.Check, r.Provider, r.Account, r.Region, r.Type}
}

// NewDiffer compares with a baseline, nil if there is none. The assessment must
// have its time, judge and feeds; its controls when Drift is asked for.
func NewDiffer(before *Baseline, now *Assessment) *Differ {
	d := &Differ{before: before, now: now, checks: map[checkOf]judgedWhen{}, unseen: map[unseenKey]bool{}, feeds: indexOf(AssessedFeeds(now.Feeds, now.At))}
	for _, f := range now.Feeds {
		if f.Last != nil {
			d.feeds.pulledAt[f.ID] = f.Last.StartedAt.UTC().Truncate(time.Microsecond) // as exact as the store is
		}
	}
	if before != nil {
		d.then = indexOf(before.Feeds)
		d.arrived = d.feeds.bringsFirstLook(d.then)
		for _, one := range before.Decisions {
			if one.Kind == Exclude && one.InForce(before.At) {
				d.excluding = append(d.excluding, one)
			}
		}
	}
	return d
}

// Compare compares what is judged of one resource with what was remembered of it,
// both by control and check. It fills in FirstSeen and LastChanged of the
// findings. The states it gives are all there is to remember of the resource from
// now on, to be read before the next call; changed says that they are not as they
// were. Every resource that is judged or was remembered must be compared, once.
func (d *Differ) Compare(findings []Finding, was []FindingState) (states []FindingState, changed bool) {
	d.states, d.stateChanged, d.here = d.states[:0], d.stateChanged[:0], len(findings) > 0
	add := func(s FindingState, differs bool) {
		d.states, d.stateChanged = append(d.states, s), append(d.stateChanged, differs)
		changed = changed || differs
	}
	for len(findings) > 0 || len(was) > 0 {
		var c int // as comparing the two next: below 0 is judged only, above is remembered only
		switch {
		case len(findings) == 0:
			c = 1
		case len(was) == 0:
			c = -1
		default:
			c = compareCheck(findings[0].Key(), was[0].Key)
		}
		if c >= 0 {
			d.remember(&was[0])
		}
		switch {
		case c > 0:
			add(d.depart(was[0]))
		case c == 0:
			add(d.compare(&findings[0], &was[0]))
		default:
			add(d.compare(&findings[0], nil))
		}
		if c >= 0 {
			was = was[1:]
		}
		if c <= 0 {
			findings = findings[1:]
		}
	}
	return d.states, changed
}

// remember notes what was judged last time and what was not seen.
func (d *Differ) remember(was *FindingState) {
	if was.Gone {
		return
	}
	check := checkOf{was.Key.Control, was.Key.Check}
	if when := d.checks[check]; !when.before {
		when.before = true
		d.checks[check] = when
	}
	if was.Key.Resource.Kind == evidence.KindScope && was.Outcome == Unobserved {
		d.unseen[unseenIn(was.Key, was.Resource)] = true
	}
}

func (d *Differ) compare(f *Finding, known *FindingState) (FindingState, bool) {
	state := FindingState{
		Key: f.Key(), Resource: f.Resource, Outcome: f.Outcome, Definite: f.Outcome, Inputs: f.Inputs, Severity: f.Severity,
		FirstSeen: d.now.At, LastChanged: d.now.At,
	}
	if f.Acceptance != nil {
		state.AcceptedUntil = f.Acceptance.Expires
	}
	state.Awaiting = awaiting(f)
	var was, told FindingState // as it is remembered, and as it was announced
	if known != nil {
		was, told = *known, known.told()
		state.FirstSeen, state.Resolved = was.FirstSeen, was.Resolved
		if !was.Gone && was.Outcome == f.Outcome {
			state.LastChanged = was.LastChanged
		}
		if f.Outcome == Unobserved {
			state.Definite = told.Definite
		}
		state.Resolved = state.Resolved || told.Definite == Fail && (f.Outcome == Pass || f.Outcome == NotApplicable)
	}
	f.FirstSeen, f.LastChanged = state.FirstSeen, state.LastChanged
	if d.before != nil {
		check := checkOf{f.Control, f.Check}
		if when := d.checks[check]; !when.now {
			when.now = true
			d.checks[check] = when
		}
		present := known != nil && !told.Gone
		d.announce(f, comparison{was, told, present}, &state)
	}
	return state, known == nil || state != was
}

// awaiting says that a finding is unobserved for want of a list that no pull ever
// saw to its end, wherever it is of: what is derived knows of several.
func awaiting(f *Finding) bool {
	return f.Outcome == Unobserved && !f.OnScope() && slices.ContainsFunc(f.Holes, func(h evidence.Hole) bool { return h.NeverSeen })
}

// judge names the change of a finding that is judged now. The first look at
// anything is its baseline: what it shows was there before, and drifted from
// nothing. What is planned and was not looked at yet was not lost either. The
// cause of an arrival is left open.
func (d *Differ) judge(f *Finding, was FindingState, present bool) (Change, Cause, bool) {
	if present && was.Outcome == f.Outcome && f.Outcome != Fail {
		return "", "", false // nearly all of them
	}
	if was.Definite == Unobserved && (!was.Gone && d.firstLook(f.Resource) || was.Awaiting && d.arrived || awaiting(f)) {
		return "", "", false
	}
	if f.OnScope() && d.feeds.unpulled(f.Resource) {
		return "", "", false
	}
	if !present {
		switch f.Outcome {
		case Fail:
			return opened(was), "", true
		case Unobserved:
			return LostSight, "", true
		case Pass, NotApplicable:
		}
		return "", "", false
	}
	if was.Outcome == f.Outcome {
		if f.Outcome == Fail && f.Acceptance == nil && !was.AcceptedUntil.IsZero() {
			cause := CauseScope // the decision was withdrawn
			if !d.now.At.Before(was.AcceptedUntil) {
				cause = CauseTime
			}
			return AcceptanceExpired, cause, true
		}
		if ended := d.excludedBefore(f); ended != nil && f.Outcome == Fail && f.Acceptance == nil && f.ExcludedBy == "" {
			cause := CauseScope
			if !d.now.At.Before(ended.Expires) {
				cause = CauseTime
			}
			return AcceptanceExpired, cause, true
		}
		return "", "", false
	}
	cause := d.causeOfChange(f, was)
	switch f.Outcome {
	case Unobserved:
		return LostSight, cause, true
	case Fail:
		if was.Outcome == Unobserved && was.Definite == Fail {
			return Regained, cause, true
		}
		return opened(was), cause, true
	case Pass, NotApplicable:
		if was.Definite == Fail {
			return Resolved, cause, true
		}
		if was.Outcome == Unobserved {
			return Regained, cause, true
		}
	}
	return "", "", false // between pass and not applicable
}

// excludedBefore gives the decision that took a finding out of every count last
// time, the last to end; nil: none did.
func (d *Differ) excludedBefore(f *Finding) (last *Decision) {
	for i := range d.excluding {
		if one := &d.excluding[i]; one.Picks(f) && (last == nil || last.Sooner(*one)) {
			last = one
		}
	}
	return last
}

func opened(was FindingState) Change {
	if was.Resolved {
		return Reopened
	}
	return Opened
}

// causeOfChange tells why a finding that was judged last time has another outcome.
func (d *Differ) causeOfChange(f *Finding, was FindingState) Cause {
	sameInputs := f.Inputs == was.Inputs
	switch {
	case sameInputs && d.before.Judge != d.now.Judge:
		return CauseJudgement
	case f.Outcome == Unobserved && sameInputs && f.Check == AttestationCheck && (grewStale(f) || len(f.Holes) == 0):
		return CauseTime // it expired; a folder that cannot be read is a matter of sight
	case f.Outcome == Unobserved:
		return CauseSight
	case was.Outcome == Unobserved && (was.Definite == f.Outcome || was.Definite == Unobserved):
		return CauseSight
	case sameInputs && was.Outcome != Unobserved:
		return CauseTime
	case d.before.Judge.Derive != d.now.Judge.Derive:
		return CauseJudgement // the derived fact differs because the derivation does
	}
	return CauseSystem
}

// Drift is how everything that was compared differs from last time, by control,
// check and resource; what is no longer judged comes last.
func (d *Differ) Drift() []Drift {
	for _, i := range d.came {
		d.drift[i].Cause = d.causeOfArrival(&d.drift[i])
	}
	for _, c := range d.now.Controls {
		for _, check := range c.Checks {
			d.checks[checkOf{c.ID, check}] = judgedWhen{d.checks[checkOf{c.ID, check}].before, true}
		}
	}
	for _, i := range d.left {
		// One judge judged both: the check has nothing to judge any more.
		if d.before.Judge != d.now.Judge && !d.checks[checkOf{d.drift[i].Control, d.drift[i].Check}].now {
			d.drift[i].Cause = CauseJudgement
		}
	}
	d.came, d.left = nil, nil
	slices.SortStableFunc(d.drift, func(a, b Drift) int {
		if a.Gone != b.Gone {
			if a.Gone {
				return 1
			}
			return -1
		}
		return a.key().Compare(b.key())
	})
	return d.drift
}

func (d Drift) key() FindingKey {
	return FindingKey{Control: d.Control, Check: d.Check, Resource: d.Resource.Key()}
}

// causeOfArrival tells why a finding is judged that was not last time.
func (d *Differ) causeOfArrival(f *Drift) Cause {
	switch {
	case d.before.Judge != d.now.Judge && !d.checks[checkOf{f.Control, f.Check}].before:
		return CauseJudgement // by the same judge, the check had nothing to judge last time
	case d.widened(f.Resource):
		return CauseScope
	case f.To == Unobserved:
		return CauseSight
	case d.wasUnseen(f.key(), f.Resource):
		return CauseSight
	}
	return CauseSystem
}

// firstLook says that nothing of the resource's account was planned last time, or
// that what owns the resource, or may own it, was planned and had not been pulled yet.
func (d *Differ) firstLook(r evidence.Resource) bool {
	if r.Provider == "" {
		return false
	}
	return d.then.unpulled(r) || d.then.unpulledBefore(r, d.feeds) || !d.then.accounts[[2]string{r.Provider, r.Account}]
}

// widened says that what owns the resource, or may own it, was not planned last time.
func (d *Differ) widened(r evidence.Resource) bool {
	return !d.then.planned(r) || !d.then.plans(r, d.feeds)
}

func (d *Differ) wasUnseen(k FindingKey, r evidence.Resource) bool {
	key := unseenIn(k, r)
	if d.unseen[key] {
		return true
	}
	key.region = "" // a global scope holds resources of many regions
	if d.unseen[key] {
		return true
	}
	key.region = "*" // the regions themselves were not known
	return d.unseen[key]
}

// depart handles what was remembered and is not judged now. Whether its check is
// still judged anywhere shows at the end.
func (d *Differ) depart(was FindingState) (FindingState, bool) {
	if was.Gone {
		return was, false
	}
	state := was
	if was.Waiting.Looks > 0 {
		was = was.told()
		d.pending.withdrawn(state, was)
	}
	state.Gone, state.LastChanged, state.AcceptedUntil = true, d.now.At, time.Time{}
	state.Definite, state.Awaiting, state.Waiting = was.Definite, false, Waiting{}
	state.Resolved = was.Resolved || !was.Gone && was.Definite == Fail
	if was.Gone {
		return state, true // it came and went before it was announced
	}
	onScope := was.Key.Resource.Kind == evidence.KindScope
	change := Resolved
	switch {
	case was.Resource.Provider == "":
		return state, true // a source was configured where there was none: its first look is its baseline
	case onScope && d.then.unpulled(was.Resource):
		return state, true // it had not been looked at yet
	case was.Definite == Fail:
	case onScope && was.Outcome == Unobserved:
		change = Regained
	default:
		return state, true
	}
	cause := CauseSystem
	switch {
	case !d.feeds.planned(was.Resource), !d.feeds.plans(was.Resource, d.then): // one that may have owned it is looked at no more
		cause = CauseScope
	case onScope:
		cause = CauseSight
	case d.here && d.before.Judge != d.now.Judge: // the resource is there, and the check does not apply to it any more
		cause = CauseJudgement
	}
	d.left = append(d.left, len(d.drift))
	d.emit(was.Key, was.Resource, was.Severity, Drift{Change: change, Cause: cause, From: was.Outcome, To: NotApplicable, Gone: true})
	return state, true
}

func (d *Differ) emit(key FindingKey, r evidence.Resource, severity Severity, drift Drift) {
	drift.At, drift.Control, drift.Check, drift.Resource, drift.Severity = d.now.At, key.Control, key.Check, r, severity
	d.drift = append(d.drift, drift)
}
