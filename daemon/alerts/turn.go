package alerts

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
)

// Input is an assessment, and all that was noted since the one before that was made
// into alerts, up to it.
type Input struct {
	Seq        int64
	Assessment *soc2.Assessment // at least what fails and is unobserved
	Plan       *soc2.Plan       // nil: there is none
	Drift      []Noted          // in the order it was noted
	Now        time.Time
	Link       string // of the page; empty: none
	// GoodAt is when the last assessment before a time was made. Nil: not known.
	GoodAt func(time.Time) time.Time
	// ChangedBy is who the provider's event log says changed what an alert is about,
	// for drift that was noted with a commit; zero: it does not say, or not yet. Nil: nobody knows.
	ChangedBy func(a *alert.Alert, seq int64) alert.ChangedBy
	// Untouched says that no receiver was sent anything of a notice yet. Nil: all may have been.
	Untouched func(notice string) bool
}

// Noted is drift as the store has it.
type Noted struct {
	soc2.Drift
	Seq, Ord int64
}

// Message is what some receivers are to be sent.
type Message struct {
	Notice    alert.Notice
	Route     string
	Receivers []string
	Due       time.Time // at the earliest, quiet hours apart
	Replaces  bool      // it takes the place of a notice with its id, which nobody was sent yet
}

// Turn is what became of an input. The state that was given is not what it was:
// it is read again if the turn cannot be kept.
type Turn struct {
	State    State
	Changed  []string // ids of alerts and keys of incidents to be written
	Gone     []string // and to be forgotten
	Messages []Message
}

// Advance takes one assessment.
func Advance(s State, routes Routes, in Input) Turn {
	if s.Seq == 0 {
		s.Seq = in.Seq
		return Turn{State: s, Messages: begun(routes, in)}
	}
	t := &turning{state: s, in: in, routes: routes, findings: map[soc2.FindingKey]*soc2.Finding{}, open: map[about]*Tracked{}, touched: map[about]bool{}, changed: map[string]bool{}}
	t.lookUp()
	for _, d := range in.Drift {
		t.drifted(d)
	}
	t.level()
	t.decide()
	t.nameActors()
	t.place()
	t.tell()
	t.forget()
	t.state.Seq = in.Seq
	return t.turn()
}

// turning is a turn under way.
type turning struct {
	state    State
	in       Input
	routes   Routes
	findings map[soc2.FindingKey]*soc2.Finding
	controls map[string]*soc2.ControlResult
	items    map[string]*soc2.PlanItem
	open     map[about]*Tracked // that fire or are held
	touched  map[about]bool     // by the drift of this turn
	began    []*Tracked
	ended    []*Tracked
	named    map[string]bool // ids of alerts of which it is known only now who did it
	changed  map[string]bool
	gone     []string
	messages []Message
}

func (t *turning) lookUp() {
	for i := range t.in.Assessment.Findings {
		f := &t.in.Assessment.Findings[i]
		t.findings[f.Key()] = f
	}
	t.controls = map[string]*soc2.ControlResult{}
	for i := range t.in.Assessment.Controls {
		c := &t.in.Assessment.Controls[i]
		t.controls[c.ID] = c
	}
	t.items = map[string]*soc2.PlanItem{}
	if t.in.Plan != nil {
		for i := range t.in.Plan.Items {
			item := &t.in.Plan.Items[i]
			if was := t.items[item.Control]; item.Control != "" && item.Status != soc2.PlanClosed && (was == nil || item.Severity > was.Severity) {
				t.items[item.Control] = item
			}
		}
	}
	for _, one := range t.state.Alerts {
		if one.open() {
			t.open[aboutOf(&one.Alert)] = one
		}
	}
}

// drifted begins and ends alerts by what was noted.
func (t *turning) drifted(d Noted) {
	finding := soc2.FindingKey{Control: d.Control, Check: d.Check, Resource: d.Resource.Key()}
	failing, blind := about{alert.Failing, finding}, about{alert.OutOfSight, finding}
	t.touched[failing], t.touched[blind] = true, true
	switch d.Change {
	case soc2.Opened, soc2.Reopened:
		t.end(blind, d.At, "seen again, and it fails")
		t.begin(failing, d)
	case soc2.AcceptanceExpired:
		if held := t.open[failing]; held != nil && held.Held != "" {
			t.drop(held)
		}
		t.begin(failing, d)
	case soc2.LostSight:
		t.begin(blind, d)
	case soc2.Regained:
		t.end(blind, d.At, regainedWords(d))
	case soc2.Resolved:
		t.end(blind, d.At, resolvedWords(d))
		t.end(failing, d.At, resolvedWords(d))
	}
}

func regainedWords(d Noted) string {
	if d.Gone {
		return "not looked at any more"
	}
	return "seen again"
}

func resolvedWords(d Noted) string {
	switch {
	case d.Gone && d.Cause == soc2.CauseScope:
		return "not looked at any more: what is in scope changed; nobody saw it mended"
	case d.Gone && d.Cause == soc2.CauseJudgement:
		return "not judged any more: the catalogue changed; nobody saw it mended"
	case d.Gone:
		return "gone, as a complete pull shows"
	case d.To == soc2.NotApplicable:
		return "does not apply any more"
	}
	return "seen as it should be"
}

// level ends what no drift ended and is not so any more: a resource that went while
// nobody could see it, drift that was noted while nothing made alerts of it.
func (t *turning) level() {
	for _, what := range t.sortedOpen() {
		f := t.findings[what.finding]
		switch {
		case t.touched[what]:
		case what.class == alert.Failing && (f == nil || f.Outcome == soc2.Pass || f.Outcome == soc2.NotApplicable):
			t.end(what, t.in.Assessment.At, "seen as it should be, gone, or not looked at any more: no drift was noted of it")
		case what.class == alert.OutOfSight && (f == nil || f.Outcome != soc2.Unobserved):
			t.end(what, t.in.Assessment.At, "seen again, gone, or not looked at any more: no drift was noted of it")
		}
	}
}

func (t *turning) sortedOpen() []about {
	all := make([]about, 0, len(t.open))
	for what := range t.open {
		all = append(all, what)
	}
	slices.SortFunc(all, func(a, b about) int {
		if c := strings.Compare(string(a.class), string(b.class)); c != 0 {
			return c
		}
		return a.finding.Compare(b.finding)
	})
	return all
}

// decide holds back what a decision covers, and lets go what none covers any more.
func (t *turning) decide() {
	for _, what := range t.sortedOpen() {
		one, f := t.open[what], t.findings[what.finding]
		by := t.coveredBy(what, f)
		switch {
		case by != "" && one.Held == "":
			t.hold(one, what, by)
		case by != "":
			if one.Held != by {
				one.Held = by
				t.changed[one.Alert.ID] = true
			}
		case one.Held != "" && f != nil && (f.Outcome == soc2.Fail) == (what.class == alert.Failing):
			t.release(one, what)
		}
	}
}

// coveredBy names the decision by which something does not alert. To accept a risk
// covers what fails, and never what nobody sees.
func (t *turning) coveredBy(what about, f *soc2.Finding) string {
	if c := t.controls[what.finding.Control]; c != nil && c.Adoption == string(soc2.Declined) {
		return "the control is declined"
	}
	switch {
	case f == nil:
	case f.ExcludedBy != "":
		return "left out by decision " + f.ExcludedBy
	case f.Acceptance != nil && what.class == alert.Failing:
		return fmt.Sprintf("accepted by decision %s until %s", f.Acceptance.ID, f.Acceptance.Expires.UTC().Format(time.DateOnly))
	}
	return ""
}

func (t *turning) hold(one *Tracked, what about, by string) {
	held := *one
	if i := slices.Index(t.began, one); i >= 0 && one.Told == nil { // nobody was told
		t.began = slices.Delete(t.began, i, i+1)
		delete(t.state.Alerts, one.Alert.ID)
		delete(t.changed, one.Alert.ID)
	} else {
		t.end(what, t.in.Assessment.At, by)
	}
	held.Held, held.Told = by, nil
	held.Alert.ID = alertID("held", t.in.Seq, what)
	t.keep(&held)
	t.open[what] = &held
}

func (t *turning) release(held *Tracked, what about) {
	t.drop(held)
	t.begin(what, Noted{Seq: t.in.Seq, Ord: -1, Drift: soc2.Drift{
		At: t.in.Assessment.At, Change: soc2.AcceptanceExpired, Cause: soc2.CauseScope, Control: what.finding.Control, Check: what.finding.Check,
		Resource: held.Alert.Resource, From: held.Alert.To, To: held.Alert.To, Severity: held.Alert.Severity,
	}})
}

func (t *turning) keep(one *Tracked) {
	t.state.Alerts[one.Alert.ID] = one
	t.changed[one.Alert.ID] = true
}

// drop forgets what nobody was told.
func (t *turning) drop(one *Tracked) {
	delete(t.open, aboutOf(&one.Alert))
	delete(t.state.Alerts, one.Alert.ID)
	delete(t.changed, one.Alert.ID)
	t.gone = append(t.gone, one.Alert.ID)
}

func (t *turning) end(what about, at time.Time, how string) {
	one := t.open[what]
	if one == nil {
		return
	}
	if one.Held != "" {
		t.drop(one)
		return
	}
	delete(t.open, what)
	one.Alert.Status, one.Alert.EndsAt, one.Alert.Ending = alert.Resolved, at, how
	t.changed[one.Alert.ID] = true
	t.ended = append(t.ended, one)
}

// alertID is the same however often it is made, and another for each beginning.
func alertID(word string, seq int64, what about) string {
	r := what.finding.Resource
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", []string{
		word, fmt.Sprint(seq), string(what.class), what.finding.Control, what.finding.Check, r.Provider, r.Account, r.Region, string(r.Kind), r.ID,
	}))
	return hex.EncodeToString(sum[:12])
}
