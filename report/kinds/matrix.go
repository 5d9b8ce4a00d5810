package kinds

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// SchemaMatrix names the form of Matrix.
const SchemaMatrix = "controlwatch.report.matrix/v1"

// Matrix maps controls to the requirements of frameworks, with the state that the
// newest evidence shows. A mapping says that a control bears on a requirement,
// never that it is all the requirement asks.
type Matrix struct {
	Schema       string        `json:"schema"` // "controlwatch.report.matrix/v1"
	At           time.Time     `json:"at"`     // the moment judged at
	Sample       bool          `json:"sample_data"`
	Organization string        `json:"organization,omitempty"`
	Catalogue    string        `json:"catalogue"` // digest of what the controls were read from
	Frameworks   []Framework   `json:"frameworks"`
	Controls     []MatrixRow   `json:"controls"`
	Requirements []Requirement `json:"requirements"` // those that are mapped, and all of complete frameworks
}

// MatrixRow is one control.
type MatrixRow struct {
	ID         string              `json:"id"`
	Title      string              `json:"title"`
	State      soc2.Outcome        `json:"state"`
	Judged     bool                `json:"judged"` // false: the assessment did not speak of it; its state is unobserved
	Severity   soc2.Severity       `json:"severity"`
	Adoption   string              `json:"adoption,omitempty"`
	Failing    int                 `json:"failing"`
	Unobserved int                 `json:"unobserved"`
	Passing    int                 `json:"passing"`
	Accepted   int                 `json:"accepted"` // failing, and accepted by decision
	Excluded   int                 `json:"excluded"` // taken out by decision
	Attested   bool                `json:"attested"` // a person is asked for it
	Maps       map[string][]string `json:"maps"`     // ids of requirements, by framework
	Direct     []string            `json:"direct"`   // criteria it is direct evidence for
}

// Requirement is one requirement of a framework.
type Requirement struct {
	Framework string              `json:"framework"`
	ID        string              `json:"id"`
	Title     string              `json:"title,omitempty"` // what it is about, where it is listed
	State     soc2.CriterionState `json:"state"`
	Controls  []string            `json:"controls"` // mapped to it; none: no control bears on it
	Direct    int                 `json:"direct"`   // how many of them are direct evidence; -1: the framework's mapping does not tell
}

// MatrixOf makes the matrix of a catalogue and an assessment, for the Trust Services
// Criteria and the frameworks that are listed.
func MatrixOf(h Head, cat soc2.Catalogue, a soc2.Assessment, listed []soc2.Framework) Matrix {
	m := Matrix{
		Schema: SchemaMatrix, At: a.At, Sample: a.SampleData, Organization: h.Organization, Catalogue: cat.Digest,
		Frameworks: frameworksOf(listed), Controls: []MatrixRow{}, Requirements: []Requirement{},
	}
	judged := map[string]soc2.ControlResult{}
	for _, r := range a.Controls {
		judged[r.ID] = r
	}
	known := map[string]bool{}
	for _, f := range m.Frameworks {
		known[f.ID] = true
	}
	about := map[string]map[string]string{}
	for _, f := range listed {
		about[f.ID] = f.Requirements
	}
	by := map[string]map[string][]MatrixRow{}
	for _, c := range cat.Controls {
		r, ok := judged[c.ID]
		row := MatrixRow{
			ID: c.ID, Title: c.Title, State: r.State, Judged: ok, Severity: c.Severity(), Adoption: r.Adoption,
			Failing: r.Failing, Unobserved: r.Unobserved, Passing: r.Passing, Accepted: r.Accepted, Excluded: r.Excluded,
			Attested: c.AttestationAsked != nil, Maps: map[string][]string{}, Direct: []string{},
		}
		for _, mapping := range c.Criteria {
			row.Maps[tsc] = append(row.Maps[tsc], mapping.ID)
			if mapping.Strength == soc2.Direct {
				row.Direct = append(row.Direct, mapping.ID)
			}
		}
		for _, framework := range slices.Sorted(maps.Keys(c.Frameworks)) {
			for _, entry := range c.Frameworks[framework] {
				row.Maps[framework] = append(row.Maps[framework], each(entry)...)
			}
			if !known[framework] { // a user's own controls may name frameworks of their own
				known[framework] = true
				m.Frameworks = append(m.Frameworks, Framework{ID: framework, Name: framework, Short: framework})
			}
		}
		m.Controls = append(m.Controls, row)
		for framework, ids := range row.Maps {
			if by[framework] == nil {
				by[framework] = map[string][]MatrixRow{}
			}
			for _, id := range ids {
				by[framework][id] = append(by[framework][id], row)
			}
		}
	}
	slices.SortFunc(m.Controls, func(a, b MatrixRow) int { return strings.Compare(a.ID, b.ID) })
	for _, f := range m.Frameworks {
		if f.ID == tsc {
			m.Requirements = append(m.Requirements, criteriaOf(cat, a, by[tsc])...)
			continue
		}
		for _, id := range requirementIDs(by[f.ID], about[f.ID]) {
			r := requirement(f.ID, id, by[f.ID][id])
			r.Title = about[f.ID][id]
			m.Requirements = append(m.Requirements, r)
		}
	}
	return m
}

// requirementIDs are those that are mapped and those that are listed, each once.
func requirementIDs(mapped map[string][]MatrixRow, listed map[string]string) []string {
	ids := maps.Clone(listed)
	if ids == nil {
		ids = map[string]string{}
	}
	for id := range mapped {
		ids[id] = ""
	}
	return slices.SortedFunc(maps.Keys(ids), naturally)
}

// each takes an entry such as "CIS AWS 5.0.0: 1.19, 2.18" apart, so that each of its
// requirements is one.
func each(entry string) []string {
	text, ids, ok := strings.Cut(entry, ": ")
	if !ok {
		return []string{entry}
	}
	var out []string
	for id := range strings.SplitSeq(ids, ",") {
		out = append(out, text+": "+strings.TrimSpace(id))
	}
	return out
}

func requirement(framework, id string, rows []MatrixRow) Requirement {
	r := Requirement{Framework: framework, ID: id, Controls: []string{}, Direct: -1}
	var outcomes []soc2.Outcome
	for _, row := range rows {
		r.Controls = append(r.Controls, row.ID)
		outcomes = append(outcomes, row.State)
	}
	slices.Sort(r.Controls)
	r.State = soc2.StateOf(outcomes...)
	return r
}

// criteriaOf are all criteria, with the state that the assessment gave them. One it
// did not speak of is incomplete.
func criteriaOf(cat soc2.Catalogue, a soc2.Assessment, by map[string][]MatrixRow) []Requirement {
	states := map[string]soc2.CriterionState{}
	for _, c := range a.Criteria {
		states[c.ID] = c.State
	}
	var out []Requirement
	for _, c := range cat.Criteria {
		r := requirement(tsc, c.ID, by[c.ID])
		r.Title, r.Direct, r.State = c.Title, 0, soc2.EvidenceIncomplete
		if s, ok := states[c.ID]; ok {
			r.State = s
		}
		for _, row := range by[c.ID] {
			if slices.Contains(row.Direct, c.ID) {
				r.Direct++
			}
		}
		out = append(out, r)
	}
	return out
}

// naturally orders ids by their numbers: A.5.9 before A.5.10.
func naturally(a, b string) int {
	for a != "" && b != "" {
		x, y := lead(a), lead(b)
		if x != y {
			if digit(x[0]) && digit(y[0]) {
				p, q := strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
				if len(p) != len(q) {
					return len(p) - len(q)
				}
				if p != q {
					return strings.Compare(p, q)
				}
			}
			return strings.Compare(x, y)
		}
		a, b = a[len(x):], b[len(y):]
	}
	return len(a) - len(b)
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// lead is the run of digits, or of others, that a text begins with.
func lead(s string) string {
	i := 1
	for i < len(s) && digit(s[i]) == digit(s[0]) {
		i++
	}
	return s[:i]
}
