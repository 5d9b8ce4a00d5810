package aws

import (
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// moment is something that happened at a provider's time, or never.
func moment(t *time.Time) *evidence.Moment {
	if t == nil || t.IsZero() {
		return &evidence.Moment{Never: true}
	}
	return &evidence.Moment{At: t.UTC()}
}
