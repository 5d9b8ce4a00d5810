package daemon

import (
	"context"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// Access says who could reach what at a time, from what the store held then.
func (a *Assessor) Access(ctx context.Context, past Past, at time.Time) (soc2.Access, error) {
	list := soc2.NewAccessList()
	feeds, err := a.Derived(ctx, past, at, func(k evidence.Kind) bool { return slices.Contains(soc2.AccessKinds, k) },
		func(f evidence.Fact, asset soc2.Asset) error {
			list.Add(f, asset)
			return nil
		})
	if err != nil {
		return soc2.Access{}, err
	}
	return list.Access(feeds, at), nil
}
