package daemon

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// Recorded is where people's records are read: the store.
type Recorded interface {
	Entries(ctx context.Context, kinds ...string) iter.Seq2[store.Entry, error]
}

// PlanRecords are the frozen versions of the plan, oldest first, and what people
// said about gaps, oldest first. A record that cannot be read is an error: none is
// left out in silence.
func PlanRecords(ctx context.Context, from Recorded) (versions []soc2.PlanVersion, changes []soc2.PlanChange, err error) {
	at := map[string]int{}
	for e, err := range from.Entries(ctx, soc2.EntryPlan, soc2.EntryPlanChange, soc2.EntrySignOff) {
		if err != nil {
			return nil, nil, fmt.Errorf("read what was recorded of plans: %w", err)
		}
		switch e.Kind {
		case soc2.EntryPlan:
			v := soc2.PlanVersion{ID: e.ID, Number: len(versions) + 1, At: e.At, By: e.Actor.String(), Author: e.Actor.Name}
			if err := e.Recorded().Decode(&v.Plan); err != nil {
				return nil, nil, fmt.Errorf("read plan %s: %w", e.ID, err)
			}
			if v.Plan.Schema != soc2.PlanV1 {
				return nil, nil, fmt.Errorf("read plan %s: its form is %q, this version knows %q", e.ID, v.Plan.Schema, soc2.PlanV1)
			}
			at[e.ID] = len(versions)
			versions = append(versions, v)
		case soc2.EntryPlanChange:
			var body PlanChangeBody
			if err := e.Recorded().Decode(&body); err != nil {
				return nil, nil, fmt.Errorf("read plan change %s: %w", e.ID, err)
			}
			changes = append(changes, soc2.PlanChange{ID: e.ID, Gap: e.Subject, Owner: body.Owner, Due: body.Due, Reason: body.Reason, By: e.Actor.String(), At: e.At})
		case soc2.EntrySignOff:
			n, about := at[e.Subject]
			if !about {
				continue // of another record
			}
			signOff, err := soc2.ReadSignOff(e.Recorded())
			if err != nil {
				return nil, nil, err
			}
			versions[n].SignOffs = append(versions[n].SignOffs, signOff)
		}
	}
	return versions, changes, nil
}

// PlanChangeBody is the body of a record of soc2.EntryPlanChange.
type PlanChangeBody struct {
	Owner  string    `json:"owner,omitempty"`
	Due    time.Time `json:"due,omitzero"`
	Reason string    `json:"reason"`
}
