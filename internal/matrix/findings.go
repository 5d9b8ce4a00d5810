package matrix

import (
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/collectors/files"
	"github.com/controlwatch/controlwatch/soc2"
)

// findingFields are what a list of earlier findings holds.
var findingFields = []field{
	{"about", true, []string{"control", "criterion", "criteria", "control id", "control or criterion", "control criterion", "tsc", "reference", "ref"}},
	{"description", true, []string{"finding", "observation", "exception", "deviation", "issue", "details", "finding description"}},
	{"severity", false, []string{"rating", "risk", "risk rating", "priority", "impact"}},
	{"date", false, []string{"found", "found on", "date found", "identified", "date identified", "report date", "raised"}},
	{"status", false, []string{"state", "remediation status", "resolution", "open closed"}},
}

// Findings is a list of earlier findings as it was read.
type Findings struct {
	Sheet    string             `json:"sheet,omitempty"`
	Columns  []Taken            `json:"columns"`
	Findings []soc2.PastFinding `json:"findings"`
}

// ReadFindings reads a list of earlier findings. known says whether there is a control
// of an id, of the catalogue or the company's own.
func ReadFindings(file string, table files.Table, told map[string]string, cat soc2.Catalogue, known func(control string) bool) (Findings, []Problem) {
	s, problems := take(file, table, findingFields, told)
	out := Findings{Sheet: table.Sheet, Columns: s.taken}
	if len(problems) > 0 {
		return out, problems
	}
	for _, r := range table.Rows {
		if r.Err != nil {
			problems = append(problems, Problem{File: file, Row: r.Line, Expected: r.Err.Error()})
			continue
		}
		f := soc2.PastFinding{
			About: oneLine(s.cell(r, "about")), Description: s.cell(r, "description"), Severity: strings.ToLower(oneLine(s.cell(r, "severity"))),
			Date: s.cell(r, "date"), Status: oneLine(s.cell(r, "status")), Source: s.source(r),
		}
		if upper := strings.ToUpper(strings.ReplaceAll(f.About, " ", "")); slices.ContainsFunc(cat.Criteria, func(c soc2.Criterion) bool { return c.ID == upper }) {
			f.About = upper
		} else if !known(f.About) {
			problems = append(problems, s.problem(r, "about", "there is no control and no criterion %q; expected an id of the catalogue, of an imported control, or a criterion such as CC6.1", f.About))
		}
		if f.Description == "" {
			problems = append(problems, s.problem(r, "description", "it is empty; expected what was found"))
		}
		if f.Severity != "" {
			if severity, err := soc2.ParseSeverity(f.Severity); err == nil {
				f.Severity = severity.String()
			} else {
				problems = append(problems, s.problem(r, "severity", "%q is no severity; expected low, medium, high or critical", f.Severity))
			}
		}
		if f.Date != "" {
			if _, err := time.Parse(time.DateOnly, f.Date); err != nil {
				problems = append(problems, s.problem(r, "date", "%q is no day; expected one such as 2025-10-31", f.Date))
			}
		}
		out.Findings = append(out.Findings, f)
	}
	if len(table.Rows) == 0 {
		problems = append(problems, Problem{File: file, Expected: "it holds no finding: expected rows below the headings"})
	}
	return out, problems
}
