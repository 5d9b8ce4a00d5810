package config

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/controlwatch/controlwatch/internal/strictyaml"
)

// Period is the observation period under way, and how soon deviations must be fixed.
type Period struct {
	From      string          `yaml:"from" json:"from,omitempty" jsonschema:"description=First day of the observation period\\, such as 2026-01-01\\, in the file's time zone. With it the daemon warns of holes in the period while they can still be mended."`
	To        string          `yaml:"to" json:"to,omitempty" jsonschema:"description=Last day of the observation period; it is in it."`
	Type      string          `yaml:"type" json:"type,omitempty" jsonschema:"enum=I,enum=II,description=Type of the report. Default II."`
	FixWithin map[string]Span `yaml:"fix_within" json:"fix_within,omitempty" jsonschema:"description=By severity (critical\\, high\\, medium\\, low): how long there is to fix a deviation\\, such as 7d. Default 7d\\, 30d\\, 90d and 180d."`
}

// PeriodTypes are the types of report.
var PeriodTypes = []string{"I", "II"}

var severities = []string{"critical", "high", "medium", "low"}

// Configured says that a period is given, and not only how soon to fix.
func (p Period) Configured() bool { return p.From != "" || p.To != "" }

// Window is the period's days in a time zone, half-open: what is at to is not in it.
func (p Period) Window(zone *time.Location) (from, to time.Time, err error) {
	return Days(p.From, p.To, zone)
}

// Days are the days from one to another, which is in them, half-open: what is at to
// is not. Without a first day they are the last one alone.
func Days(first, last string, zone *time.Location) (from, to time.Time, err error) {
	if to, err = time.ParseInLocation(time.DateOnly, last, zone); err != nil {
		return from, to, fmt.Errorf("to: %q is no day: expected one such as 2026-06-30", last)
	}
	from = to
	if first != "" {
		if from, err = time.ParseInLocation(time.DateOnly, first, zone); err != nil {
			return from, to, fmt.Errorf("from: %q is no day: expected one such as 2026-01-01", first)
		}
	}
	if to.Before(from) {
		return from, to, fmt.Errorf("to: %s is before %s: give the first day and the last one", last, first)
	}
	return from.UTC(), to.AddDate(0, 0, 1).UTC(), nil
}

// Zone is the time zone of the file.
func (c Config) Zone() *time.Location {
	zone, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return time.UTC // refused when it was read
	}
	return zone
}

func (c *Config) periodProblems(wrong func(path []any, format string, args ...any)) {
	p := c.Period
	if p.Type != "" && !slices.Contains(PeriodTypes, p.Type) {
		wrong([]any{"period", "type"}, "period.type: expected I or II")
	}
	if p.Configured() {
		if p.From == "" && p.Type != "I" {
			wrong([]any{"period"}, "period.from is missing: give the first day")
		} else if _, _, err := p.Window(time.UTC); err != nil {
			wrong([]any{"period"}, "period.%s", err)
		}
	}
	for _, severity := range slices.Sorted(maps.Keys(p.FixWithin)) {
		if !slices.Contains(severities, severity) {
			wrong([]any{"period", "fix_within", severity}, "period.fix_within: there is no severity %q; expected critical, high, medium or low", severity)
		}
		if p.FixWithin[severity] <= 0 {
			wrong([]any{"period", "fix_within", severity}, "period.fix_within.%s: expected more than no time", severity)
		}
	}
}

// Span is a length of time written as 7d, 2w or 48h.
type Span time.Duration

var spanForm = regexp.MustCompile(`^(\d{1,5})([hdw])$`)

// UnmarshalYAML reads a span and says where a bad one stands.
func (s *Span) UnmarshalYAML(n ast.Node) error { return strictyaml.Text(n, s.UnmarshalText) }

// UnmarshalText reads a span.
func (s *Span) UnmarshalText(b []byte) error {
	m := spanForm.FindSubmatch(b)
	if m == nil {
		return errors.New("expected a length of time such as 7d, 2w or 48h")
	}
	n, err := strconv.Atoi(string(m[1]))
	if err != nil {
		return errors.New("expected a length of time such as 7d, 2w or 48h")
	}
	unit := map[byte]time.Duration{'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}[m[2][0]]
	*s = Span(time.Duration(n) * unit)
	return nil
}

// MarshalText writes a span.
func (s Span) MarshalText() ([]byte, error) {
	return []byte(strconv.FormatInt(int64(time.Duration(s)/time.Hour), 10) + "h"), nil
}
