package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
)

// AttachedFile is a file that is attached to a record.
type AttachedFile struct {
	Entry  string // id of the record
	Number int64  // of the file within it, from 1
	Digest [32]byte
	Size   int64
	Record []byte     // body of the record; empty: it went under a tombstone
	Pruned *Tombstone // the file's bytes went under it; nil: they are among the bodies
}

// AttachedFiles gives what Bodies of the class files are attached to.
func (e *Extract) AttachedFiles(ctx context.Context) iter.Seq2[AttachedFile, error] {
	return func(yield func(AttachedFile, error) bool) {
		each(ctx, e, "read which files are attached", yield, func(rows *sql.Rows) (AttachedFile, error) {
			var a AttachedFile
			var seq, ord int64
			var there bool
			var digest []byte
			if err := rows.Scan(&seq, &ord, &a.Number, &a.Size, &digest, &there, &a.Record); err != nil {
				return a, err
			}
			a.Entry, a.Digest = entryID(seq, ord), [32]byte(digest)
			a.Number++
			if there {
				return a, nil
			}
			var err error
			a.Pruned, err = e.gone(ctx, &goneBody{what: fmt.Sprintf("file %d of %s", a.Number, a.Entry), digest: digest})
			return a, err
		}, `SELECT f.seq, f.entry, f.ord, f.size, b.digest, length(b.body) > 0, r.body
			FROM attached f JOIN entry e ON e.seq = f.seq AND e.ord = f.entry JOIN blob b ON b.id = f.body JOIN blob r ON r.id = e.body
			WHERE f.seq BETWEEN $1 AND $2 OR f.seq = (SELECT MAX(p.seq) FROM entry p WHERE p.kind = e.kind AND p.subject = e.subject AND p.seq < $1) ORDER BY f.seq, f.entry, f.ord`,
			e.First, e.Last)
	}
}
