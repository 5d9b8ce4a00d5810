package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/controlwatch/controlwatch/internal/checkpoint"
)

// Extract is what the store holds of a window of time, at one moment, for somebody
// who will never see the store: what is appended meanwhile is not in it. It is for
// one goroutine, and must be closed.
type Extract struct {
	From, To    time.Time
	First, Last int64      // commits of the window, by number, every one of them
	FirstLeaf   int64      // of commit First
	LastLeaf    int64      // of commit Last
	Began       time.Time  // the store's first commit
	Newest      Checkpoint // the checkpoint that everything is proved under
	Root        tlog.Hash  // its root
	Origin      string     // of the log
	Signing     Signer     // the key that signs now
	Unsigned    int64      // commits after the newest checkpoint

	store *Store
	db    *sql.Tx
	tx    session
	tree  *tree
}

// ErrNothingKept says that a window has no commit.
var ErrNothingKept = errors.New("nothing was kept in that time")

// Extract opens what the commits stamped from one time to another hold, both
// included. Where the clock went back meanwhile, commits between that are stamped
// otherwise are in as well: the window is one run of commits. What is not signed
// yet is signed first; a store without a key has nothing to prove, and is refused.
func (s *Store) Extract(ctx context.Context, from, to time.Time) (*Extract, error) {
	const what = "open what was kept"
	if s.signer == nil {
		return nil, fmt.Errorf("%s: the store is open without the key that its log is signed with", what)
	}
	if _, err := s.Sign(ctx); err != nil {
		return nil, err
	}
	e := &Extract{From: from.UTC(), To: to.UTC(), store: s, Signing: s.signer}
	var err error
	if e.db, err = s.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true}); err != nil {
		return nil, s.explain(what, err)
	}
	e.tx = newSession(e.db)
	if err := e.open(ctx); err != nil {
		return nil, errors.Join(s.explain(what, err), e.Close())
	}
	return e, nil
}

// Close ends it.
func (e *Extract) Close() error {
	if err := e.db.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
		return e.store.explain("close what was kept", err)
	}
	return nil
}

func (e *Extract) open(ctx context.Context) (err error) {
	if e.tree, err = openTree(ctx, e.tx); err != nil {
		return err
	}
	if e.Newest, err = e.tx.newestCheckpoint(ctx); err != nil {
		return err
	}
	if err := e.openNewest(ctx); err != nil {
		return err
	}
	if e.Root, err = e.tree.root(ctx, e.Newest.Size); err != nil {
		return err
	}
	var began int64
	var first, last sql.NullInt64
	err = e.tx.row(ctx, `SELECT (SELECT at FROM commit_log ORDER BY seq LIMIT 1),
			(SELECT MIN(seq) FROM commit_log WHERE at >= $1 AND seq <= $3), (SELECT MAX(seq) FROM commit_log WHERE at <= $2 AND seq <= $3)`,
		micros(e.From), micros(e.To), e.Newest.Seq).Scan(&began, &first, &last)
	if err != nil {
		return err
	}
	e.Began = fromMicros(began)
	if !first.Valid || !last.Valid || last.Int64 < first.Int64 {
		return fmt.Errorf("%w: the store begins at %s", ErrNothingKept, e.Began.Format(time.RFC3339))
	}
	e.First, e.Last = first.Int64, last.Int64
	err = e.tx.row(ctx, "SELECT MIN(leaf), MAX(leaf) FROM log_leaf WHERE seq BETWEEN $1 AND $2", e.First, e.Last).Scan(&e.FirstLeaf, &e.LastLeaf)
	if err != nil {
		return err
	}
	return e.tx.row(ctx, "SELECT COUNT(*) FROM commit_log WHERE seq > $1", e.Newest.Seq).Scan(&e.Unsigned)
}

// openNewest refuses to hand out under a checkpoint that does not fit.
func (e *Extract) openNewest(ctx context.Context) error {
	if e.Newest.Size == 0 {
		return errors.New("nothing of the log is signed")
	}
	key, err := note.NewVerifier(e.Signing.Public())
	if err != nil {
		return err
	}
	read, _, err := checkpoint.Open(e.Newest.Note, []note.Verifier{key})
	if err != nil {
		return fmt.Errorf("the newest checkpoint: %w: run \"controlwatch verify\"", err)
	}
	root, err := e.tree.root(ctx, e.Newest.Size)
	if err != nil {
		return err
	}
	if read.Size != e.Newest.Size || read.Root != root {
		return errors.New("the newest checkpoint is not that of the log: run \"controlwatch verify\"")
	}
	e.Origin = read.Origin
	return nil
}
