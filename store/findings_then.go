package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// FindingsThen are the findings on one resource as they were at a time, and when
// an assessment last changed any of them; none, and a zero time, where nothing had
// been judged of it by then.
func (s *Store) FindingsThen(ctx context.Context, key evidence.Key, by time.Time) (states []soc2.FindingState, judged time.Time, err error) {
	err = s.read(ctx, "read the findings on "+key.ID, func(tx session) error {
		upTo, err := s.commitAt(ctx, tx, by)
		if err != nil {
			return err
		}
		var packed []byte
		var name storedName
		var checks, at int64
		r := evidence.Resource{Provider: key.Provider, Account: key.Account, Region: key.Region, Kind: key.Kind, ID: key.ID}
		err = tx.row(ctx, `SELECT s.type, s.name, s.checks, s.states, a.at`+calledColumns+` FROM resource r
			JOIN finding_state s ON s.resource = r.id JOIN assessment a ON a.seq = s.seq`+calledAs("s")+`
			WHERE r.provider = $1 AND r.account = $2 AND r.region = $3 AND r.kind = $4 AND r.ref = $5 AND s.seq <= $6
			ORDER BY s.seq DESC LIMIT 1`, key.Provider, key.Account, key.Region, string(key.Kind), key.ID, upTo,
		).Scan(&r.Type, &r.Name, &checks, &packed, &at, (*[]byte)(&name.digest), (*[]byte)(&name.body))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := name.into(&r.Name); err != nil {
			return err
		}
		judged = fromMicros(at)
		lists := checkLists{tx: tx, byBlob: map[int64]*checkList{}, last: map[evidence.Kind]*checkList{}}
		list, err := lists.read(ctx, checks)
		if err != nil {
			return err
		}
		states, err = unpack(nil, r, list.of, packed)
		return err
	})
	return states, judged, err
}
