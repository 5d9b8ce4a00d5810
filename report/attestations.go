package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// AttestationsV1 names the form of AttestationsJSON.
const AttestationsV1 = "controlwatch.attestations/v1"

// Attestations are attested controls as of a time, in days of a zone.
type Attestations struct {
	At        time.Time
	Zone      *time.Location
	Soon      time.Duration
	LeftOut   int // that count for longer, and were not asked for
	Standings []soc2.AttestationStanding
}

// AttestationsTable writes who must attest what until when, by owner and date.
func AttestationsTable(w io.Writer, a Attestations, o Options) error {
	o.Width = max(o.Width, MinWidth)
	s := &summary{Options: o}
	counts := map[soc2.AttestationState]int{}
	owner := ""
	for i, st := range a.Standings {
		counts[st.State]++
		if i == 0 || st.Owner != owner {
			owner = st.Owner
			s.section(Safe(orText(owner, "nobody answers for these")))
		}
		s.attestation(st, a.Zone)
	}
	s.section("Attested controls as of " + minute(a.At))
	for _, state := range soc2.AttestationStates {
		if counts[state] > 0 {
			s.lines(2, s.paint(attestationColours(state), fmt.Sprintf("%-12s%4d", state, counts[state])), "")
		}
	}
	if a.LeftOut > 0 {
		s.lines(2, "", fmt.Sprintf("%d more are not due within %d days; without --due they are listed too.", a.LeftOut, int(a.Soon.Hours()/24)))
	}
	if _, err := io.WriteString(w, s.String()); err != nil {
		return fmt.Errorf("write attestations: %w", err)
	}
	return nil
}

func orText(s, otherwise string) string {
	if strings.TrimSpace(s) == "" {
		return otherwise
	}
	return s
}

func (s *summary) attestation(st soc2.AttestationStanding, zone *time.Location) {
	label := s.paint(attestationColours(st.State), fmt.Sprintf("%-12s", st.State))
	words := st.Control.ID
	if st.System != "" {
		words += " (" + Safe(st.System) + ")"
	}
	if !st.Until.IsZero() {
		words += ", until " + st.Until.In(zone).Format(time.DateOnly)
	}
	if st.ID != "" {
		words += fmt.Sprintf("; %s, performed %s by %s", Safe(strings.ReplaceAll(st.Result, "-", " ")), st.Performed.In(zone).Format(time.DateOnly),
			Safe(evidence.Actor{Name: st.By, Identity: st.Identity}.String()))
		words += committed(st)
	}
	if len(st.Lacks) > 0 {
		words += "; lacks " + escaped(strings.Join(st.Lacks, ", "))
	}
	s.lines(2, label, words)
}

// committed says who signed the commit of a statement in a file. That is who performed
// the control only where it is the same person.
func committed(st soc2.AttestationStanding) string {
	switch {
	case st.Identity == evidence.IdentityGit:
		return ", commit " + Safe(short(st.Commit))
	case st.SignedBy != "":
		return fmt.Sprintf("; committed by %s (%s), commit %s: %s", Safe(st.SignedBy), evidence.IdentityGit, Safe(short(st.Commit)), Safe(st.Unverified))
	case st.Unverified != "":
		return ": " + Safe(st.Unverified)
	}
	return ""
}

func attestationColours(state soc2.AttestationState) colours {
	switch state {
	case soc2.AttestedNotMet:
		return outcomeColours(soc2.Fail)
	case soc2.AttestedPerformed:
		return outcomeColours(soc2.Pass)
	case soc2.AttestedSoon, soc2.AttestedDue:
		return colours{text.FgCyan}
	case soc2.AttestedOverdue, soc2.AttestedNever, soc2.AttestedIncomplete:
	}
	return outcomeColours(soc2.Unobserved)
}

// AttestationRow is one attested control, or one system's instance of it.
type AttestationRow struct {
	Control     string                `json:"control"`
	Title       string                `json:"title"`
	System      string                `json:"system"` // empty: all of them
	Owner       string                `json:"owner"`
	Severity    string                `json:"severity"`
	State       soc2.AttestationState `json:"state"`        // not-met, overdue, never, incomplete, due, soon or performed
	Counts      bool                  `json:"counts"`       // it is evidence that the control was performed
	ValidUntil  *time.Time            `json:"valid_until"`  // null: never attested, or not met
	DaysLeft    *int                  `json:"days_left"`    // whole days; negative: overdue for so long
	Attestation string                `json:"attestation"`  // id; empty: there is none
	Result      string                `json:"result"`       // met, met-with-findings, not-met or no-occurrence
	PerformedAt *time.Time            `json:"performed_at"` //
	PerformedBy string                `json:"performed_by"` //
	Verified    bool                  `json:"verified"`     // it is known who performed it, not only said
	Identity    evidence.Identity     `json:"identity"`     // how: git-commit, personal-key or oidc; empty: identity not verified
	Commit      string                `json:"commit"`       // that made the statement's file what it is; empty: not known, or it is in no git repository
	CommittedBy string                `json:"committed_by"` // whose key signed that commit; empty: not known. Not who performed it
	Unverified  string                `json:"unverified"`   // why the commit does not show who performed it
	Lacks       []string              `json:"lacks"`        // what is asked for and is not there
	Validity    string                `json:"validity"`     // ISO 8601, from when it was performed
	Question    string                `json:"question"`     //
	Evidence    []string              `json:"evidence"`     // what should be attached
	Reviewer    bool                  `json:"reviewer"`     // a second person must sign it off
	PerSystem   bool                  `json:"per_system"`   // each system has an instance of its own
	Covers      []string              `json:"answers_rows"` // of the list of manual controls
	Criteria    []string              `json:"criteria"`     //
	Profile     string                `json:"profile"`      // baseline, growing or established
	Statement   string                `json:"statement"`    //
}

func attestationRow(st soc2.AttestationStanding, now time.Time) AttestationRow {
	c, asked := st.Control, st.Control.AttestationAsked
	row := AttestationRow{
		Control: c.ID, Title: c.Title, System: st.System, Owner: st.Owner, Severity: c.Severity().String(), State: st.State, Counts: st.State.Counts(),
		ValidUntil: moment(st.Until), Attestation: st.ID, Result: st.Result, PerformedAt: moment(st.Performed), PerformedBy: st.By,
		Verified: st.Identity != evidence.IdentityUnverified, Identity: st.Identity, Commit: st.Commit, CommittedBy: st.SignedBy, Unverified: st.Unverified, Lacks: list(st.Lacks), Validity: asked.Validity, Question: asked.Question,
		Evidence: list(asked.Evidence), Reviewer: asked.Reviewer, PerSystem: asked.PerSystem, Covers: list(asked.Covers), Criteria: []string{},
		Profile: c.Profile, Statement: c.Statement,
	}
	for _, m := range c.Criteria {
		row.Criteria = append(row.Criteria, m.ID)
	}
	if !st.Until.IsZero() {
		days := soc2.DaysUntil(now, st.Until)
		row.DaysLeft = &days
	}
	return row
}

// attestationsReport is controlwatch.attestations/v1.
type attestationsReport struct {
	Schema       string           `json:"schema"`
	AsOf         time.Time        `json:"as_of"`
	SoonDays     int              `json:"soon_days"`
	LeftOut      int              `json:"left_out"` // that were not asked for
	Attestations []AttestationRow `json:"attestations"`
}

// AttestationsJSON writes the same for programs.
func AttestationsJSON(w io.Writer, a Attestations) error {
	out := attestationsReport{AttestationsV1, a.At.UTC(), int(a.Soon.Hours() / 24), a.LeftOut, []AttestationRow{}}
	for _, st := range a.Standings {
		out.Attestations = append(out.Attestations, attestationRow(st, a.At))
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(out); err != nil {
		return fmt.Errorf("write attestations: %w", err)
	}
	return nil
}

// AttestationsCSV writes the same as rows, with days of the zone.
func AttestationsCSV(w io.Writer, a Attestations) error {
	b := bufio.NewWriter(w)
	b.Write(csvRow([]string{ //nolint:errcheck // Flush says so
		"owner", "state", "control", "system", "title", "valid_until", "days_left", "result", "performed", "performed_by", "identity", "lacks", "attestation", "severity", "criteria",
	}))
	for _, st := range a.Standings {
		r := attestationRow(st, a.At)
		identity, days := "", ""
		if st.ID != "" {
			identity = orText(string(st.Identity), "not verified")
		}
		if r.DaysLeft != nil {
			days = fmt.Sprint(*r.DaysLeft)
		}
		b.Write(csvRow([]string{ //nolint:errcheck // Flush says so
			r.Owner, string(r.State), r.Control, r.System, r.Title, dayIn(a.Zone, st.Until), days, r.Result, dayIn(a.Zone, st.Performed), r.PerformedBy, identity,
			strings.Join(r.Lacks, "; "), r.Attestation, r.Severity, strings.Join(r.Criteria, " "),
		}))
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write attestations: %w", err)
	}
	return nil
}

func dayIn(zone *time.Location, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format(time.DateOnly)
}
