package soc2

import "fmt"

// Severity is how bad a gap is, from likelihood × impact.
type Severity int

// The severities, in rising order.
const (
	Low Severity = iota + 1
	Medium
	High
	Critical
)

// Severities lists them from worst to least.
var Severities = []Severity{Critical, High, Medium, Low}

// SeverityOf weighs likelihood and impact, each 1 to 5, as a NIST SP 800-30
// style matrix: 20 and more critical, 12 high, 6 medium, below low.
func SeverityOf(likelihood, impact int) Severity {
	switch score := likelihood * impact; {
	case score >= 20:
		return Critical
	case score >= 12:
		return High
	case score >= 6:
		return Medium
	default:
		return Low
	}
}

func (s Severity) String() string {
	switch s {
	case Low:
		return "low"
	case Medium:
		return "medium"
	case High:
		return "high"
	case Critical:
		return "critical"
	}
	return fmt.Sprintf("severity(%d)", int(s))
}

// MarshalText writes the JSON spelling.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the JSON spelling; anything else is an error.
func (s *Severity) UnmarshalText(b []byte) error {
	parsed, err := ParseSeverity(string(b))
	if err == nil {
		*s = parsed
	}
	return err
}

// ParseSeverity reads low, medium, high or critical.
func ParseSeverity(text string) (Severity, error) {
	for _, s := range Severities {
		if s.String() == text {
			return s, nil
		}
	}
	return 0, fmt.Errorf("severity %q: expected low, medium, high or critical", text)
}
