package soc2

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// DueState is what became of one instance of an attested control.
type DueState string

// What becomes of an instance. Late and not-met are deviations of the instance,
// whatever follows; missing is a hole, as nobody says that the control failed.
const (
	DuePerformed DueState = "performed"
	DueNone      DueState = "no-occurrence" // attested that the occasion did not arise
	DueLacking   DueState = "incomplete"    // performed, and something that is asked for is not there
	DueNotMet    DueState = "not-met"
	DueLate      DueState = "late"
	DueMissing   DueState = "missing"
	DueOpen      DueState = "not-due" // its time is not over
)

// AttestationDue is one instance of an attested control: a quarter of a quarterly one.
type AttestationDue struct {
	Interval        // in which it is to be performed
	System   string // empty: all of them
	State    DueState
	ID       string // of the attestation that counts
	By       string
	Identity evidence.Identity // how it is known who
	At       time.Time         // when the activity happened
	Recorded time.Time         // when we first saw it, which decides nothing
	Lacks    []string
	Next     time.Time // of one that is missing: when it was performed next; zero: not yet
	Before   time.Time // of one that is not due: when it was performed in the instance before; zero: it was not, or lacks something
}

// attestationsDue are the instances that touch the window up to a time. How it is
// decided:
//
//   - Instances follow the calendar of the zone where the validity is a month, a
//     quarter, half a year or a year, and count on from the window's beginning otherwise.
//   - The date of the activity counts, never that of the upload.
//   - Performed after its end it is late, if the statement itself says it covers
//     the instance, and stays so; else it is missing.
//   - Of several in time, one that says not-met decides, then one that lacks nothing.
//   - What is dated ahead of now, or about one system only, shows nothing. Where each
//     system has an instance of its own, what names none shows only a failure.
func attestationsDue(c Control, acts []AttestedAct, asked PeriodAsked, until time.Time) []AttestationDue {
	var due []AttestationDue
	for _, system := range attestedSystems(c, asked.Systems, acts) {
		due = append(due, attestationsDueOf(c, system, acts, asked, until)...)
	}
	return due
}

// attestedSystems are those of which each has an instance; "" stands for all. One that
// is not in scope and was attested as not met is among them: it may have been renamed.
func attestedSystems(c Control, systems []System, acts []AttestedAct) []string {
	var ids []string
	if c.AttestationAsked.PerSystem {
		for _, s := range systems {
			ids = append(ids, s.ID)
		}
	}
	if len(ids) == 0 {
		return []string{""}
	}
	for _, a := range acts {
		if a.Control == c.ID && a.Result == evidence.NotMet && a.System != "" && !slices.Contains(ids, a.System) {
			ids = append(ids, a.System)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// speaks says whether a statement shows anything of a system, or of all.
func (a AttestedAct) speaks(system string) bool {
	return system == "" || a.System == system || a.System == "" && a.Result == evidence.NotMet
}

func attestationsDueOf(c Control, system string, acts []AttestedAct, asked PeriodAsked, until time.Time) []AttestationDue {
	var of []AttestedAct
	for _, a := range acts {
		if a.Control == c.ID && a.speaks(system) && !a.PerformedAt.IsZero() && !a.PerformedAt.After(until) {
			of = append(of, a)
		}
	}
	slices.SortStableFunc(of, func(a, b AttestedAct) int { return a.PerformedAt.Compare(b.PerformedAt) })
	var due []AttestationDue
	all := instances(c.AttestationAsked.Validity, asked.Window, asked.Zone)
	for n, i := range all[1:] {
		if !i.From.Before(until) {
			break
		}
		d := instanceOf(i, system, c.AttestationAsked, of, until)
		if last := instanceOf(all[n], system, c.AttestationAsked, of, until); d.State == DueOpen && (last.State == DuePerformed || last.State == DueNone) {
			d.Before = last.At
		}
		due = append(due, d)
	}
	return due
}

func instanceOf(i Interval, system string, asks *AttestationAsked, acts []AttestedAct, until time.Time) AttestationDue {
	d := AttestationDue{Interval: i, System: system, State: DueMissing}
	for _, a := range acts {
		if a.PerformedAt.Before(i.From) || !a.PerformedAt.Before(i.To) {
			continue
		}
		state, lacks := judgeAct(asks, system, a)
		if d.At.IsZero() || dueRank(state) > dueRank(d.State) {
			d.take(a, state, lacks)
		}
	}
	if !d.At.IsZero() {
		return d
	}
	for _, a := range acts {
		if a.PerformedAt.Before(i.To) {
			continue
		}
		if a.covered().Within(i).Length() > 0 {
			state, lacks := judgeAct(asks, system, a)
			if state == DuePerformed || state == DueNone {
				state = DueLate
			}
			d.take(a, state, lacks)
			return d
		}
		if d.Next.IsZero() {
			d.Next = a.PerformedAt
		}
	}
	if until.Before(i.To) {
		d.State = DueOpen
	}
	return d
}

func (d *AttestationDue) take(a AttestedAct, state DueState, lacks []string) {
	d.State, d.ID, d.By, d.Identity, d.At, d.Recorded, d.Lacks = state, a.ID, a.PerformedBy, a.Identity, a.PerformedAt, a.Recorded, lacks
}

func dueRank(s DueState) int {
	return slices.Index([]DueState{DueLacking, DueNone, DuePerformed, DueNotMet}, s)
}

func judgeAct(asks *AttestationAsked, system string, a AttestedAct) (DueState, []string) {
	var state DueState
	var lacks []string
	switch a.Result {
	case evidence.NotMet:
		return DueNotMet, nil
	case evidence.Met, evidence.MetWithFindings:
		state = DuePerformed
	case evidence.NoOccurrence:
		state = DueNone
	default:
		lacks = append(lacks, "a known result")
	}
	if len(a.Files) == 0 && len(asks.Evidence) > 0 && a.Result != evidence.NoOccurrence {
		lacks = append(lacks, "evidence files")
	}
	if Nobody(a.PerformedBy) {
		lacks = append(lacks, "who performed it")
	}
	if asks.Reviewer && (Nobody(a.ReviewedBy) || SamePerson(a.PerformedBy, a.ReviewedBy)) {
		lacks = append(lacks, LacksReview)
	}
	if a.Refused != "" {
		lacks = append(lacks, "a sign-off: refused by "+a.Refused)
	}
	if a.Result == evidence.Met && a.Deviations != nil && *a.Deviations > 0 {
		lacks = append(lacks, "a result that fits its deviations")
	}
	if a.System != system {
		lacks = append(lacks, "systems other than "+a.System)
	}
	if len(lacks) > 0 {
		return DueLacking, lacks
	}
	return state, nil
}

// attestedState is what the instances of a control say together.
func attestedState(due []AttestationDue) PeriodState {
	state := NoneOccurred
	for _, d := range due {
		switch d.State {
		case DueLate, DueNotMet:
			state = worsePeriod(state, DeviationSeen)
		case DuePerformed:
			state = worsePeriod(state, NoDeviationSeen)
		case DueNone:
		case DueOpen:
			if d.Before.IsZero() {
				state = worsePeriod(state, PeriodIncomplete)
			} else {
				state = worsePeriod(state, NoDeviationSeen)
			}
		case DueMissing, DueLacking: // nothing is shown either way
			state = worsePeriod(state, PeriodIncomplete)
		}
	}
	if len(due) == 0 {
		return PeriodIncomplete
	}
	return state
}

var spanOfDays = regexp.MustCompile(`^P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?$`)

// instances are the spans of a validity that touch a window, and the one before them.
func instances(validity string, window Interval, zone *time.Location) []Interval {
	if !spanOfDays.MatchString(validity) {
		return []Interval{{window.From, window.From}, window} // the engine refuses such a control
	}
	years, months, days := spanOf(validity)
	if years == 0 && months == 0 {
		switch days {
		case 30, 31:
			months, days = 1, 0
		case 90, 91, 92:
			months, days = 3, 0
		case 180, 182, 183:
			months, days = 6, 0
		case 365, 366:
			years, days = 1, 0
		}
	}
	start := window.From.In(zone)
	if span := 12*years + months; days == 0 && span > 0 && 12%span == 0 {
		month := (int(start.Month())-1)/span*span + 1
		start = time.Date(start.Year(), time.Month(month), 1, 0, 0, 0, 0, zone)
	}
	all := []Interval{{start.AddDate(-years, -months, -days).UTC(), start.UTC()}}
	for start.Before(window.To) {
		end := start.AddDate(years, months, days)
		if !end.After(start) {
			return []Interval{{window.From, window.From}, window}
		}
		all = append(all, Interval{start.UTC(), end.UTC()})
		start = end
	}
	return all
}

// covered is what a statement says it covers; its last day counts by its beginning.
func (a AttestedAct) covered() Interval {
	if a.CoversFrom.IsZero() || a.CoversTo.Before(a.CoversFrom) {
		return Interval{}
	}
	return Interval{a.CoversFrom, a.CoversTo.Add(time.Microsecond)}
}

// spanOf takes a span apart; one that cannot be read lasts no time.
func spanOf(validity string) (years, months, days int) {
	m := spanOfDays.FindStringSubmatch(validity)
	if m == nil {
		return 0, 0, 0
	}
	n := func(i int) int {
		v, _ := strconv.Atoi(m[i]) // digits only, or empty: 0
		return v
	}
	return n(1), n(2), 7*n(3) + n(4)
}
