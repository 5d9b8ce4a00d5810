package daemon

import (
	"context"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// carry is what is remembered of findings from one replayed assessment to the
// next. It is what came out of the replay, not what was stored: one altered record
// is then named once, and not again in everything after it.
type carry struct {
	loaded bool
	seq    int64 // of the assessment it is of
	states map[evidence.Key]soc2.Remembered
	asked  map[evidence.Key]bool
}

// of says that it is what an assessment left.
func (c *carry) of(seq int64) bool { return c.loaded && c.seq == seq }

// load takes what the store remembered.
func (c *carry) load(ctx context.Context, view *store.View, seq int64) error {
	c.loaded, c.seq, c.states = false, seq, map[evidence.Key]soc2.Remembered{}
	if seq != 0 {
		for one, err := range view.Remembered(ctx) {
			if err != nil {
				return err
			}
			one.States = slices.Clone(one.States)
			c.states[one.Resource.Key()] = one
		}
	}
	c.loaded = true
	return nil
}

func (c *carry) begin() { c.asked = make(map[evidence.Key]bool, len(c.states)) }

// was gives what was remembered of a resource that is judged.
func (c *carry) was(key evidence.Key) []soc2.FindingState {
	c.asked[key] = true
	return c.states[key].States
}

// left gives what was remembered of resources that were not asked for.
func (c *carry) left() []soc2.Remembered {
	var all []soc2.Remembered
	for key, one := range c.states {
		if !c.asked[key] {
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(a, b soc2.Remembered) int { return a.Resource.Key().Compare(b.Resource.Key()) })
	return all
}

// keep takes what an assessment changed.
func (c *carry) keep(seq int64, changed []soc2.Remembered) {
	for _, one := range changed {
		c.states[one.Resource.Key()] = one
	}
	c.seq = seq
}

// stateForm copies states into the form the store gives them back in.
func stateForm(states []soc2.FindingState) []soc2.FindingState {
	out := slices.Clone(states)
	for i := range out {
		for _, t := range []*time.Time{&out[i].FirstSeen, &out[i].LastChanged, &out[i].AcceptedUntil} {
			if !t.IsZero() {
				*t = time.UnixMicro(t.UnixMicro()).UTC()
			}
		}
	}
	return out
}

// compareKept compares the resources on which anything changed.
func compareKept(stored, replayed []soc2.Remembered, raced raced) (all []soc2.Difference) {
	was := map[evidence.Key]soc2.Remembered{}
	for _, one := range stored {
		was[one.Resource.Key()] = one
	}
	for _, one := range replayed {
		key := one.Resource.Key()
		kept, ok := was[key]
		delete(was, key)
		if !ok && raced.has(one) {
			continue
		}
		all = append(all, soc2.CompareStates(kept, one)...)
	}
	for _, one := range stored {
		if _, left := was[one.Resource.Key()]; left {
			all = append(all, soc2.CompareStates(one, soc2.Remembered{})...)
		}
	}
	return all
}

// raced is what another program had kept, assessing at the same time, by the time
// an assessment was kept: what it had kept was not kept twice.
type raced map[evidence.Key]soc2.Remembered

// racedWith is nil unless there was such a program.
func (r *Replayer) racedWith(ctx context.Context, m store.Made) (raced, error) {
	last, err := r.Store.Preceding(ctx, m)
	if err != nil || last.Seq == m.Before {
		return nil, err
	}
	all := raced{}
	err = r.Store.StatesAt(ctx, last, func(one soc2.Remembered) error {
		one.States = slices.Clone(one.States)
		all[one.Resource.Key()] = one
		return nil
	})
	return all, err
}

func (o raced) has(one soc2.Remembered) bool {
	other, ok := o[one.Resource.Key()]
	return ok && other.Resource == one.Resource && slices.Equal(other.States, one.States)
}

// unnoted leaves out drift that the other program had noted; see store.noted.
func (o raced) unnoted(all []soc2.Drift) []soc2.Drift {
	if o == nil {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(d soc2.Drift) bool {
		if d.From == d.To {
			return false
		}
		for _, s := range o[d.Resource.Key()].States {
			if s.Key.Control == d.Control && s.Key.Check == d.Check {
				if d.Gone {
					return s.Gone
				}
				return s.Outcome == d.To && !s.Gone
			}
		}
		return false
	})
}
