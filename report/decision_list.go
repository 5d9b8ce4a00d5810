package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// SchemaDecisions names the form of DecisionsJSON.
const SchemaDecisions = "controlwatch.decisions/v1"

// DecisionReport is every decision, and what narrows, as of a time.
type DecisionReport struct {
	Schema string `json:"schema"`
	// The time as of which the states are told.
	At time.Time `json:"at"`
	// True if the evidence is the sample company's and not yours.
	SampleData bool `json:"sample_data"`
	// Who last committed the file of the configuration, and how that is known, which is
	// no approval; empty: it lies in no git repository, or there is none.
	Committed  string             `json:"configuration_committed"`
	Decisions  []DecisionAndPicks `json:"decisions"`
	Narrowings []Narrowing        `json:"narrowings"`
}

// DecisionAndPicks is a decision with findings that it picks.
type DecisionAndPicks struct {
	Decision
	// The first of the findings that it picks; picks is how many there are.
	Picked []PickedFinding `json:"picked"`
	// Why its record cannot be read; empty: it can.
	Unreadable string `json:"unreadable"`
}

// PickedFinding is a finding that a decision picks.
type PickedFinding struct {
	Control  string `json:"control"`
	Check    string `json:"check"`
	Provider string `json:"provider"`
	Account  string `json:"account"`
	Region   string `json:"region"`
	Kind     string `json:"kind"`
	ID       string `json:"id"`
}

// DecisionsJSON writes every decision as controlwatch.decisions/v1.
func DecisionsJSON(w io.Writer, a *soc2.Assessment, committed string) error {
	out := DecisionReport{Schema: SchemaDecisions, At: a.At.UTC(), SampleData: a.SampleData, Committed: committed, Decisions: []DecisionAndPicks{}, Narrowings: narrowingsOf(a.Narrowings)}
	for i := range a.Decisions {
		s := &a.Decisions[i]
		one := DecisionAndPicks{Decision: DecisionOf(*s), Picked: []PickedFinding{}, Unreadable: s.Unreadable}
		for _, f := range s.Picked {
			r := f.Resource
			one.Picked = append(one.Picked, PickedFinding{f.Control, f.Check, r.Provider, r.Account, r.Region, string(r.Kind), r.ID})
		}
		out.Decisions = append(out.Decisions, one)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(out); err != nil {
		return fmt.Errorf("write %s: %w", SchemaDecisions, err)
	}
	return nil
}

// DecisionList writes every decision for a person, and what narrows without one.
// Committed says who last committed the file of the configuration.
func DecisionList(w io.Writer, a *soc2.Assessment, committed string, o Options) error {
	o.Width = max(o.Width, MinWidth)
	s := &summary{Options: o, sample: a.SampleData}
	s.section("Decisions")
	s.lines(2, "", cmp.Or(Decided(a.Decisions), "none is known"))
	for i := range a.Decisions {
		s.decision(&a.Decisions[i], a.Decisions)
		if !a.Decisions[i].Recorded && a.Decisions[i].Unreadable == "" && committed != "" {
			s.lines(4, "file     ", escaped(committed))
		}
	}
	if told := NarrowedInSilence(a.Narrowings); told != "" {
		s.section("Narrowed without a recorded decision")
		for _, n := range soc2.Unrecorded(a.Narrowings) {
			s.lines(2, "- ", escaped(n.String()))
		}
	}
	if _, err := io.WriteString(w, s.String()); err != nil {
		return fmt.Errorf("write decisions: %w", err)
	}
	return nil
}

func (s *summary) decision(d *soc2.DecisionState, all []soc2.DecisionState) {
	state := string(d.Life)
	if d.Expiring {
		state += ", expires soon"
	}
	if d.Unused {
		state += ", unused: it picks nothing now"
	}
	colour := soc2.Unobserved
	if d.Life == soc2.DecisionInForce && !d.Expiring && !d.Unused {
		colour = soc2.Pass
	}
	s.WriteByte('\n')
	s.lines(2, "", Safe(d.ID)+"  "+string(d.Kind)+"  "+s.paintOutcome(colour, state))
	if d.Unreadable != "" {
		s.lines(4, "wrong    ", escaped(d.Unreadable))
		return
	}
	s.lines(4, "about    ", escaped(d.Subject()))
	s.lines(4, "picks    ", s.picks(d))
	for _, id := range d.Overlaps {
		s.lines(4, "overlaps ", escaped(overlap(d, id, all)))
	}
	s.lines(4, "reason   ", escaped(d.Reason))
	if d.Compensating != "" {
		s.lines(4, "instead  ", escaped(d.Compensating))
	} else if d.Kind == soc2.Accept {
		s.lines(4, "instead  ", "nothing: no compensating control is named")
	}
	asked := "by " + escaped(d.Requester) + ", in the configuration"
	if d.Recorded {
		asked = "by " + escaped(d.AskedBy.String()) + ", " + minute(d.AskedAt)
	}
	s.lines(4, "asked    ", asked)
	switch {
	case d.Consent == soc2.Refused:
		s.lines(4, "refused  ", "by "+escaped(d.SignOff.By.String())+", "+minute(d.SignOff.At)+orDash(d.SignOff.Note))
	case !d.Recorded:
		s.lines(4, "approved ", "by "+escaped(d.Approver)+", "+soc2.NamedInConfiguration)
	case d.Consent == soc2.Approved:
		s.lines(4, "approved ", "by "+escaped(d.ApprovedAs)+", "+minute(d.From)+orDash(d.SignOff.Note))
	default:
		s.lines(4, "approved ", "by nobody: controlwatch approve "+Safe(d.ID)+" --by NAME")
	}
	s.lines(4, "ends     ", minute(d.Expires))
	if !d.Withdrawn.IsZero() {
		s.lines(4, "ended    ", "withdrawn by "+escaped(d.EndedBy.String())+", "+minute(d.Withdrawn)+orDash(d.EndedWhy))
	}
}

func (s *summary) picks(d *soc2.DecisionState) string {
	what := "finding"
	if d.Kind != soc2.Accept && d.Kind != soc2.Exclude {
		what = "setting"
	}
	told := count(d.Picks, what, what+"s")
	if d.Life != soc2.DecisionInForce {
		told = "nothing, not being in force; it would pick " + told
	}
	var names []string
	for _, f := range d.Picked {
		names = append(names, escaped(f.Check+" of "+cmp.Or(f.Name, f.Resource.ID)))
	}
	if len(names) == 0 {
		return told
	}
	if more := d.Picks - len(names); more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return told + ": " + strings.Join(names, ", ")
}

// overlap names the other decision, and which of the two governs.
func overlap(d *soc2.DecisionState, id string, all []soc2.DecisionState) string {
	for i := range all {
		if all[i].ID != id {
			continue
		}
		if governs := all[i].Sooner(d.Decision); governs {
			return fmt.Sprintf("%s, which ends %s and so governs what is said", id, minute(all[i].Expires))
		}
		return fmt.Sprintf("%s, which ends %s: this one governs what is said", id, minute(all[i].Expires))
	}
	return id
}
