package store

import (
	"context"
	"errors"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// Adoptions are the records that adopt, advise or decline controls, as they stood at a
// time. same is as in Decisions. A sign-off that cannot be read approves nothing.
func (s *Store) Adoptions(ctx context.Context, at time.Time, same func(a, b string) bool) ([]soc2.KnownAdoption, error) {
	signOffs := soc2.SignOffs{Same: same}
	records, err := s.Recordings(ctx, soc2.EntryAdoption, soc2.EntrySignOff)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		if r.Kind != soc2.EntrySignOff {
			continue
		}
		if o, err := soc2.ReadSignOff(r); err == nil { // one that cannot be read is listed with the decisions
			signOffs.Add(o)
		}
	}
	return soc2.ReadAdoptions(records, signOffs, at), nil
}

// Recordings are all records of some kinds, oldest first.
func (s *Store) Recordings(ctx context.Context, kinds ...string) ([]soc2.Recorded, error) {
	if len(kinds) == 0 {
		return nil, errors.New("records of which kinds?")
	}
	var all []soc2.Recorded
	for e, err := range s.Entries(ctx, kinds...) {
		if err != nil {
			return nil, err
		}
		all = append(all, e.Recorded())
	}
	return all, nil
}
