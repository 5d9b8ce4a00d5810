package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// Verify makes everything again from the raw rows, trusting nothing that could
// have been stored beside them: leaves from rows, the tree from leaves, bodies
// against their digests, checkpoints against tree and keys, current facts against
// their history, drift against states, the order of clocks. An error is of the
// reading; what does not fit is in the result.
func (s *Store) Verify(ctx context.Context, o VerifyOptions) (*Verification, error) {
	if o.Progress == nil {
		o.Progress = func(string, int64, int64) {}
	}
	v := &verifier{Verification: &Verification{}, options: o}
	err := s.read(ctx, "verify", func(tx session) error {
		v.tx = tx
		for _, stage := range []struct {
			fast bool
			run  func(context.Context) error
		}{
			{false, v.file}, {true, v.chain}, {true, v.signatures}, {false, v.rows}, {false, v.bodies}, {false, v.states}, {true, v.clocks}, {true, v.epochs},
		} {
			if o.Fast && !stage.fast {
				continue
			}
			if err := stage.run(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	return v.Verification, err
}

type verifier struct {
	*Verification
	options VerifyOptions
	tx      session
	hashes  []tlog.Hash // as stored: of leaves and subtrees
	leafOf  []int64     // by leaf, its commit
	newest  int64       // commit
	cutOff  bool        // the rest of the log could not be read, which is told
}

// file: the database's own structure.
func (v *verifier) file(ctx context.Context) error {
	v.options.Progress("file", 0, 1)
	var verdict string
	if err := v.tx.row(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		v.problem(Problem{
			Record: "the database file", What: "it is damaged: " + verdict, Untrusted: "what lies in the damaged part cannot be read or trusted",
		})
	}
	err := checkReferences(ctx, v.tx)
	if broken, ok := errors.AsType[*brokenReference](err); ok {
		v.problem(Problem{Record: "row " + broken.row + " of " + broken.table, What: "it refers to no " + broken.parent, Untrusted: "that row"})
		err = nil
	}
	v.options.Progress("file", 1, 1)
	return err
}

// chain: the numbers of commits and leaves, and every hash of the tree from those
// of its leaves.
func (v *verifier) chain(ctx context.Context) error {
	err := v.tx.each(ctx, func(rows *sql.Rows) error {
		v.Commits++
		var seq int64
		if err := rows.Scan(&seq); err != nil {
			return err
		}
		if seq != v.newest+1 {
			v.problem(Problem{
				Commit: v.newest + 1, Record: fmt.Sprintf("commit %d", v.newest+1),
				What: fmt.Sprintf("it is missing: commit %d comes after %d", seq, v.newest), Untrusted: "whatever it held",
			})
		}
		v.newest = seq
		return nil
	}, "SELECT seq FROM commit_log ORDER BY seq")
	if err != nil {
		return err
	}
	if err := v.readLeaves(ctx); err != nil {
		return err
	}
	if err := v.readHashes(ctx); err != nil {
		return err
	}
	if err := v.buildTree(); err != nil {
		return err
	}
	logged := int64(0)
	if v.Leaves > 0 {
		logged = v.leafOf[v.Leaves-1]
	}
	if v.options.Fast && !v.cutOff && logged < v.newest { // else the rows tell, one by one
		v.problem(Problem{
			Commit: logged + 1, Record: fmt.Sprintf("commit %d", logged+1), What: fmt.Sprintf("from it to commit %d nothing is in the log", v.newest),
			Untrusted: "those commits: they were added, or the log was cut off",
		})
	}
	return nil
}

func (v *verifier) readLeaves(ctx context.Context) error {
	err := v.tx.each(ctx, func(rows *sql.Rows) error {
		var leaf, seq int64
		if err := rows.Scan(&leaf, &seq); err != nil {
			return err
		}
		if want := int64(len(v.leafOf)); leaf != want {
			return v.broken(seq, fmt.Sprintf("leaf %d", want), fmt.Sprintf("it is missing: leaf %d comes instead", leaf))
		}
		if n := len(v.leafOf); n > 0 && seq < v.leafOf[n-1] {
			v.problem(Problem{Commit: seq, Record: fmt.Sprintf("leaf %d", leaf), What: "it is of an earlier commit than the leaf before", Untrusted: "the order of what it holds"})
		}
		v.leafOf = append(v.leafOf, seq)
		return nil
	}, "SELECT leaf, seq FROM log_leaf ORDER BY leaf")
	v.Leaves = int64(len(v.leafOf))
	return v.unless(err)
}

func (v *verifier) readHashes(ctx context.Context) error {
	return v.unless(v.tx.each(ctx, func(rows *sql.Rows) error {
		var id int64
		var hash sql.RawBytes
		if err := rows.Scan(&id, &hash); err != nil {
			return err
		}
		if want := int64(len(v.hashes)); id != want || len(hash) != tlog.HashSize {
			return v.broken(0, fmt.Sprintf("hash %d of the log", want), "it is missing, or is no hash")
		}
		v.hashes = append(v.hashes, tlog.Hash(hash))
		return nil
	}, "SELECT id, hash FROM log_hash ORDER BY id"))
}

// errBroken ends a stage that cannot go on; the problem is told already.
var errBroken = errors.New("the log is broken")

func (v *verifier) broken(seq int64, record, what string) error {
	v.cutOff = true
	v.problem(Problem{Commit: seq, Record: record, What: what, Untrusted: "everything from it on"})
	return errBroken
}

func (v *verifier) unless(err error) error {
	if errors.Is(err, errBroken) {
		return nil
	}
	return err
}

// buildTree computes subtrees from leaves, and cuts the log off before the first
// hash that does not fit.
func (v *verifier) buildTree() error {
	if want := tlog.StoredHashCount(v.Leaves); int64(len(v.hashes)) != want {
		v.problem(Problem{
			Record: "the hashes of the log", What: fmt.Sprintf("there are %d, but %d leaves make %d", len(v.hashes), v.Leaves, want),
			Untrusted: "the tree where hashes are missing",
		})
	}
	for n := range v.Leaves {
		first := tlog.StoredHashIndex(0, n)
		if first >= int64(len(v.hashes)) {
			v.cut(n)
			return nil
		}
		made, err := tlog.StoredHashesForRecordHash(n, v.hashes[first], v.reader())
		if err != nil {
			return err
		}
		for i, h := range made {
			if at := first + int64(i); at >= int64(len(v.hashes)) || v.hashes[at] != h {
				v.problem(Problem{
					Commit: v.leafOf[n], Record: fmt.Sprintf("hash %d of the log, above leaf %d", at, n),
					What: "it is not that of the hashes below it", Untrusted: "the tree from there on",
				})
				v.cut(n)
				return nil
			}
		}
	}
	if v.Leaves > 0 {
		root, err := tlog.TreeHash(v.Leaves, v.reader())
		if err != nil {
			return err
		}
		v.Root = base64.StdEncoding.EncodeToString(root[:])
	}
	return nil
}

// cut goes on with the leaves before one.
func (v *verifier) cut(n int64) {
	v.cutOff, v.leafOf, v.Leaves = true, v.leafOf[:n], n
	v.hashes = v.hashes[:tlog.StoredHashCount(n)]
}

func (v *verifier) reader() tlog.HashReader {
	return tlog.HashReaderFunc(func(ids []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(ids))
		for i, id := range ids {
			if id >= int64(len(v.hashes)) {
				return nil, fmt.Errorf("hash %d: %w", id, errHash)
			}
			out[i] = v.hashes[id]
		}
		return out, nil
	})
}

// clockSlack is by how much a clock may go back before it is told: clocks are
// corrected by fractions of a second all the time.
const clockSlack = time.Second

// clocks: the order of time stamps is that of commits.
func (v *verifier) clocks(ctx context.Context) error {
	var latest int64
	return v.tx.each(ctx, func(rows *sql.Rows) error {
		var seq, at int64
		var kind string
		if err := rows.Scan(&seq, &at, &kind); err != nil {
			return err
		}
		if back := fromMicros(latest).Sub(fromMicros(at)); back > clockSlack {
			v.warn("the clock went back by %s before commit %d (%s), which says %s", back.Round(time.Millisecond), seq, kind, fromMicros(at).Format(time.RFC3339))
		}
		latest = max(latest, at)
		return nil
	}, "SELECT seq, at, kind FROM commit_log ORDER BY seq")
}
