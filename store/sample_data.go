package store

import "context"

// SampleData says whether the store was ever judged as a made-up company's.
func (s *Store) SampleData(ctx context.Context) (sample bool, err error) {
	err = s.read(ctx, "read whose data it is", func(tx session) error {
		sample, err = anySampleData(ctx, tx)
		return err
	})
	return sample, err
}
