package matrix

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/controlwatch/controlwatch/collectors/files"
	"github.com/controlwatch/controlwatch/soc2"
)

// controlFields are what a control matrix holds, and how its columns are usually headed.
var controlFields = []field{
	{"id", true, []string{
		"control id", "control", "control no", "control number", "control ref", "control reference", "control code", "ref", "reference", "no", "number", "key", "own id",
	}},
	{"wording", true, []string{
		"description", "control description", "control activity", "control statement", "control wording", "control text", "activity", "statement", "control language",
		"control specified by the organization", "control specified by the service organization", "text",
	}},
	{"owner", false, []string{"control owner", "responsible", "responsible party", "responsible person", "accountable", "performed by", "control operator", "process owner"}},
	{"frequency", false, []string{"control frequency", "how often", "interval", "periodicity", "cadence", "operating frequency", "frequency of control", "frequency of operation"}},
	{"operation", false, []string{"manual automated", "manual or automated", "automated manual", "automation", "execution", "method", "control method", "automated or manual"}},
	{"nature", false, []string{"preventive detective", "preventive or detective", "preventative detective", "prevent detect", "control nature", "nature of control", "control category", "detective preventive"}},
	{"criteria", false, []string{
		"criterion", "tsc", "trust services criteria", "trust services criterion", "trust service criteria", "soc 2 criteria", "soc2 criteria", "tsc criteria", "tsc reference",
		"tsc ref", "criteria reference", "common criteria", "mapped criteria", "soc 2", "soc2", "points of reference",
	}},
}

// ControlFields are the names of the fields of a control matrix, and the headings that
// are taken for each.
func ControlFields() map[string][]string {
	out := map[string][]string{}
	for _, f := range controlFields {
		out[f.name] = append([]string{f.name}, f.headings...)
	}
	return out
}

// Controls is a control matrix as it was read.
type Controls struct {
	Sheet    string                `json:"sheet,omitempty"`
	Columns  []Taken               `json:"columns"`
	Controls []soc2.CompanyControl `json:"controls"`
}

// ReadControls reads a control matrix. With problems nothing of it is to be used.
// told says which columns hold what, by their headings.
func ReadControls(file string, table files.Table, told map[string]string, cat soc2.Catalogue) (Controls, []Problem) {
	s, problems := take(file, table, controlFields, told)
	out := Controls{Sheet: table.Sheet, Columns: s.taken}
	if len(problems) > 0 {
		return out, problems
	}
	first := map[string]int{}
	for _, r := range table.Rows {
		if r.Err != nil {
			problems = append(problems, Problem{File: file, Row: r.Line, Expected: r.Err.Error()})
			continue
		}
		c, wrong := s.control(r, cat)
		if c.ID != "" {
			if line, twice := first[soc2.OwnID(c.ID)]; twice {
				wrong = append(wrong, s.problem(r, "id", "%q is in row %d already; expected each control once", c.ID, line))
			} else {
				first[soc2.OwnID(c.ID)] = r.Line
			}
		}
		problems = append(problems, wrong...)
		out.Controls = append(out.Controls, c)
	}
	if len(table.Rows) == 0 {
		problems = append(problems, Problem{File: file, Expected: "it holds no control: expected rows below the headings"})
	}
	return out, problems
}

const longestID = 64

func (s *sheet) control(r files.Row, cat soc2.Catalogue) (c soc2.CompanyControl, wrong []Problem) {
	c = soc2.CompanyControl{
		ID: oneLine(s.cell(r, "id")), Wording: s.cell(r, "wording"), Owner: oneLine(s.cell(r, "owner")), Frequency: oneLine(s.cell(r, "frequency")),
		Criteria: []string{}, Controls: []string{}, Source: s.source(r),
	}
	add := func(field, text string, args ...any) { wrong = append(wrong, s.problem(r, field, text, args...)) }
	switch {
	case c.ID == "":
		add("id", "it is empty; expected the control's own id")
	case len([]rune(c.ID)) > longestID || strings.ContainsFunc(c.ID, unicode.IsControl):
		add("id", "%q is no id; expected at most %d letters, digits and marks", c.ID, longestID)
	case slices.ContainsFunc(cat.Controls, func(k soc2.Control) bool { return soc2.OwnID(k.ID) == soc2.OwnID(c.ID) }):
		add("id", "%q is the id of a control of the catalogue; expected the company's own", c.ID)
	}
	if c.Wording == "" {
		add("wording", "it is empty; expected what the control states")
	}
	var ok bool
	if c.Operation, ok = wordOf(s.cell(r, "operation"), operations); !ok {
		add("operation", "%q is neither; expected manual or automated", oneLine(s.cell(r, "operation")))
	}
	if c.Nature, ok = wordOf(s.cell(r, "nature"), natures); !ok {
		add("nature", "%q is none of them; expected preventive, detective or corrective", oneLine(s.cell(r, "nature")))
	}
	for _, id := range criteriaIn(s.cell(r, "criteria")) {
		if !slices.ContainsFunc(cat.Criteria, func(k soc2.Criterion) bool { return k.ID == id }) {
			add("criteria", "there is no criterion %q; expected %s", id, series(id, cat))
			continue
		}
		if !slices.Contains(c.Criteria, id) {
			c.Criteria = append(c.Criteria, id)
		}
	}
	return c, wrong
}

func (s *sheet) source(r files.Row) string {
	if s.table.Sheet != "" {
		return fmt.Sprintf("%s, sheet %s, row %d", s.file, s.table.Sheet, r.Line)
	}
	return fmt.Sprintf("%s, row %d", s.file, r.Line)
}

// How a control operates, and what it is for, in the words matrices have.
var (
	operations = map[string]string{
		"manual": "manual", "m": "manual", "it dependent manual": "manual", "itdm": "manual",
		"automated": "automated", "automatic": "automated", "auto": "automated", "a": "automated", "system": "automated",
	}
	natures = map[string]string{
		"preventive": "preventive", "preventative": "preventive", "p": "preventive", "prevent": "preventive",
		"detective": "detective", "d": "detective", "detect": "detective", "corrective": "corrective", "c": "corrective",
	}
)

func wordOf(cell string, words map[string]string) (string, bool) {
	if cell == "" {
		return "", true
	}
	word, ok := words[heading(cell)]
	return word, ok
}

// criteriaIn are the criteria a cell names: "CC6.1, cc 6.2; A1.2".
func criteriaIn(cell string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(",;/|&+\n\r\t、，；", r) }) {
		words := strings.Fields(strings.ToUpper(part))
		for i := 0; i < len(words); i++ {
			word := strings.TrimRight(words[i], ".")
			if i+1 < len(words) && strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && strings.Trim(words[i+1], "0123456789.") == "" {
				i++
				word += strings.TrimRight(words[i], ".")
			}
			if word != "" && word != "AND" {
				out = append(out, word)
			}
		}
	}
	return out
}

// series are the criteria of the series that a misspelt one seems to be of.
func series(id string, cat soc2.Catalogue) string {
	prefix, _, _ := strings.Cut(id, ".")
	var near []string
	for _, c := range cat.Criteria {
		if own, _, _ := strings.Cut(c.ID, "."); own == prefix {
			near = append(near, c.ID)
		}
	}
	if len(near) == 0 {
		return "one such as CC6.1, each written out, parted by commas"
	}
	return "one of " + strings.Join(near, ", ")
}
