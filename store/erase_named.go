package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

// answersNaming are the bodies of answers that name a resource: items, and documents
// and requests where those do. What a hold covers refuses the erasure.
func (c *commit) answersNaming(ctx context.Context, who *called, held shielded) (blobs []int64, size int64, err error) {
	type place struct{ from, until int64 }
	valid := map[int64][]place{} // by document
	var last struct {
		series   [2]int64
		document sql.NullInt64
		seq      int64
	}
	end := func(until int64) {
		if last.document.Valid {
			id := last.document.Int64
			valid[id] = append(valid[id], place{last.seq, until})
			valid[last.series[1]] = append(valid[last.series[1]], place{last.seq, until})
		}
	}
	err = c.each(ctx, func(rows *sql.Rows) error {
		next := last
		if err := rows.Scan(&next.series[0], &next.series[1], &next.document, &next.seq); err != nil {
			return err
		}
		if until := next.seq; next.series == last.series {
			end(until)
		} else {
			end(never)
		}
		last = next
		return nil
	}, "SELECT feed, request, answer, seq FROM answer ORDER BY feed, request, seq")
	if err != nil {
		return nil, 0, err
	}
	end(never)
	err = c.answerItems(ctx, 0, func(_, document, item int64) {
		for _, p := range valid[document] {
			if !slices.Contains(valid[item], p) {
				valid[item] = append(valid[item], p)
			}
		}
	})
	if err != nil {
		return nil, 0, err
	}
	err = c.bodies(ctx, func(id int64, text []byte, packed int) error {
		if places := valid[id]; len(places) == 0 || !in(who.telling, text) {
			return nil
		}
		for _, p := range valid[id] {
			if why, covered := held.covers(p.from, p.until); covered {
				return fmt.Errorf("an answer of pull %s that names it is held: %s", pullID(p.from), why)
			}
		}
		blobs, size = append(blobs, id), size+int64(packed)
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	return c.only(ctx, blobs, size, "answer")
}

// pullsNaming are the records of pulls that name a resource, except of the newest
// pull of each feed: what is known now rests on it.
func (c *commit) pullsNaming(ctx context.Context, who *called, held shielded) (blobs []int64, size int64, err error) {
	type span struct{ seq, until int64 }
	valid := map[int64][]span{}
	last := struct{ feed, record, seq int64 }{-1, 0, 0}
	newest := map[int64]bool{}
	err = c.each(ctx, func(rows *sql.Rows) error {
		next := last
		if err := rows.Scan(&next.feed, &next.record, &next.seq); err != nil {
			return err
		}
		switch {
		case next.feed == last.feed:
			valid[last.record] = append(valid[last.record], span{last.seq, next.seq})
		case last.feed >= 0:
			newest[last.record] = true
		}
		last = next
		return nil
	}, "SELECT feed, record, seq FROM pull ORDER BY feed, seq")
	if err != nil {
		return nil, 0, err
	}
	newest[last.record] = true
	err = c.bodies(ctx, func(id int64, text []byte, packed int) error {
		if len(valid[id]) == 0 || newest[id] || !in(who.telling, text) {
			return nil
		}
		for _, s := range valid[id] {
			if why, covered := held.covers(s.seq, s.until); covered {
				return fmt.Errorf("the record of pull %s names it and is held: %s", pullID(s.seq), why)
			}
		}
		blobs, size = append(blobs, id), size+int64(packed)
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	return c.only(ctx, blobs, size, "pull")
}

// only leaves out bodies that rows of another table name too.
func (c *commit) only(ctx context.Context, blobs []int64, size int64, table string) ([]int64, int64, error) {
	shared := map[int64]bool{}
	for _, r := range references() {
		if r.table == table {
			continue
		}
		err := c.each(ctx, func(rows *sql.Rows) error {
			var blob int64
			err := rows.Scan(&blob)
			shared[blob] = true
			return err
		}, "SELECT DISTINCT "+r.column+" FROM "+r.table+" WHERE "+r.column+" IS NOT NULL")
		if err != nil {
			return nil, 0, err
		}
	}
	var out []int64
	for _, blob := range blobs {
		if !shared[blob] {
			out = append(out, blob)
			continue
		}
		var bytes int64
		if err := c.row(ctx, "SELECT length(body) FROM blob WHERE id = $1", blob).Scan(&bytes); err != nil {
			return nil, 0, err
		}
		size -= bytes
	}
	return out, size, nil
}

// bodies gives every body that is there, unpacked, and how long it is as stored.
func (s session) bodies(ctx context.Context, use func(id int64, text []byte, packed int) error) error {
	return s.each(ctx, func(rows *sql.Rows) error {
		var id int64
		var body sql.RawBytes
		if err := rows.Scan(&id, &body); err != nil {
			return err
		}
		text, err := unpackBody(body)
		if err != nil {
			return fmt.Errorf("body %d: %w", id, err)
		}
		return use(id, text, len(body))
	}, "SELECT id, body FROM blob WHERE length(body) > 0 ORDER BY id")
}
