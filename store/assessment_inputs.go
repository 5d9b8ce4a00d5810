package store

import "context"

// BasisRecord is the kind of the record that says what an assessment was made of
// beside evidence, catalogue and clock: see soc2.Basis. Unlike other records it is
// linked to each assessment, so that going back to an earlier configuration shows.
const BasisRecord = "basis"

// inputs keeps what an assessment knew, so that it can be made again.
func (c *commit) inputs(ctx context.Context, upTo, before int64, records []Record) error {
	var basis any // NULL
	for _, r := range records {
		if r.Kind != BasisRecord {
			continue
		}
		blob, err := c.digested(ctx, r.Digest, r.Bytes)
		if err != nil {
			return err
		}
		basis = blob
	}
	return c.exec(ctx, "INSERT INTO assessment_inputs (seq, up_to, before, basis) VALUES ($1, $2, $3, $4)", c.seq, upTo, before, basis)
}
