package store

import (
	"context"
	"database/sql"
	"math"

	"github.com/controlwatch/controlwatch/evidence"
)

// ErasedNames are what resources were called, and was erased under a tombstone since.
// A name is salted and never comes back; the facts of the same resource do where it is
// collected again exactly as it was, and say the name themselves.
type ErasedNames map[evidence.Key][]nameSpan

// nameSpan is the commits that a name was of: from one until before the other.
type nameSpan struct{ from, until int64 }

// At says whether the name by which a commit called a resource was erased.
func (n ErasedNames) At(key evidence.Key, seq int64) bool {
	for _, span := range n[key] {
		if seq >= span.from && seq < span.until {
			return true
		}
	}
	return false
}

// ErasedNames reads all of them. A name that is not there and has no tombstone was
// taken by somebody, and is none of these.
func (s *Store) ErasedNames(ctx context.Context) (ErasedNames, error) {
	all := ErasedNames{}
	err := s.read(ctx, "read which names were erased", func(tx session) error {
		return tx.each(ctx, func(rows *sql.Rows) error {
			var key evidence.Key
			var span nameSpan
			if err := rows.Scan(&key.Provider, &key.Account, &key.Region, &key.Kind, &key.ID, &span.from, &span.until); err != nil {
				return err
			}
			all[key] = append(all[key], span)
			return nil
		}, `SELECT r.provider, r.account, r.region, r.kind, r.ref, n.seq,
				COALESCE((SELECT MIN(x.seq) FROM resource_name x WHERE x.resource = n.resource AND x.seq > n.seq), $1)
			FROM resource_name n JOIN blob b ON b.id = n.name JOIN resource r ON r.id = n.resource
			WHERE length(b.body) = 0 AND EXISTS (SELECT 1 FROM tombstone t WHERE t.blob = b.id)`, int64(math.MaxInt64))
	})
	return all, err
}
