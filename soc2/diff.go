package soc2

import (
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
}

// Baseline is the last assessment as far as the next one is compared with it.
type Baseline struct {
	At     time.Time
	Judge  Judge
	Feeds  []AssessedFeed
	States map[FindingKey]FindingState
}

// AssessedFeed is a feed as an assessment knew it.
type AssessedFeed struct {
	ID          evidence.FeedID       `json:"id"`
	Populations []evidence.Population `json:"populations"`
	Pulled      bool                  `json:"pulled"` // it had been pulled, with whatever result
}

// AssessedFeeds is what is remembered of an assessment's feeds.
func AssessedFeeds(states []evidence.FeedState) []AssessedFeed {
	feeds := make([]AssessedFeed, len(states))
	for i, s := range states {
		feeds[i] = AssessedFeed{ID: s.ID, Populations: s.Populations, Pulled: s.Last != nil}
	}
	return feeds
}

// Diff compares an assessment with the last one. It fills in FirstSeen and
// LastChanged of the findings, and returns the drift and the states that are
// not as they were. Without a baseline everything is new and nothing drifts.
func Diff(before *Baseline, now *Assessment) (drift []Drift, changed []FindingState) {
	d := differ{before: before, now: now, feeds: AssessedFeeds(now.Feeds), checks: map[[2]string]bool{}, unseen: map[unseenKey]bool{}}
	if before != nil {
		for key, state := range before.States {
			if state.Gone {
				continue
			}
			d.checks[[2]string{key.Control, key.Check}] = true
			if key.Resource.Kind == evidence.KindScope && state.Outcome == Unobserved {
				d.unseen[unseenIn(key, state.Resource)] = true
			}
		}
	}
	present := make(map[FindingKey]bool, len(now.Findings))
	for i := range now.Findings {
		f := &now.Findings[i]
		present[f.Key()] = true
		d.compare(f)
	}
	d.departed(present)
	return d.drift, d.changed
}

type unseenKey struct {
	control, check, provider, account, region, populationType string
}

func unseenIn(key FindingKey, r evidence.Resource) unseenKey {
	return unseenKey{key.Control, key.Check, r.Provider, r.Account, r.Region, r.Type}
}

type differ struct {
	before  *Baseline
	now     *Assessment
	feeds   []AssessedFeed     // of now
	checks  map[[2]string]bool // control and check judged last time
	unseen  map[unseenKey]bool // populations not seen last time
	drift   []Drift
	changed []FindingState
}

func (d *differ) compare(f *Finding) {
	var was FindingState
	known := false
	if d.before != nil {
		was, known = d.before.States[f.Key()]
	}
	state := FindingState{
		Key: f.Key(), Resource: f.Resource, Outcome: f.Outcome, Definite: f.Outcome, Inputs: f.Inputs, Severity: f.Severity,
		FirstSeen: d.now.At, LastChanged: d.now.At,
	}
	if f.Acceptance != nil {
		state.AcceptedUntil = f.Acceptance.Expires
	}
	if known {
		state.FirstSeen, state.Resolved = was.FirstSeen, was.Resolved
		if !was.Gone && was.Outcome == f.Outcome {
			state.LastChanged = was.LastChanged
		}
		if f.Outcome == Unobserved {
			state.Definite = was.Definite
		}
		state.Resolved = state.Resolved || was.Definite == Fail && (f.Outcome == Pass || f.Outcome == NotApplicable)
	}
	f.FirstSeen, f.LastChanged = state.FirstSeen, state.LastChanged
	if !known || state != was {
		d.changed = append(d.changed, state)
	}
	if d.before == nil {
		return
	}
	if change, cause, ok := d.judge(f, was, known && !was.Gone); ok {
		d.emit(f.Key(), f.Resource, f.Severity, Drift{Change: change, Cause: cause, From: was.Outcome, To: f.Outcome})
	}
}

// judge names the change of a finding that is judged now. The first look at
// anything is its baseline: what it shows was there before, and drifted from
// nothing. What is planned and was not looked at yet was not lost either.
func (d *differ) judge(f *Finding, was FindingState, present bool) (Change, Cause, bool) {
	if was.Definite == Unobserved && !was.Gone && d.firstLook(f.Resource) {
		return "", "", false
	}
	if f.OnScope() && unpulled(d.feeds, f.Resource) {
		return "", "", false
	}
	if !present {
		switch f.Outcome {
		case Fail:
			return opened(was), d.causeOfArrival(f), true
		case Unobserved:
			return LostSight, d.causeOfArrival(f), true
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

func opened(was FindingState) Change {
	if was.Resolved {
		return Reopened
	}
	return Opened
}

// causeOfChange tells why a finding that was judged last time has another outcome.
func (d *differ) causeOfChange(f *Finding, was FindingState) Cause {
	sameInputs := f.Inputs == was.Inputs
	switch {
	case sameInputs && d.before.Judge != d.now.Judge:
		return CauseJudgement
	case f.Outcome == Unobserved && sameInputs && f.Check == AttestationCheck:
		return CauseTime
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

// causeOfArrival tells why a finding is judged that was not last time.
func (d *differ) causeOfArrival(f *Finding) Cause {
	switch {
	case !d.checks[[2]string{f.Control, f.Check}]:
		return CauseJudgement
	case !planned(d.before.Feeds, f.Resource):
		return CauseScope
	case f.Outcome == Unobserved:
		return CauseSight
	case d.wasUnseen(f):
		return CauseSight
	}
	return CauseSystem
}

// firstLook says that nothing of the resource's account was planned last time, or
// that what owns the resource was planned and had not been pulled yet.
func (d *differ) firstLook(r evidence.Resource) bool {
	if r.Provider == "" {
		return false
	}
	if unpulled(d.before.Feeds, r) {
		return true
	}
	for _, feed := range d.before.Feeds {
		if scope := feed.ID.Scope; scope.Provider == r.Provider && (r.Account == "" || scope.Account == r.Account) {
			return false
		}
	}
	return true
}

func (d *differ) wasUnseen(f *Finding) bool {
	key := unseenIn(f.Key(), f.Resource)
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

// departed handles what was judged last time and is not now.
func (d *differ) departed(present map[FindingKey]bool) {
	if d.before == nil {
		return
	}
	judged := map[[2]string]bool{}
	for _, f := range d.now.Findings {
		judged[[2]string{f.Control, f.Check}] = true
	}
	for _, c := range d.now.Controls {
		for _, check := range c.Checks {
			judged[[2]string{c.ID, check}] = true
		}
	}
	for key, was := range d.before.States {
		if was.Gone || present[key] {
			continue
		}
		state := was
		state.Gone, state.LastChanged, state.AcceptedUntil = true, d.now.At, time.Time{}
		state.Resolved = was.Resolved || was.Definite == Fail
		d.changed = append(d.changed, state)

		cause := CauseSystem
		switch {
		case !judged[[2]string{key.Control, key.Check}]:
			cause = CauseJudgement
		case !planned(d.feeds, was.Resource):
			cause = CauseScope
		case key.Resource.Kind == evidence.KindScope:
			cause = CauseSight
		}
		change := Resolved
		switch {
		case was.Resource.Provider == "":
			continue // a source was configured where there was none: its first look is its baseline
		case key.Resource.Kind == evidence.KindScope && unpulled(d.before.Feeds, was.Resource):
			continue // it had not been looked at yet
		case was.Definite == Fail:
		case key.Resource.Kind == evidence.KindScope && was.Outcome == Unobserved:
			change = Regained
		default:
			continue
		}
		d.emit(key, was.Resource, was.Severity, Drift{Change: change, Cause: cause, From: was.Outcome, To: NotApplicable, Gone: true})
	}
}

func (d *differ) emit(key FindingKey, r evidence.Resource, severity Severity, drift Drift) {
	drift.At, drift.Control, drift.Check, drift.Resource, drift.Severity = d.now.At, key.Control, key.Check, r, severity
	d.drift = append(d.drift, drift)
}

// planned says whether any feed owns resources of this type and place. What no
// source was configured for stands on a resource without a provider: its coming
// and going is a matter of scope. What stands for all accounts has none.
func planned(feeds []AssessedFeed, r evidence.Resource) bool {
	for _, feed := range feeds {
		if feed.owns(r) {
			return true
		}
	}
	return false
}

func (f AssessedFeed) owns(r evidence.Resource) bool {
	scope := f.ID.Scope
	if scope.Provider != r.Provider || r.Account != "" && scope.Account != r.Account || scope.Region != "" && scope.Region != r.Region {
		return false
	}
	for _, p := range f.Populations {
		if p.Type == r.Type {
			return true
		}
	}
	return false
}

// unpulled says that feeds are planned that own a resource, and that none of
// them was ever pulled.
func unpulled(feeds []AssessedFeed, r evidence.Resource) bool {
	found := false
	for _, f := range feeds {
		if f.owns(r) {
			if f.Pulled {
				return false
			}
			found = true
		}
	}
	return found
}
