package soc2

import (
	"cmp"
	"slices"
	"time"
)

// Readiness answers whether an observation period can start: what is known to stand
// against it, and what cannot be told. It never says that a company is ready, which
// nobody can tell from what was looked at.
type Readiness struct {
	At         time.Time         `json:"at"`
	From       time.Time         `json:"from,omitzero"` // of the period; zero: not stated
	To         time.Time         `json:"to,omitzero"`   // its end, which is not in it
	Type       PeriodType        `json:"type,omitempty"`
	Zone       string            `json:"zone"`
	Answer     ReadinessAnswer   `json:"answer"`
	ByProposed bool              `json:"by_proposed"` // nobody adopted a control: all proposed ones count
	Counting   int               `json:"controls_counting"`
	Shown      int               `json:"controls_shown"`   // of those counting, with evidence and nothing said of them below
	Later      int               `json:"controls_later"`   // above the company's profile: not asked yet
	Reasons    []ReadinessReason `json:"reasons"`          // by bearing, then area
	Starts     []LatestStart     `json:"latest_starts"`    // by day
	Protection string            `json:"log_protection"`   // of the evidence log against those who run the program
	Signers    int               `json:"people_with_keys"` // who can prove that a record is theirs
}

// ReadinessAnswer is the answer, in words that hold.
type ReadinessAnswer string

// The answers. One thing known against starting makes it not-yet, whatever was not
// seen; with nothing against it and something not seen it cannot be told.
const (
	CannotTell   ReadinessAnswer = "cannot-tell"
	NotYet       ReadinessAnswer = "not-yet"
	NothingKnown ReadinessAnswer = "nothing-known-against"
)

// Words is the answer as people read it.
func (a ReadinessAnswer) Words() string {
	switch a {
	case NotYet:
		return "Not yet"
	case NothingKnown:
		return "Nothing known stands against starting"
	case CannotTell:
	}
	return "Cannot tell"
}

// Bearing is how a reason bears on the answer. What bears in no known way keeps it
// from being told.
type Bearing string

// The bearings.
const (
	Against Bearing = "against" // stands against starting
	Unknown Bearing = "unknown" // not seen: it may
	Watch   Bearing = "watch"   // does not, and must not be forgotten
)

// Bearings lists them, the weightiest first.
var Bearings = []Bearing{Against, Unknown, Watch}

// ReadinessArea is what a reason is about.
type ReadinessArea string

// The areas.
const (
	AreaPeriod        ReadinessArea = "period"
	AreaScope         ReadinessArea = "scope"
	AreaSources       ReadinessArea = "sources"
	AreaCriteria      ReadinessArea = "criteria"
	AreaEvidence      ReadinessArea = "evidence"
	AreaFirstInstance ReadinessArea = "first-instance"
	AreaOwner         ReadinessArea = "owner"
	AreaGaps          ReadinessArea = "gaps"
	AreaDecisions     ReadinessArea = "decisions"
	AreaLog           ReadinessArea = "log"
	AreaPeople        ReadinessArea = "people"
)

// ReadinessAreas lists them, in the order they are shown.
var ReadinessAreas = []ReadinessArea{
	AreaPeriod, AreaScope, AreaSources, AreaCriteria, AreaEvidence, AreaFirstInstance, AreaOwner, AreaGaps, AreaDecisions, AreaLog, AreaPeople,
}

// ReadinessReason is one thing that bears on the answer, with what to do about it.
type ReadinessReason struct {
	Area    ReadinessArea `json:"area"`
	Bearing Bearing       `json:"bearing"`
	Subject string        `json:"subject"` // control, criterion, gap, source: its id
	Title   string        `json:"title,omitempty"`
	What    string        `json:"what"`
	Do      string        `json:"do"`
	Owner   string        `json:"owner,omitempty"`
	On      time.Time     `json:"on,omitzero"` // the day it happens
}

// CountingControls says which controls the company goes by: adopted ones in scope, and
// while nobody adopted any the proposed ones within the profile.
func CountingControls(in ReadinessInputs) map[string]Control {
	j := &readinessJudge{in: in, adoptions: adoptionsOf(&GapInputs{Adoptions: in.Adoptions, Company: in.Company})}
	j.counts()
	return j.counting
}

// ReadinessInputs is what readiness is told from. What is nil or empty was not looked
// at, and keeps the answer from being told.
type ReadinessInputs struct {
	Now        time.Time
	Zone       *time.Location // of days; nil: UTC
	Window     Interval       // the period; empty: not stated
	Type       PeriodType
	Assessment *Assessment
	Catalogue  Catalogue
	Scope      Scope
	Adoptions  []Adoption
	Company    []CompanyControl
	Gaps       *GapAnalysis
	Standings  []AttestationStanding // of attested controls, one a system where each has an instance
	Protection *Protection           // of the log
	Signers    *int                  // people with a key; nil: not known
}

// ReadinessOf tells it.
func ReadinessOf(in ReadinessInputs) Readiness {
	if in.Zone == nil {
		in.Zone = time.UTC
	}
	j := &readinessJudge{
		in: in, adoptions: adoptionsOf(&GapInputs{Adoptions: in.Adoptions, Company: in.Company}), touched: map[string]bool{},
		out: Readiness{
			At: in.Now, From: in.Window.From, To: in.Window.To, Type: in.Type, Zone: in.Zone.String(), Answer: CannotTell,
			Reasons: []ReadinessReason{}, Starts: []LatestStart{}, Protection: "not known",
		},
	}
	j.out.ByProposed = !j.adoptions.anything
	j.counts()
	j.period()
	j.scope()
	j.sources()
	j.criteria()
	j.controls()
	j.starts()
	j.gaps()
	j.decisions()
	j.log()
	j.people()
	for id := range j.counting {
		if !j.touched[id] {
			j.out.Shown++
		}
	}
	slices.SortStableFunc(j.out.Reasons, func(a, b ReadinessReason) int {
		return cmp.Or(cmp.Compare(bearingRank(a.Bearing), bearingRank(b.Bearing)), cmp.Compare(areaRank(a.Area), areaRank(b.Area)))
	})
	j.out.Answer = answerOf(j.out.Reasons)
	return j.out
}

func bearingRank(b Bearing) int    { return slices.Index(Bearings, b) }
func areaRank(a ReadinessArea) int { return slices.Index(ReadinessAreas, a) }
func (in *ReadinessInputs) day(t time.Time) time.Time {
	y, m, d := t.In(in.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, in.Zone)
}

func answerOf(reasons []ReadinessReason) ReadinessAnswer {
	answer := NothingKnown
	for _, r := range reasons {
		switch r.Bearing {
		case Against:
			return NotYet
		case Watch:
		case Unknown:
			answer = CannotTell
		default:
			answer = CannotTell
		}
	}
	return answer
}

type readinessJudge struct {
	in        ReadinessInputs
	adoptions adoptions
	counting  map[string]Control
	touched   map[string]bool // controls of which something is said
	out       Readiness
}

func (j *readinessJudge) say(r ReadinessReason) {
	if _, ok := j.counting[r.Subject]; ok && r.Area != AreaOwner && r.Bearing != Watch {
		j.touched[r.Subject] = true
	}
	j.out.Reasons = append(j.out.Reasons, r)
}

// counts finds the controls the answer is about: adopted ones, and while nobody
// adopted anything the proposed ones within the profile; in scope by a criterion.
func (j *readinessJudge) counts() {
	j.counting = map[string]Control{}
	scope := GapInputs{Scope: j.in.Scope, Catalogue: j.in.Catalogue}
	for _, c := range j.in.Catalogue.Controls {
		switch {
		case !j.adoptions.counts(c.ID) || scope.outOfScope(c.Criteria):
		case j.adoptions.of(c.ID) == Proposed && !InProfile(c, j.in.Scope.Profile):
			j.out.Later++
		default:
			j.counting[c.ID] = c
		}
	}
	j.out.Counting = len(j.counting)
	if j.out.Counting == 0 {
		j.say(ReadinessReason{
			Area: AreaCriteria, Bearing: Unknown, Subject: "controls", What: "No control counts: there is nothing the answer could rest on.",
			Do: "Check scope.categories, scope.profile and what was declined: `controlwatch controls list`",
		})
	}
	if j.out.ByProposed {
		j.say(ReadinessReason{
			Area: AreaCriteria, Bearing: Watch, Subject: "adoption",
			What: "Nobody has adopted a control: all that are proposed in the profile count here.",
			Do:   "Decide which controls are the company's own before the period: a period speaks of adopted ones",
		})
	}
}
