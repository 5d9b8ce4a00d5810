package store

import (
	"context"
	"database/sql"
	"slices"

	"github.com/controlwatch/controlwatch/soc2"
)

// DriftHistory is what a plan is told of drift: when something of a control was
// resolved or reopened, and when what had passed opened, without the resources. It
// is read again and again as the store grows, and what is known is not read twice:
// drift is only ever appended, and a later commit has a larger number.
type DriftHistory struct {
	Store *Store
	upTo  int64
	known []soc2.Drift
}

// Read gives it all, oldest first. What it gave before is the beginning of what it gives.
func (h *DriftHistory) Read(ctx context.Context) ([]soc2.Drift, error) {
	var upTo int64
	var found []soc2.Drift
	err := h.Store.read(ctx, "read the history of drift", func(tx session) error {
		if err := tx.row(ctx, "SELECT COALESCE(MAX(seq), 0) FROM drift").Scan(&upTo); err != nil {
			return err
		}
		return tx.each(ctx, func(rows *sql.Rows) error {
			var d soc2.Drift
			var seq, at int64
			var from string
			if err := rows.Scan(&seq, &at, &d.Change, &d.Cause, &d.Control, &from); err != nil {
				return err
			}
			d.At = fromMicros(at)
			found = append(found, d)
			return found[len(found)-1].From.UnmarshalText([]byte(from))
		}, `SELECT DISTINCT seq, at, change, cause, control, outcome_from FROM drift
			WHERE seq > $1 AND seq <= $2 AND (change IN ('resolved', 'reopened') OR change = 'opened' AND outcome_from = 'pass')
			ORDER BY seq`, h.upTo, upTo)
	})
	if err != nil {
		return nil, err
	}
	h.upTo, h.known = upTo, append(h.known, found...)
	return slices.Clip(h.known), nil
}
