package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"golang.org/x/mod/sumdb/note"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/checkpoint"
)

// Signer signs checkpoints. Its name is the origin of the log, and Public is what
// others check its signatures with.
type Signer interface {
	note.Signer
	Public() string
}

// KeySource gives the key that signs from now on. origin is the log's so far, and
// empty for a store that has no key yet.
type KeySource func(ctx context.Context, origin string) (Signer, error)

// LogKey is a key that signs, or signed, checkpoints.
type LogKey struct {
	Public string `json:"public"` // "name+hash+key", as notes have it
}

// Checkpoint is a signed statement of what the log held.
type Checkpoint struct {
	Seq  int64  // the newest commit it covers
	Size int64  // how many leaves
	Note []byte // as signed
}

// openKey takes the key to sign with. The first becomes the log's; any other than
// the newest is refused, because a key that nobody vouched for proves nothing.
func (s *Store) openKey(ctx context.Context) error {
	if s.options.Key == nil {
		return nil
	}
	keys, err := s.LogKeys(ctx)
	if err != nil {
		return err
	}
	origin, newest := "", ""
	if len(keys) > 0 {
		newest = keys[len(keys)-1].Public
		v, err := note.NewVerifier(newest)
		if err != nil {
			return fmt.Errorf("key of the log %q: %w", newest, err)
		}
		origin = v.Name()
	}
	signer, err := s.options.Key(ctx, origin)
	if err != nil {
		return err
	}
	switch {
	case newest == "":
		s.signer = signer
		return s.introduce(ctx, signer, evidence.Program)
	case signer.Public() != newest:
		return fmt.Errorf("the key given is %s, but the log is signed by %s: give that key, or hand over with \"controlwatch key rotate\"",
			fingerprint(signer.Public()), fingerprint(newest))
	}
	s.signer = signer
	return nil
}

// fingerprint is the part of a public key that names it.
func fingerprint(public string) string {
	v, err := note.NewVerifier(public)
	if err != nil {
		return "a key that cannot be read"
	}
	return fmt.Sprintf("%s+%08x", v.Name(), v.KeyHash())
}

func (s *Store) introduce(ctx context.Context, signer Signer, actor evidence.Actor) error {
	body, err := json.Marshal(LogKey{Public: signer.Public()})
	if err != nil {
		return err
	}
	_, err = s.commit(ctx, kindEntry, "introduce the signing key", func(ctx context.Context, c *commit) error {
		return c.entry(ctx, 0, Entry{Kind: EntryLogKey, Subject: fingerprint(signer.Public()), Actor: actor, Body: body})
	})
	return err
}

// Rotate hands over to another key of the same name. The checkpoint that first
// covers the new one is signed by both, so the old one vouches for it.
func (s *Store) Rotate(ctx context.Context, next Signer, actor evidence.Actor) (Checkpoint, error) {
	if s.signer == nil {
		return Checkpoint{}, errors.New("hand over to another key: the store is open without the key it is signed with")
	}
	if next.Name() != s.signer.Name() {
		return Checkpoint{}, fmt.Errorf("hand over to another key: its name is %s, the log's is %s", next.Name(), s.signer.Name())
	}
	old := s.signer
	if err := s.introduce(ctx, next, actor); err != nil {
		return Checkpoint{}, err
	}
	s.signer = next
	return s.sign(ctx, old, next)
}

// LogKeys gives the keys that the log was ever signed with, oldest first.
func (s *Store) LogKeys(ctx context.Context) ([]LogKey, error) {
	var keys []LogKey
	for e, err := range s.Entries(ctx, EntryLogKey) {
		if err != nil {
			return nil, err
		}
		var k LogKey
		if err := json.Unmarshal(e.Body, &k); err != nil {
			return nil, fmt.Errorf("key of the log in record %s: %w", e.ID, err)
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// Sign signs a checkpoint over all that has been committed, unless the newest
// covers it already. A store without a key has none, and gives the zero value.
func (s *Store) Sign(ctx context.Context) (Checkpoint, error) {
	if s.signer == nil {
		return Checkpoint{}, nil
	}
	return s.sign(ctx, s.signer)
}

// sign reads the head, signs it outside of any transaction, for the key may be a
// service far away, and keeps the note.
func (s *Store) sign(ctx context.Context, signers ...note.Signer) (Checkpoint, error) {
	const what = "sign checkpoint"
	var c Checkpoint
	head := checkpoint.Checkpoint{Origin: signers[0].Name()}
	err := s.read(ctx, what, func(tx session) (err error) {
		if c, err = tx.newestCheckpoint(ctx); err != nil {
			return err
		}
		t, err := openTree(ctx, tx)
		if err != nil || t.size == c.Size {
			return err
		}
		head.Size = t.size
		if head.Root, err = t.root(ctx, t.size); err != nil {
			return err
		}
		c.Seq, err = newestCommit(ctx, tx)
		return err
	})
	if err != nil || head.Size == 0 {
		return c, err
	}
	c.Size = head.Size
	if c.Note, err = checkpoint.Sign(head, signers...); err != nil {
		return Checkpoint{}, err
	}
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return Checkpoint{}, s.explain(what, err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	if _, err := s.sameEpoch(ctx, newSession(tx)); err != nil {
		return Checkpoint{}, s.explain(what, err)
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO checkpoint (seq, size, note) VALUES ($1, $2, $3) ON CONFLICT (seq) DO NOTHING", c.Seq, c.Size, string(c.Note))
	if err != nil {
		return Checkpoint{}, s.explain(what, err)
	}
	return c, s.explain(what, tx.Commit())
}

// RootAt is the root of the log when it had size leaves.
func (s *Store) RootAt(ctx context.Context, size int64) (root []byte, err error) {
	err = s.read(ctx, "read the log", func(tx session) error {
		t, err := openTree(ctx, tx)
		if err != nil {
			return err
		}
		if size > t.size {
			return fmt.Errorf("it has %d leaves, not %d", t.size, size)
		}
		hash, err := t.root(ctx, size)
		root = hash[:]
		return err
	})
	return root, err
}

// Checkpoints gives all that were signed, oldest first.
func (s *Store) Checkpoints(ctx context.Context) iter.Seq2[Checkpoint, error] {
	return func(yield func(Checkpoint, error) bool) {
		stopped := false
		err := s.read(ctx, "read checkpoints", func(tx session) error {
			return tx.each(ctx, func(rows *sql.Rows) error {
				c, err := scanCheckpoint(rows)
				if err != nil {
					return err
				}
				if !yield(c, nil) {
					stopped = true
					return errStopped
				}
				return nil
			}, "SELECT seq, size, note FROM checkpoint ORDER BY seq")
		})
		if err != nil && !stopped {
			yield(Checkpoint{}, err)
		}
	}
}

// NewestCheckpoint is the last that was signed; the zero value before the first.
func (s *Store) NewestCheckpoint(ctx context.Context) (c Checkpoint, err error) {
	err = s.read(ctx, "read the newest checkpoint", func(tx session) (err error) {
		c, err = tx.newestCheckpoint(ctx)
		return err
	})
	return c, err
}

func (s session) newestCheckpoint(ctx context.Context) (Checkpoint, error) {
	c, err := scanCheckpoint(s.row(ctx, "SELECT seq, size, note FROM checkpoint ORDER BY seq DESC LIMIT 1"))
	if errors.Is(err, sql.ErrNoRows) {
		return Checkpoint{}, nil
	}
	return c, err
}

func scanCheckpoint(row scanner) (Checkpoint, error) {
	var c Checkpoint
	var text string
	err := row.Scan(&c.Seq, &c.Size, &text)
	c.Note = []byte(text)
	return c, err
}
