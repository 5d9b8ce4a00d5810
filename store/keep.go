package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// kept is what is to be remembered of one resource, packed.
type kept struct {
	key       evidence.Key
	typ, name string
	checks    *checkList
	states    []byte
}

const (
	keptAtOnce = 1024
	keptBytes  = 1 << 16
)

// keeping is what waits in memory until everything has been judged; the first
// assessment waits with all of it. So it has a row of a few numbers for each
// resource, and the rest as bytes. It grows in pieces: a list that is grown as a
// whole is there twice while it is copied.
type keeping struct {
	pieces [][]keptRow
	block  []byte // that bytes are put into
	places []keptPlace
	place  map[keptPlace]uint32 // where in places
}

type keptRow struct {
	bytes    []byte // id, name and states, one after the other
	checks   *checkList
	id, name uint32 // their lengths
	place    uint32
}

// keptPlace is what many resources have in common.
type keptPlace struct {
	provider, account, region, typ string
	kind                           evidence.Kind
}

func (k *keeping) add(one kept) {
	at := keptPlace{one.key.Provider, one.key.Account, one.key.Region, one.typ, one.key.Kind}
	place, ok := k.place[at]
	if !ok {
		if k.place == nil {
			k.place = map[keptPlace]uint32{}
		}
		place = uint32(len(k.places)) // there are fewer than resources, and those fit into memory
		k.place[at], k.places = place, append(k.places, at)
	}
	n := len(one.key.ID) + len(one.name) + len(one.states)
	if n > cap(k.block)-len(k.block) {
		k.block = make([]byte, 0, max(n, keptBytes))
	}
	from := len(k.block)
	k.block = append(append(append(k.block, one.key.ID...), one.name...), one.states...)
	last := len(k.pieces) - 1
	if last < 0 || len(k.pieces[last]) == keptAtOnce {
		k.pieces, last = append(k.pieces, make([]keptRow, 0, keptAtOnce)), last+1
	}
	k.pieces[last] = append(k.pieces[last], keptRow{
		bytes: k.block[from : from+n : from+n], checks: one.checks, place: place,
		id: uint32(len(one.key.ID)), name: uint32(len(one.name)), // SQLite holds no text of 4 GiB
	})
}

func (k *keeping) all(yield func(kept) bool) {
	for _, piece := range k.pieces {
		for _, row := range piece {
			at := k.places[row.place]
			id, rest := row.bytes[:row.id], row.bytes[row.id:]
			one := kept{
				key: evidence.Key{Provider: at.provider, Account: at.account, Region: at.region, Kind: at.kind, ID: string(id)},
				typ: at.typ, name: string(rest[:row.name]), checks: row.checks, states: rest[row.name:],
			}
			if !yield(one) {
				return
			}
		}
	}
}

// Keep notes what is to be remembered of a resource from the next Commit on. The
// states are all there are of the resource, by control and check.
func (v *View) Keep(r evidence.Resource, states []soc2.FindingState) {
	v.share(&r)
	v.kept.add(kept{
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
func (c *commit) keep(ctx context.Context, all keeping) error {
	var before bool
	if err := c.row(ctx, "SELECT EXISTS (SELECT 1 FROM finding_state)").Scan(&before); err != nil {
		return err
	}
	blobs := map[*checkList]int64{}
	for k := range all.all {
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
