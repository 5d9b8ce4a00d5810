package store

import (
	"context"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// Decisions are those that people recorded, as they stood at a time. same says
// whether two names are one person's, where more is known than names; nil: nothing
// is. A sign-off that cannot be read is among them, as one that is not in force.
func (s *Store) Decisions(ctx context.Context, at time.Time, same func(a, b string) bool) ([]soc2.KnownDecision, error) {
	signOffs := soc2.SignOffs{Same: same}
	var records []soc2.Recorded
	var unreadable []soc2.KnownDecision
	for e, err := range s.Entries(ctx, soc2.EntryDecision, soc2.EntryDecisionWithdrawn, soc2.EntrySignOff) {
		if err != nil {
			return nil, err
		}
		r := e.Recorded()
		if r.Kind != soc2.EntrySignOff {
			records = append(records, r)
			continue
		}
		o, err := soc2.ReadSignOff(r)
		if err == nil {
			signOffs.Add(o)
		} else if !r.At.After(at) {
			unreadable = append(unreadable, soc2.KnownDecision{
				Decision: soc2.Decision{ID: r.ID}, Recorded: true, AskedAt: r.At, AskedBy: r.By, Consent: soc2.Requested, Unreadable: err.Error(),
			})
		}
	}
	return append(soc2.ReadDecisions(records, signOffs, at), unreadable...), nil
}
