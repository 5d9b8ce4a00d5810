package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// EntryEpoch says that a scheduler took the store over. Its subject is the epoch
// that began with its commit.
const EntryEpoch = "epoch"

// epochBody is what the record of an epoch says.
type epochBody struct {
	Epoch  int64  `json:"epoch"`
	Before int64  `json:"before"` // that ended with it
	Holder string `json:"holder"` // random: two epochs of one number, in two copies of a store, are not the same
}

// leadership is an epoch that this program took.
type leadership struct {
	epoch, seq int64
	ord        int
	record     [sha256.Size]byte // its record
}

// Lead takes the store over: it begins the next fencing epoch, and keeps entries
// with it, in one commit. From then on whatever this Store commits or signs is
// refused with a FencedError once another has taken the store over in its turn.
//
// LockScheduler keeps two schedulers apart where locks of files hold. Where they do
// not, on a network file system or when a volume was taken from a machine that still
// runs, the epoch does. Commands that run once never lead: they write under
// whichever epoch there is.
func (s *Store) Lead(ctx context.Context, by evidence.Actor, entries ...Entry) (epoch int64, ids []string, err error) {
	const what = "take the store over"
	holder := make([]byte, 16)
	_, _ = rand.Read(holder) // never fails: crypto/rand
	var mine leadership
	seq, err := s.commitUnder(ctx, kindEntry, what, s.nextEpoch, func(ctx context.Context, c *commit) error {
		body, err := json.Marshal(epochBody{Epoch: c.epoch, Before: c.epoch - 1, Holder: fmt.Sprintf("%x", holder)})
		if err != nil {
			return err
		}
		for i, e := range entries {
			if err := validEntry(e); err != nil {
				return err
			}
			if err := c.entry(ctx, i, e); err != nil {
				return err
			}
		}
		mine = leadership{epoch: c.epoch, seq: c.seq, ord: len(entries), record: sha256.Sum256(body)}
		return c.entry(ctx, mine.ord, Entry{Kind: EntryEpoch, Subject: strconv.FormatInt(c.epoch, 10), Actor: by, Body: body})
	})
	if err != nil {
		return 0, nil, err
	}
	s.lead.Store(&mine)
	for i := range entries {
		ids = append(ids, entryID(seq, int64(i)))
	}
	if by.Person() {
		_, err = s.Sign(ctx)
	}
	return mine.epoch, ids, err
}

// Leading asks whether the epoch that this Store took is still the newest. The error
// is a FencedError if it is not, and another if the store could not be read. A Store
// that never led is not asked for anything.
func (s *Store) Leading(ctx context.Context) error {
	if s.lead.Load() == nil {
		return nil
	}
	return s.read(ctx, "look who leads", func(tx session) error {
		_, err := s.sameEpoch(ctx, tx)
		return err
	})
}

// FencedError says that another program took the store over from this one, which
// can keep nothing any more and has to stop.
type FencedError struct {
	Epoch, Now int64 // of this program; of the store
	// By is who took it over, and At when. Without a name, the store is another copy
	// than the one that this program took over, older or put back.
	By      evidence.Actor
	At      time.Time
	Version string // of the program that took it over
}

func (f *FencedError) Error() string {
	if f.By.Name == "" {
		return fmt.Sprintf("the store was exchanged under this controlwatch, which took it over as epoch %d; it is at epoch %d and knows nothing of that: "+
			"nothing more is kept by this one; stop it", f.Epoch, f.Now)
	}
	return fmt.Sprintf("%s took the store over from this controlwatch at %s (epoch %d, after %d; version %s): nothing more is kept by this one; stop it",
		f.By.Name, f.At.UTC().Format(time.RFC3339), f.Now, f.Epoch, f.Version)
}

// newestEpoch is that of the newest commit; epochs never go back.
func (s session) newestEpoch(ctx context.Context) (epoch int64, err error) {
	err = s.row(ctx, "SELECT epoch FROM commit_log ORDER BY seq DESC LIMIT 1").Scan(&epoch)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return epoch, err
}

func (s *Store) nextEpoch(ctx context.Context, tx session) (int64, error) {
	epoch, err := tx.newestEpoch(ctx)
	return epoch + 1, err
}

// sameEpoch is the epoch to write under: the newest there is, which has to be the
// one that this program took, if it took one.
func (s *Store) sameEpoch(ctx context.Context, tx session) (int64, error) {
	now, err := tx.newestEpoch(ctx)
	mine := s.lead.Load()
	if err != nil || mine == nil {
		return now, err
	}
	var record []byte
	err = tx.row(ctx, "SELECT b.digest FROM entry e JOIN blob b ON b.id = e.body WHERE e.seq = $1 AND e.ord = $2 AND e.kind = $3",
		mine.seq, mine.ord, EntryEpoch).Scan(&record)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	if now == mine.epoch && bytes.Equal(record, mine.record[:]) {
		return now, nil
	}
	fenced := &FencedError{Epoch: mine.epoch, Now: now}
	if now > mine.epoch && bytes.Equal(record, mine.record[:]) {
		if err := fenced.by(ctx, tx); err != nil {
			return 0, err
		}
	}
	return 0, fenced
}

// by reads who began the newest epoch. It runs once in the life of a program.
func (f *FencedError) by(ctx context.Context, tx session) error {
	var at int64
	err := tx.row(ctx, `SELECT e.actor, e.identity, l.at, l.version FROM entry e JOIN commit_log l ON l.seq = e.seq
		WHERE e.kind = $1 AND e.subject = $2 ORDER BY e.seq DESC LIMIT 1`, EntryEpoch, strconv.FormatInt(f.Now, 10),
	).Scan(&f.By.Name, &f.By.Identity, &at, &f.Version)
	if errors.Is(err, sql.ErrNoRows) {
		f.By.Name, f.Version = "somebody who left no record", "unknown"
		return nil
	}
	f.At = fromMicros(at)
	return err
}
