package report

import (
	"fmt"
	"io"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// PeriodV1 names the contract of a period in JSON.
const PeriodV1 = "controlwatch.period/v1"

// PeriodReport is an observation period as JSON. Times are in UTC; intervals are
// half-open: what is at "to" is not in them. No state says that a control was
// effective: that is an auditor's opinion.
type PeriodReport struct {
	Schema      string            `json:"schema"`      // "controlwatch.period/v1"
	SampleData  bool              `json:"sample_data"` // of a company that does not exist
	Type        soc2.PeriodType   `json:"type"`        // "I": as of the end; "II": over the span
	From        time.Time         `json:"from"`
	To          time.Time         `json:"to"`         // the end of the last day
	Timezone    string            `json:"timezone"`   // that days are of
	ToldAsOf    time.Time         `json:"told_as_of"` // nothing later is in it
	Running     bool              `json:"running"`    // it is not over
	Began       *time.Time        `json:"began"`      // when the store was first written; null: it is empty
	Assessments int               `json:"assessments"`
	Last        *time.Time        `json:"last_assessment"` // null: there is none
	Days        PeriodDays        `json:"days"`            // a day is covered if it is for every control shown
	FixWithin   map[string]string `json:"fix_within"`      // by severity: the time there is to fix
	LeftOut     int               `json:"left_out"`        // controls that were not asked for
	Adopting    bool              `json:"adopting"`        // the company adopted controls: criteria hold by those that are "reported" alone
	Unlinked    []PeriodOwn       `json:"unlinked"`        // of the company's own, adopted, with nothing that shows that they hold
	Filter      string            `json:"filter"`          // what was asked for; empty: everything
	Criteria    []PeriodCriterion `json:"criteria"`
	Controls    []PeriodControl   `json:"controls"`
	Judges      []PeriodJudge     `json:"judge_changes"` // of catalogue, parameters, engine or derivations
	Scopes      []PeriodScope     `json:"scope_changes"`

	// Administration is what administrators did; null: it was not read.
	Administration *Administration `json:"administration"`
}

// PeriodDays counts days; each is in one of them.
type PeriodDays struct {
	Covered int `json:"covered"` // the whole day was observed
	Lost    int `json:"lost"`    // some of it was not
	Running int `json:"running"` // it has begun, and so far was observed
	ToCome  int `json:"to_come"`
}

// PeriodCriterion is a criterion over the period.
type PeriodCriterion struct {
	ID       string           `json:"id"`
	Category string           `json:"category"`
	Title    string           `json:"title"`
	State    soc2.PeriodState `json:"state"`    // deviation-seen, evidence-incomplete, no-deviation-seen, no-occurrence or out-of-scope
	Residual string           `json:"residual"` // what remains for a person
	Controls []string         `json:"controls"` // that are shown
}

// PeriodControl is a control over the period.
type PeriodControl struct {
	ID           string              `json:"id"`
	Title        string              `json:"title"`
	Severity     string              `json:"severity"`
	Owner        string              `json:"owner"`
	Frequency    string              `json:"frequency"`
	Adoption     string              `json:"adoption"`     // adopted, advisory, declined, or proposed: nobody decided
	Reported     bool                `json:"reported"`     // adopted at any time within the period, itself or by a control of the company's; all are where none was
	Own          []PeriodOwn         `json:"own"`          // the company's own controls that are linked to it
	InCatalogue  bool                `json:"in_catalogue"` // of now
	Criteria     []string            `json:"criteria"`
	State        soc2.PeriodState    `json:"state"`
	Planned      int                 `json:"tests_planned"`    // reads of a list that a plan asked for
	Executed     int                 `json:"tests_executed"`   // of them, those that saw all of the list
	SeenFor      int64               `json:"seen_seconds"`     // every list it needs seen to its end, recently enough, and judged by an assessment
	ObservedFor  int64               `json:"observed_seconds"` // of that, without time in which any resource could not be judged
	Elapsed      int64               `json:"elapsed_seconds"`  // of the period so far
	Seen         []PeriodInterval    `json:"seen"`
	Observed     []PeriodInterval    `json:"observed"`
	Days         PeriodDays          `json:"days"`
	Resources    int                 `json:"resources"`  // that its checks were asked of
	Applicable   int                 `json:"applicable"` // of them, those to which they applied
	Populations  []PeriodPopulation  `json:"populations"`
	Holes        []PeriodHole        `json:"holes"`
	Deviations   []PeriodDeviation   `json:"deviations"`
	Attestations []PeriodAttestation `json:"attestations"`
	Designs      []PeriodDesign      `json:"design_conclusions"` // empty: none recorded
	Standing     *PeriodStanding     `json:"standing"`           // at the last assessment; null: it did not judge the control
}

// PeriodOwn is one of the company's own controls, in its wording.
type PeriodOwn struct {
	ID      string `json:"id"`
	Wording string `json:"wording"`
}

// PeriodInterval is a half-open stretch of time.
type PeriodInterval struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// PeriodPopulation is a list the control needs, and how it was looked at.
type PeriodPopulation struct {
	Collector string           `json:"collector"`
	Provider  string           `json:"provider"`
	Account   string           `json:"account"`
	Region    string           `json:"region"`
	Type      string           `json:"type"`
	Scope     []PeriodInterval `json:"in_scope"`
	Planned   int              `json:"planned"`
	Executed  int              `json:"executed"`
	Pulls     int              `json:"pulls"` // complete or not
}

// PeriodHole is time in which the control was not observed.
type PeriodHole struct {
	From      time.Time       `json:"from"`
	To        time.Time       `json:"to"`
	Reason    evidence.Reason `json:"reason"` // of a hole, or not-judged, or unobserved: some resources could not be judged
	Operation string          `json:"operation"`
	Detail    string          `json:"detail"`
	Check     string          `json:"check"`  // of unobserved
	Open      bool            `json:"open"`   // it is not over, and can be mended; else it can only be explained
	Places    []string        `json:"places"` // feeds, or names of resources: the first of them
	More      int             `json:"more_places"`
}

// PeriodDeviation is an interval in which the control did not operate on a resource:
// it began after last_good and by first_bad, and ended after last_bad and by first_good.
type PeriodDeviation struct {
	Check        string           `json:"check"`
	Resource     Resource         `json:"resource"`
	Severity     string           `json:"severity"`
	Before       string           `json:"before"`    // good, absent, or unseen: it failed when it was first looked at
	LastGood     *time.Time       `json:"last_good"` // null: nothing was seen before
	FirstBad     time.Time        `json:"first_bad"`
	FoundBy      string           `json:"found_by"` // look: its evidence changed; judgement: a time passed, another resource or the judge changed
	LastBad      time.Time        `json:"last_bad"`
	FirstGood    *time.Time       `json:"first_good"`                     // null: not seen mended
	End          string           `json:"end"`                            // open, fixed, gone or not-applicable
	Left         string           `json:"left"`                           // of an open one: out-of-scope or not-judged; else empty
	DetectAtMost *int64           `json:"time_to_detect_at_most_seconds"` // null: nobody knows
	FixAtLeast   int64            `json:"time_to_fix_at_least_seconds"`
	FixAtMost    int64            `json:"time_to_fix_at_most_seconds"` // of an open one: until told_as_of
	FixWithin    int64            `json:"fix_within_seconds"`
	InTime       soc2.InTime      `json:"in_time"` // in-time, running, not-shown or late
	Unseen       []PeriodInterval `json:"sight_lost"`
	Accepted     []PeriodAccepted `json:"accepted"` // explains, and shortens nothing
	ExcludedBy   string           `json:"excluded_by"`
}

// PeriodAccepted is time in which a decision to live with the deviation was in force.
type PeriodAccepted struct {
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Decision string    `json:"decision"` // empty: not in the store
	Reason   string    `json:"reason"`
	Approver string    `json:"approver"`
	Expires  time.Time `json:"expires"`
}

// PeriodAttestation is one instance of an attested control.
type PeriodAttestation struct {
	From     time.Time     `json:"from"`
	To       time.Time     `json:"to"`
	System   string        `json:"system,omitempty"` // left out: all of them
	State    soc2.DueState `json:"state"`            // performed, no-occurrence, incomplete, not-met, late, missing or not-due
	ID       string        `json:"id"`
	By       string        `json:"performed_by"`
	Identity string        `json:"identity"`     // how it is known who; empty: identity not verified
	At       *time.Time    `json:"performed_at"` // of the activity
	Recorded *time.Time    `json:"recorded_at"`  // when it was first read, which decides nothing
	Lacks    []string      `json:"lacks"`
	Next     *time.Time    `json:"performed_next"`   // of a missing one
	Before   *time.Time    `json:"performed_before"` // of one that is not due: in the instance before, lacking nothing
}

// PeriodDesign is a recorded conclusion on the design of the control.
type PeriodDesign struct {
	ID         string    `json:"id"`
	At         time.Time `json:"at"`
	Conclusion string    `json:"conclusion"`
	Note       string    `json:"note"`
	By         string    `json:"by"`
	Identity   string    `json:"identity"` // how it is known who; empty: identity not verified
	Maturity   *int      `json:"maturity"` // 0 to 5; null: nobody said
	Date       string    `json:"date"`     // the day it was concluded; empty: that of "at"
}

// PeriodStanding is the state of the control at the last assessment.
type PeriodStanding struct {
	State         soc2.Outcome `json:"state"`
	Failing       int          `json:"failing"`
	Unobserved    int          `json:"unobserved"`
	Passing       int          `json:"passing"`
	NotApplicable int          `json:"not_applicable"`
	Accepted      int          `json:"accepted"`
	Excluded      int          `json:"excluded"`
}

// PeriodJudge is a change of what judges.
type PeriodJudge struct {
	At      time.Time  `json:"at"`
	From    soc2.Judge `json:"from"`
	To      soc2.Judge `json:"to"`
	Added   []string   `json:"controls_added"`
	Removed []string   `json:"controls_removed"`
	Changed []string   `json:"controls_changed"`
	Unknown bool       `json:"versions_unknown"` // the catalogue is not in the store: controls_changed may lack some
}

// PeriodScope is a change of what is looked at.
type PeriodScope struct {
	At      time.Time `json:"at"`
	Added   []string  `json:"added"`
	Removed []string  `json:"removed"`
}

// PeriodJSON writes a period as controlwatch.period/v1.
func PeriodJSON(w io.Writer, p soc2.Period) error {
	b, err := indented(periodReport(p), "")
	if err == nil {
		_, err = w.Write(append(b, '\n'))
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", PeriodV1, err)
	}
	return nil
}
