package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
)

// epochs: they never go back, and one begins only with a record of who took the
// store over.
func (v *verifier) epochs(ctx context.Context) error {
	began := map[int64]string{} // by commit, the epochs whose records it has
	err := v.tx.each(ctx, func(rows *sql.Rows) error {
		var seq int64
		var subject string
		err := rows.Scan(&seq, &subject)
		began[seq] = subject
		return err
	}, "SELECT seq, subject FROM entry WHERE kind = $1", EntryEpoch)
	if err != nil {
		return err
	}
	var last int64
	return v.tx.each(ctx, func(rows *sql.Rows) error {
		var seq, epoch int64
		if err := rows.Scan(&seq, &epoch); err != nil {
			return err
		}
		switch {
		case epoch < last:
			v.problem(Problem{
				Commit: seq, Record: fmt.Sprintf("commit %d", seq), What: fmt.Sprintf("it was made under epoch %d, after epoch %d had begun", epoch, last),
				Untrusted: "that commit: who made it had lost the store to another",
			})
			return nil
		case epoch > last && began[seq] != strconv.FormatInt(epoch, 10):
			v.problem(Problem{
				Commit: seq, Record: fmt.Sprintf("commit %d", seq), What: fmt.Sprintf("epoch %d begins with it, and it has no record of who took the store over", epoch),
				Untrusted: "who made it, and what was made since under that epoch",
			})
		case epoch == last && began[seq] != "":
			v.problem(Problem{
				Commit: seq, Record: fmt.Sprintf("commit %d", seq), What: fmt.Sprintf("it says that epoch %s begins, and is made under %d as the one before", began[seq], epoch),
				Untrusted: "that record",
			})
		}
		last = epoch
		return nil
	}, "SELECT seq, epoch FROM commit_log ORDER BY seq")
}
