package daemon

import (
	"context"
	"time"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
)

// actors tells by the providers' event logs who changed what alerts are about.
// The logs are read when the first alert asks.
type actors struct {
	book AlertBook
	read bool
	logs []soc2.LoggedChange
	err  error // the first; nothing is told after it
}

// changedBy is the last entry about a resource between the pull that last saw it
// good and the one that first saw it otherwise. A resource that is as it was before
// it was last judged good fails for another reason: then nobody is named.
func (c *actors) changedBy(ctx context.Context, a *alert.Alert, seq int64) alert.ChangedBy {
	if c.err != nil {
		return alert.ChangedBy{}
	}
	if !c.read {
		c.read = true
		if c.logs, c.err = c.book.LoggedChanges(ctx); c.err != nil {
			return alert.ChangedBy{}
		}
	}
	if len(soc2.ChangesOf(c.logs, a.Resource, a.StartsAt)) == 0 {
		return alert.ChangedBy{}
	}
	from, to, known, err := c.book.ChangedBetween(ctx, a.Resource.Key(), seq)
	if c.err = err; err != nil || !known {
		return alert.ChangedBy{}
	}
	var judged time.Time
	if judged, c.err = c.book.AssessedBefore(ctx, a.StartsAt); c.err != nil || !to.After(judged) {
		return alert.ChangedBy{}
	}
	last, n := soc2.LastChange(c.logs, a.Resource, from, to)
	if n == 0 {
		return alert.ChangedBy{}
	}
	by := alert.ChangedBy{At: *last.At, Source: soc2.EventLogName(last.Provider), Others: n - 1}
	if last.Operation != nil {
		by.Operation = *last.Operation
	}
	if last.By != nil {
		by.Who = last.By.Name
	}
	return by
}
