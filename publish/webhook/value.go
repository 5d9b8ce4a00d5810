package webhook

import (
	"time"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
)

// bounded is a value as it is: whoever shows it escapes it.
func bounded(s string) string { return alert.Cut(s, mostText) }

func stamp(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.UTC().Format(time.RFC3339)
	return &s
}

func severity(s soc2.Severity) string {
	if s < soc2.Low || s > soc2.Critical {
		return "unknown"
	}
	return s.String()
}
