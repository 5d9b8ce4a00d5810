package store

import (
	"context"
	"database/sql"
	"iter"
	"slices"
)

// Recorded gives what was recorded of some kinds at any time that the newest
// checkpoint vouches for, oldest first: of a window something may be recorded long
// after it. Each comes with the number of its commit.
func (e *Extract) Recorded(ctx context.Context, kinds ...string) iter.Seq2[RecordedEntry, error] {
	return func(yield func(RecordedEntry, error) bool) {
		each(ctx, e, "read records", func(n RecordedEntry, err error) bool {
			if err == nil && !slices.Contains(kinds, n.Kind) {
				return true
			}
			return yield(n, err)
		}, func(rows *sql.Rows) (RecordedEntry, error) {
			var n RecordedEntry
			var ord, at int64
			var body stored
			if err := rows.Scan(&n.Seq, &ord, &at, &n.Kind, &n.Subject, &n.Actor.Name, &n.Actor.Identity, &body.digest, &body.body); err != nil {
				return n, err
			}
			n.ID, n.At, n.Body, n.Digest = entryID(n.Seq, ord), fromMicros(at), body.body, [32]byte(body.digest)
			if !slices.Contains(kinds, n.Kind) {
				return n, nil
			}
			return n, body.verify("record " + n.ID)
		}, `SELECT e.seq, e.ord, l.at, e.kind, e.subject, e.actor, e.identity, b.digest, b.body
			FROM entry e JOIN commit_log l ON l.seq = e.seq JOIN blob b ON b.id = e.body WHERE e.seq <= $1 ORDER BY e.seq, e.ord`, e.Newest.Seq)
	}
}

// RecordedEntry is an entry, its commit, and the digest of its body.
type RecordedEntry struct {
	Entry
	Seq    int64
	Digest [32]byte
}

// TombstoneOf says when the body of a digest was pruned, and by which rule; false: it
// was not.
func (e *Extract) TombstoneOf(ctx context.Context, digest [32]byte) (Tombstone, bool, error) {
	t, found, err := e.tx.tombstone(ctx, digest[:])
	return t, found, e.store.explain("look up a tombstone", err)
}
