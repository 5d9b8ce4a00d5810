package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Confirm says how many pulls in a row must show that a finding fails, or was lost
// from sight, before that is announced as drift: in drift events, metrics, log and
// page. It softens nothing else. The finding, its counts, the scan and the
// evidence say so from the first look on, and what was as before again too early
// to be announced is counted.
type Confirm struct {
	Pulls      int            `yaml:"pulls" json:"pulls,omitempty" jsonschema:"description=Pulls in a row that must show that a finding fails or was lost from sight before that is announced as drift. Findings\\, counts and scans say so from the first look on. 1 to 10. Default 1: at once.,minimum=1,maximum=10"`
	BySeverity map[string]int `yaml:"by_severity" json:"by_severity,omitempty" jsonschema:"description=The same for findings of one severity: critical\\, high\\, medium or low."`
}

// Bounds of a confirmation: what is announced after more pulls is announced too late.
const (
	DefaultConfirmPulls = 1
	mostConfirmPulls    = 10
)

type confirmProblem struct {
	path []any
	text string
}

func (c Confirm) problems() (found []confirmProblem) {
	check := func(n int, name string, path ...any) {
		if n < 1 || n > mostConfirmPulls {
			found = append(found, confirmProblem{path, fmt.Sprintf("%s: expected between 1 (at once) and %d", name, mostConfirmPulls)})
		}
	}
	check(c.Pulls, "confirm.pulls", "confirm", "pulls")
	for _, severity := range slices.Sorted(maps.Keys(c.BySeverity)) {
		if !slices.Contains(severities, severity) {
			found = append(found, confirmProblem{
				[]any{"confirm", "by_severity", severity},
				fmt.Sprintf("confirm.by_severity: %q is not a severity; expected %s", severity, strings.Join(severities, ", ")),
			})
			continue
		}
		check(c.BySeverity[severity], "confirm.by_severity."+severity, "confirm", "by_severity", severity)
	}
	return found
}
