package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// kept is what is to be remembered of one resource, packed: until everything has
// been judged it waits in memory, and the first assessment waits with all of it.
type kept struct {
	key       evidence.Key
	typ, name string
	checks    *checkList
	states    []byte
}

// Keep notes what is to be remembered of a resource from the next Commit on. The
// states are all there are of the resource, by control and check.
func (v *View) Keep(r evidence.Resource, states []soc2.FindingState) {
	v.share(&r)
	v.kept = append(v.kept, kept{
		key: r.Key(), typ: r.Type, name: r.Name, checks: v.lists.fitting(r.Kind, states), states: pack(states),
	})
}

// stateRow is the newest row of a resource.
type stateRow struct {
	typ, name string
	checks    int64
	states    []byte
}

func (c *commit) newestStates(ctx context.Context, resource int64) (row stateRow, known bool, err error) {
	err = c.row(ctx, "SELECT type, name, checks, states FROM finding_state WHERE resource = $1 ORDER BY seq DESC LIMIT 1", resource).
		Scan(&row.typ, &row.name, &row.checks, &row.states)
	if errors.Is(err, sql.ErrNoRows) {
		return row, false, nil
	}
	if err == nil && row.name == "" {
		row.name, _, err = c.nameOf(ctx, resource)
	}
	return row, err == nil, err
}

func (c *commit) unpack(ctx context.Context, r evidence.Resource, row stateRow) ([]soc2.FindingState, error) {
	lists := checkLists{tx: c.session, byBlob: map[int64]*checkList{}}
	list, err := lists.read(ctx, row.checks)
	if err != nil {
		return nil, err
	}
	return unpack(nil, r, list.of, row.states)
}

// keep appends what changed, unless it is what is remembered already.
func (c *commit) keep(ctx context.Context, all []kept) error {
	var before bool
	if err := c.row(ctx, "SELECT EXISTS (SELECT 1 FROM finding_state)").Scan(&before); err != nil {
		return err
	}
	blobs := map[*checkList]int64{}
	for _, k := range all {
		resource, err := c.resource(ctx, k.key)
		if err != nil {
			return err
		}
		checks, ok := blobs[k.checks]
		if !ok {
			body, err := k.checks.encode()
			if err != nil {
				return err
			}
			if checks, err = c.blob(ctx, body); err != nil {
				return err
			}
			blobs[k.checks] = checks
		}
		if before {
			row, known, err := c.newestStates(ctx, resource)
			if err != nil {
				return err
			}
			if known && row.typ == k.typ && row.name == k.name && row.checks == checks && bytes.Equal(row.states, k.states) {
				continue
			}
		}
		if err := c.call(ctx, resource, k.name); err != nil {
			return err
		}
		err = c.exec(ctx, "INSERT INTO finding_state (resource, seq, type, name, checks, states) VALUES ($1, $2, $3, $4, $5, $6)",
			resource, c.seq, k.typ, "", checks, k.states)
		if err != nil {
			return err
		}
	}
	return nil
}
