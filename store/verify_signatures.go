package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/controlwatch/controlwatch/internal/checkpoint"
)

// introduced is a key and the leaf that names it.
type introduced struct {
	key  note.Verifier
	text string
	leaf int64
}

// signatures: every checkpoint is signed by a key that was vouched for before, and
// its root is that of the tree. So any two of them are consistent.
func (v *verifier) signatures(ctx context.Context) error {
	keys, err := v.introducedKeys(ctx)
	if err != nil {
		return err
	}
	trusted, err := v.firstKeys(keys)
	if err != nil {
		return err
	}
	var previous int64
	err = v.tx.each(ctx, func(rows *sql.Rows) error {
		c, err := scanCheckpoint(rows)
		if err != nil {
			return err
		}
		v.Checkpoints++
		read, what := v.signed(c, trusted)
		if what != "" {
			v.problem(Problem{
				Commit: c.Seq, Record: fmt.Sprintf("checkpoint over %d leaves, after commit %d", c.Size, c.Seq), What: what,
				Untrusted: fmt.Sprintf("everything since the checkpoint before it (commits %d to %d), unless a later checkpoint covers it", previous+1, c.Seq),
			})
			return nil
		}
		previous = c.Seq
		v.Origin, v.Signed = read.Origin, c.Seq
		for _, k := range keys { // vouched for: named in what a trusted key signed
			if k.leaf < c.Size && !slices.Contains(v.Keys, k.text) {
				trusted, v.Keys = append(trusted, k.key), append(v.Keys, k.text)
			}
		}
		return nil
	}, "SELECT seq, size, note FROM checkpoint ORDER BY seq")
	if err != nil {
		return err
	}
	return v.unsigned(ctx, len(keys) > 0)
}

// signed gives what is wrong with a checkpoint, if anything is.
func (v *verifier) signed(c Checkpoint, trusted []note.Verifier) (checkpoint.Checkpoint, string) {
	read, _, err := checkpoint.Open(c.Note, trusted)
	switch {
	case errors.Is(err, checkpoint.ErrUnknownKey):
		return read, "it is signed by none of the keys that are trusted by then"
	case err != nil:
		return read, err.Error()
	case read.Size != c.Size:
		return read, fmt.Sprintf("its note speaks of %d leaves", read.Size)
	case v.Origin != "" && read.Origin != v.Origin:
		return read, fmt.Sprintf("it is of the log %s, the ones before of %s", read.Origin, v.Origin)
	case read.Size > v.Leaves:
		return read, fmt.Sprintf("the log has only %d leaves that can be read: some were removed", v.Leaves)
	}
	if n := read.Size; n == 0 || v.leafOf[n-1] > c.Seq || n < v.Leaves && v.leafOf[n] <= c.Seq {
		return read, "its leaves do not end with its commit"
	}
	root, err := tlog.TreeHash(read.Size, v.reader())
	if err != nil {
		return read, err.Error()
	}
	if root != read.Root {
		return read, "its root is not that of the leaves: what it covers was changed after it was signed"
	}
	return read, ""
}

func (v *verifier) introducedKeys(ctx context.Context) ([]introduced, error) {
	var keys []introduced
	err := v.tx.each(ctx, func(rows *sql.Rows) error {
		var seq, leaf int64
		var body sql.RawBytes
		if err := rows.Scan(&seq, &leaf, &body); err != nil {
			return err
		}
		var k LogKey
		var key note.Verifier
		err := json.Unmarshal(body, &k)
		if err == nil {
			key, err = note.NewVerifier(k.Public)
		}
		if err != nil {
			v.problem(Problem{Commit: seq, Record: v.describe(ctx, seq), What: "the key it names cannot be read", Untrusted: "what is signed by that key only"})
			return nil //nolint:nilerr // what does not fit is told, and the next is looked at
		}
		keys = append(keys, introduced{key, k.Public, leaf})
		return nil
	}, `SELECT e.seq, COALESCE((SELECT MIN(l.leaf) FROM log_leaf l WHERE l.seq = e.seq), 0), b.body
		FROM entry e JOIN blob b ON b.id = e.body WHERE e.kind = '`+EntryLogKey+`' ORDER BY e.seq, e.ord`)
	return keys, err
}

// firstKeys are those trusted from the start.
func (v *verifier) firstKeys(keys []introduced) ([]note.Verifier, error) {
	var trusted []note.Verifier
	for _, text := range v.options.Keys {
		key, err := note.NewVerifier(text)
		if err != nil {
			return nil, fmt.Errorf("key %q: expected \"name+hash+key\", as \"controlwatch key show\" prints it", text)
		}
		trusted, v.Keys = append(trusted, key), append(v.Keys, text)
	}
	v.Pinned = len(trusted) > 0
	if !v.Pinned && len(keys) > 0 {
		trusted, v.Keys = append(trusted, keys[0].key), append(v.Keys, keys[0].text)
	}
	return trusted, nil
}

// unsigned tells what no checkpoint covers.
func (v *verifier) unsigned(ctx context.Context, keyed bool) error {
	if v.Signed > 0 {
		var at int64
		if err := v.tx.row(ctx, "SELECT at FROM commit_log WHERE seq = $1", v.Signed).Scan(&at); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		v.SignedAt = fromMicros(at)
	}
	switch {
	case v.newest == 0:
	case v.Pinned && v.Signed == 0:
		v.problem(Problem{
			Record: "the log", What: "it has no checkpoint that the given key signed", Untrusted: "all of it: it is another log, or its signatures were removed",
		})
		return nil
	case !keyed:
		v.warn("nothing is signed: this store was written without a key")
		return nil
	case v.Signed < v.newest:
		v.warn("commits %d to %d are not signed yet: the next assessment signs them", v.Signed+1, v.newest)
	}
	if err := v.stripped(ctx); err != nil {
		return err
	}
	return v.each(ctx)
}

// stripped: signatures that were taken away must not read as signatures that were
// never made. A program stopped between an assessment and its signature leaves the
// newest assessment without one, and never two.
func (v *verifier) stripped(ctx context.Context) error {
	var first, count int64
	err := v.tx.row(ctx, `SELECT COALESCE(MIN(seq), 0), COUNT(*) FROM assessment
		WHERE seq > $1 AND seq > (SELECT MIN(seq) FROM entry WHERE kind = '`+EntryLogKey+`')`, v.Signed).Scan(&first, &count)
	if err != nil || count < 2 {
		return err
	}
	if v.options.Copy {
		v.warn("%d assessments from commit %d on have no checkpoint that holds", count, first)
		return nil
	}
	v.Verification.unsigned = count
	v.problem(Problem{
		Commit: first, Record: v.describe(ctx, first),
		What:      fmt.Sprintf("%d assessments from it on have no checkpoint that holds: checkpoints were removed, or the signing key failed all that time", count),
		Untrusted: fmt.Sprintf("everything from commit %d on: nothing signed shows that it was not changed", v.Signed+1),
	})
	return nil
}

// each assessment and each record of a person is signed before the next of them.
// Where one is not, the program was stopped there, or somebody took the checkpoint
// away.
func (v *verifier) each(ctx context.Context) error {
	return v.tx.each(ctx, func(rows *sql.Rows) error {
		var seq, next int64
		if err := rows.Scan(&seq, &next); err != nil {
			return err
		}
		v.warn("no checkpoint was signed after commit %d and before commit %d: the program was stopped there, or a checkpoint was removed", seq, next)
		return nil
	}, `SELECT seq, next FROM (SELECT seq, LEAD(seq) OVER (ORDER BY seq) AS next FROM (
			SELECT seq FROM assessment UNION SELECT seq FROM entry WHERE identity <> 'program') s) a
		WHERE next IS NOT NULL AND seq > (SELECT MIN(seq) FROM entry WHERE kind = '`+EntryLogKey+`')
		AND NOT EXISTS (SELECT 1 FROM checkpoint c WHERE c.seq >= a.seq AND c.seq < a.next) ORDER BY seq`)
}
