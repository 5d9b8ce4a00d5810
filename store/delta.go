package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/internal/canon"
)

// loggedTable is a table whose rows belong to commits and are in the evidence log.
type loggedTable struct {
	name    string // of the row, in a line
	written string // the table
	// query gives the rows of the commits $1 to $2, seq first, by seq and then in an
	// order of their own. A column named …_sha256 holds bytes of which the log has
	// only the digest; other bytes are digests themselves. Numbers of the database's
	// own are told by what they stand for, so that nobody needs the database to read
	// the log.
	query string
}

// loggedTables are the lines of the log in their order. docs/evidence-log.md
// describes them for others; a column more or less, or another order, would give
// other hashes to what is logged already.
var loggedTables = []loggedTable{
	{"commit", "commit_log", `SELECT seq, at, epoch, kind, version FROM commit_log WHERE seq BETWEEN $1 AND $2 ORDER BY seq`},
	{"plan", "plan", `SELECT p.seq, p.source, p.at, b.digest AS record
		FROM plan p JOIN blob b ON b.id = p.record
		WHERE p.seq BETWEEN $1 AND $2 ORDER BY p.seq`},
	{"pull", "pull", `SELECT p.seq, f.collector, f.provider, f.account, f.region, f.shard, p.source, p.started_at, p.finished_at, b.digest AS record
		FROM pull p JOIN feed f ON f.id = p.feed JOIN blob b ON b.id = p.record
		WHERE p.seq BETWEEN $1 AND $2 ORDER BY p.seq`},
	{"pull_population", "pull_population", `SELECT c.seq, n.kind, n.type, c.complete
		FROM pull_population c JOIN population n ON n.id = c.population
		WHERE c.seq BETWEEN $1 AND $2 ORDER BY c.seq, c.population`},
	{"fact_change", "fact_change", `SELECT c.seq, n.type, r.provider, r.account, r.region, r.kind, r.ref, b.digest AS fact,
			CASE WHEN c.blob IS NULL THEN 1 ELSE 0 END AS gone
		FROM fact_change c JOIN population n ON n.id = c.population JOIN resource r ON r.id = c.resource LEFT JOIN blob b ON b.id = c.blob
		WHERE c.seq BETWEEN $1 AND $2 ORDER BY c.seq, c.population, c.resource`},
	{"record", "record", `SELECT r.seq, r.kind, b.digest AS record
		FROM record r JOIN blob b ON b.id = r.blob
		WHERE r.seq BETWEEN $1 AND $2 ORDER BY r.seq, r.kind, b.digest`},
	{"assessment", "assessment", `SELECT a.seq, a.at, a.started_at, a.finished_at, a.version, a.sample_data, a.catalogue, a.parameters, a.engine, a.derive,
			a.newest_pull, f.digest AS feeds, r.digest AS result
		FROM assessment a JOIN blob f ON f.id = a.feeds JOIN blob r ON r.id = a.result
		WHERE a.seq BETWEEN $1 AND $2 ORDER BY a.seq`},
	{"finding_state", "finding_state", `SELECT s.seq, r.provider, r.account, r.region, r.kind, r.ref, s.type, s.name, b.digest AS checks, s.states AS states_sha256
		FROM finding_state s JOIN resource r ON r.id = s.resource JOIN blob b ON b.id = s.checks
		WHERE s.seq BETWEEN $1 AND $2 ORDER BY s.seq, s.resource`},
	{"drift", "drift", `SELECT d.seq, d.ord, d.at, d.change, d.cause, d.control, d.check_id AS "check", r.provider, r.account, r.region, r.kind, r.ref,
			d.type, d.name, d.outcome_from, d.outcome_to, d.gone, d.severity
		FROM drift d JOIN resource r ON r.id = d.resource
		WHERE d.seq BETWEEN $1 AND $2 ORDER BY d.seq, d.ord`},
	{"entry", "entry", `SELECT e.seq, e.ord, e.kind, e.subject, e.actor, e.identity, b.digest AS body
		FROM entry e JOIN blob b ON b.id = e.body
		WHERE e.seq BETWEEN $1 AND $2 ORDER BY e.seq, e.ord`},
	{"answer_set", "answer_set", `SELECT seq, why, requests, bytes, total FROM answer_set WHERE seq BETWEEN $1 AND $2 ORDER BY seq`},
	{"answer", "answer", `SELECT a.seq, q.digest AS request, b.digest AS answer, CASE WHEN a.answer IS NULL THEN 1 ELSE 0 END AS gone
		FROM answer a JOIN blob q ON q.id = a.request LEFT JOIN blob b ON b.id = a.answer
		WHERE a.seq BETWEEN $1 AND $2 ORDER BY a.seq, a.request`},
	{"assessment_inputs", "assessment_inputs", `SELECT i.seq, i.up_to, i.before, b.digest AS basis
		FROM assessment_inputs i LEFT JOIN blob b ON b.id = i.basis
		WHERE i.seq BETWEEN $1 AND $2 ORDER BY i.seq`},
	{"tombstone", "tombstone", `SELECT t.seq, b.digest AS pruned, t.rule FROM tombstone t JOIN blob b ON b.id = t.blob WHERE t.seq BETWEEN $1 AND $2 ORDER BY t.seq, t.blob`},
	{"resource_name", "resource_name", `SELECT n.seq, r.provider, r.account, r.region, r.kind, r.ref, b.digest AS called
		FROM resource_name n JOIN resource r ON r.id = n.resource JOIN blob b ON b.id = n.name
		WHERE n.seq BETWEEN $1 AND $2 ORDER BY n.seq, n.resource`},
	{"attached", "attached", `SELECT a.seq, a.entry, a.ord, a.size, b.digest AS body
		FROM attached a JOIN blob b ON b.id = a.body
		WHERE a.seq BETWEEN $1 AND $2 ORDER BY a.seq, a.entry, a.ord`},
}

// chunk is how many commits are read back at once.
const chunk = 256

func everyTable(loggedTable) bool { return true }

// leafLines is how many lines a leaf has at most.
const leafLines = 1000

// leaf is a segment of what one commit wrote.
type leaf struct {
	seq   int64
	part  int    // of the commit, from 0
	data  []byte // its lines
	rows  []int  // by the order of loggedTables, how many of each
	lines int    // their sum
}

// leaves reads back what the commits from one to another wrote, and gives their
// leaves in the order of the log. Of one commit alone a leaf is given as soon as
// it is full: a first assessment writes a hundred megabytes of lines.
func leaves(ctx context.Context, tx session, from, to int64, of func(loggedTable) bool, use func(leaf) error) error {
	segments := make([][]leaf, to-from+1)
	for i, table := range loggedTables {
		if !of(table) {
			continue
		}
		err := lines(ctx, tx, table, from, to, func(seq int64, line []byte) error {
			parts := segments[seq-from]
			if len(parts) == 0 || parts[len(parts)-1].lines == leafLines {
				next := leaf{seq: seq, rows: make([]int, len(loggedTables))}
				if n := len(parts); n > 0 {
					next.part = parts[n-1].part + 1
					if from == to {
						if err := use(parts[n-1]); err != nil {
							return err
						}
						next.data, parts = make([]byte, 0, len(parts[n-1].data)), parts[:0]
					}
				}
				parts = append(parts, next)
			}
			last := &parts[len(parts)-1]
			last.data = append(last.data, line...)
			last.rows[i]++
			last.lines++
			segments[seq-from] = parts
			return nil
		})
		if err != nil {
			return fmt.Errorf("rows of %s: %w", table.name, err)
		}
	}
	for _, parts := range segments {
		for _, l := range parts {
			if err := use(l); err != nil {
				return err
			}
		}
	}
	return nil
}

// unreadableRow holds what no row of ours holds.
type unreadableRow struct {
	seq int64
	err error
}

func (u *unreadableRow) Error() string { return fmt.Sprintf("a row of commit %d: %v", u.seq, u.err) }
func (u *unreadableRow) Unwrap() error { return u.err }

// lines calls use with each row of a table as a line, which is good until the next,
// until it fails.
func lines(ctx context.Context, tx session, table loggedTable, from, to int64, use func(seq int64, line []byte) error) error {
	var keys []string // as in a line, with "row" for the table's name
	var columns []int // by place in keys; -1 for that name
	var values, targets []any
	var buffer []byte
	return tx.each(ctx, func(rows *sql.Rows) error {
		if keys == nil {
			names, err := rows.Columns()
			if err != nil {
				return err
			}
			keys = append(slices.Clone(names), "row")
			slices.Sort(keys)
			for _, key := range keys {
				columns = append(columns, slices.Index(names, key))
			}
			values, targets = make([]any, len(names)), make([]any, len(names))
			for i := range values {
				targets[i] = &values[i]
			}
		}
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		seq, ok := values[0].(int64)
		if !ok || seq < from || seq > to {
			return &unreadableRow{from, fmt.Errorf("the commit of a row is %v", values[0])}
		}
		var err error
		buffer, err = canon.Ordered(buffer[:0], keys, func(i int) any {
			if columns[i] < 0 {
				return table.name
			}
			value := values[columns[i]]
			switch v := value.(type) {
			case bool: // a number in SQLite, and in the log
				if v {
					return int64(1)
				}
				return int64(0)
			case []byte:
				if strings.HasSuffix(keys[i], "_sha256") {
					digest := sha256.Sum256(v)
					return digest[:]
				}
			}
			return value
		})
		if err != nil {
			return &unreadableRow{seq, err}
		}
		return use(seq, buffer)
	}, table.query, from, to)
}
