package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/controlwatch/controlwatch/evidence"
)

// Attachment is a file that is recorded with an entry. Its name is for the entry's
// body to say.
type Attachment []byte

// Attached is what the store holds of a file of an entry.
type Attached struct {
	SHA256 string
	Size   int64
	Pruned *Tombstone // its bytes went under it; nil: they are there
}

// attach keeps the files of an entry of this commit.
func (c *commit) attach(ctx context.Context, entry int, files []Attachment) error {
	for ord, file := range files {
		if len(file) == 0 {
			return fmt.Errorf("file %d is empty", ord+1)
		}
		blob, err := c.digested(ctx, evidence.Digest(file), file)
		if err != nil {
			return err
		}
		err = c.exec(ctx, "INSERT INTO attached (seq, entry, ord, size, body) VALUES ($1, $2, $3, $4, $5)", c.seq, entry, ord, len(file), blob)
		if err != nil {
			return err
		}
	}
	return nil
}

// Attached gives the files of an entry, in their order.
func (s *Store) Attached(ctx context.Context, entry string) (all []Attached, err error) {
	what := "read the files of " + entry
	var seq, ord int64
	if n, err := fmt.Sscanf(entry, "e%d.%d", &seq, &ord); n != 2 || err != nil || entryID(seq, ord) != entry {
		return nil, fmt.Errorf("%s: that is no id of a record; they are as e12.0", what)
	}
	err = s.read(ctx, what, func(tx session) error {
		err := tx.each(ctx, func(rows *sql.Rows) error {
			var digest []byte
			var a Attached
			var there bool
			if err := rows.Scan(&digest, &a.Size, &there); err != nil {
				return err
			}
			a.SHA256 = hex.EncodeToString(digest)
			if !there {
				a.Pruned = &Tombstone{} // filled in below
			}
			all = append(all, a)
			return nil
		}, "SELECT b.digest, a.size, length(b.body) > 0 FROM attached a JOIN blob b ON b.id = a.body WHERE a.seq = $1 AND a.entry = $2 ORDER BY a.ord", seq, ord)
		for i := range all {
			if err != nil || all[i].Pruned == nil {
				continue
			}
			gone := &goneBody{what: "a file of " + entry}
			if gone.digest, err = hex.DecodeString(all[i].SHA256); err != nil {
				continue
			}
			t, pruned := tx.pruned(ctx, gone)
			if !pruned {
				err = gone
				continue
			}
			all[i].Pruned = &t
		}
		return err
	})
	return all, err
}

// AttachedBytes gives the bytes of a file that was attached to any entry.
func (s *Store) AttachedBytes(ctx context.Context, digest string) (body []byte, err error) {
	what := "read the file " + digest
	raw, err := hex.DecodeString(digest)
	if err != nil || len(raw) != sha256.Size {
		return nil, fmt.Errorf("%s: that is no SHA-256 in hexadecimal", what)
	}
	err = s.read(ctx, what, func(tx session) error {
		b := stored{}
		err := tx.row(ctx, "SELECT b.digest, b.body FROM blob b WHERE b.digest = $1 AND EXISTS (SELECT 1 FROM attached a WHERE a.body = b.id)", raw).Scan(&b.digest, &b.body)
		if errors.Is(err, sql.ErrNoRows) {
			return errors.New("no such file is attached to anything")
		}
		if err != nil {
			return err
		}
		if err := b.verify("the file " + digest); err != nil {
			return tx.whyGone(ctx, err)
		}
		body = b.body
		return nil
	})
	return body, err
}
