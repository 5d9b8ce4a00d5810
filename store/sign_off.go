package store

import (
	"context"

	"github.com/controlwatch/controlwatch/soc2"
)

// Recorded is the entry as what it means is read from it.
func (e Entry) Recorded() soc2.Recorded {
	return soc2.Recorded{ID: e.ID, At: e.At, Kind: e.Kind, Subject: e.Subject, By: e.Actor, Body: e.Body}
}

// SignOffs are all that were recorded. One that cannot be read approves nothing and
// stops nothing else: it is among the problems.
func (s *Store) SignOffs(ctx context.Context) (all soc2.SignOffs, problems []error, err error) {
	for e, err := range s.Entries(ctx, soc2.EntrySignOff) {
		if err != nil {
			return all, problems, err
		}
		o, err := soc2.ReadSignOff(e.Recorded())
		if err != nil {
			problems = append(problems, err)
			continue
		}
		all.Add(o)
	}
	return all, problems, nil
}
