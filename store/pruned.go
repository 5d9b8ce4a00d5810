package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Tombstone says when a body was pruned, and by which rule.
type Tombstone struct {
	At     time.Time `json:"at"`
	Rule   string    `json:"rule"`
	Commit int64     `json:"commit"`
}

// Reason is that of holes where the body is missing.
func (t Tombstone) Reason() evidence.Reason {
	if strings.HasPrefix(t.Rule, erasedRule) {
		return evidence.Erased
	}
	return evidence.Pruned
}

// erasedRule begins the rule of bodies that were erased; the record's id follows.
const erasedRule = "erased, record "

// String is as it stands in answers to what can no longer be read.
func (t Tombstone) String() string {
	return fmt.Sprintf("pruned on %s by the rule %q (commit %d)", t.At.Format(time.DateOnly), t.Rule, t.Commit)
}

// hole is what is not seen any more because of it.
func (t Tombstone) hole(what, populationType string) *evidence.Hole {
	return &evidence.Hole{Type: populationType, Reason: t.Reason(), Detail: what + " " + t.String()}
}

// Pruned tells whether an error is that a body was pruned, and by what.
func Pruned(err error) (Tombstone, bool) {
	if gone, ok := errors.AsType[*goneBody](err); ok && gone.by != nil {
		return *gone.by, true
	}
	return Tombstone{}, false
}

// goneBody is a body that should be there and is empty. Without a tombstone it was
// not the program that emptied it.
type goneBody struct {
	what   string
	digest []byte
	by     *Tombstone
}

func (g *goneBody) Error() string {
	if g.by != nil {
		return g.what + ": " + g.by.String()
	}
	return fmt.Sprintf("%s: the bytes of digest %s are not there, and no tombstone says that they were pruned: "+
		"the store was damaged or altered; restore a copy of it", g.what, hex.EncodeToString(g.digest))
}

// whyGone looks up the tombstone of a body that an error says is not there. The
// error stays the same one, and tells from then on.
func (s session) whyGone(ctx context.Context, err error) error {
	gone, ok := errors.AsType[*goneBody](err)
	if !ok || gone.by != nil {
		return err
	}
	t, found, lookup := s.tombstone(ctx, gone.digest)
	if lookup != nil {
		return errors.Join(err, lookup)
	}
	if found {
		gone.by = &t
	}
	return err
}

// pruned is whyGone for those who can do without the body.
func (s session) pruned(ctx context.Context, err error) (Tombstone, bool) {
	return Pruned(s.whyGone(ctx, err))
}

// tombstone is the newest of a body.
func (s session) tombstone(ctx context.Context, digest []byte) (t Tombstone, found bool, err error) {
	var at int64
	err = s.row(ctx, `SELECT t.seq, l.at, t.rule FROM tombstone t JOIN blob b ON b.id = t.blob JOIN commit_log l ON l.seq = t.seq
		WHERE b.digest = $1 ORDER BY t.seq DESC LIMIT 1`, digest).Scan(&t.Commit, &at, &t.Rule)
	if errors.Is(err, sql.ErrNoRows) {
		return t, false, nil
	}
	t.At = fromMicros(at)
	return t, err == nil, err
}

// bury empties bodies under tombstones of this commit.
func (c *commit) bury(ctx context.Context, blobs []int64, rule string) error {
	for _, blob := range blobs {
		if err := c.exec(ctx, "INSERT INTO tombstone (blob, seq, rule) VALUES ($1, $2, $3)", blob, c.seq, rule); err != nil {
			return err
		}
		if err := c.exec(ctx, "UPDATE blob SET body = $1 WHERE id = $2", []byte{}, blob); err != nil {
			return err
		}
	}
	return nil
}
