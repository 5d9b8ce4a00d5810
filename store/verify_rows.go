package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// rows: the leaves that the rows make now are the leaves that were logged.
func (v *verifier) rows(ctx context.Context) error {
	from := int64(1)
	if !v.options.Since.IsZero() {
		err := v.tx.row(ctx, "SELECT COALESCE(MAX(seq), 1) FROM commit_log WHERE at < $1", micros(v.options.Since)).Scan(&from)
		if err != nil {
			return err
		}
	}
	at := 0 // of leafOf
	for at < len(v.leafOf) && v.leafOf[at] < from {
		at++
	}
	logged := int64(0) // the newest commit in the log
	if n := len(v.leafOf); n > 0 {
		logged = v.leafOf[n-1]
	}
	for start := from; start <= v.newest; start += chunk {
		end := min(start+chunk-1, v.newest)
		err := leaves(ctx, v.tx, start, end, everyTable, func(l leaf) error {
			v.Lines += int64(l.lines)
			return v.leaf(ctx, l, &at, logged)
		})
		if err != nil {
			var unreadable *unreadableRow
			if !errors.As(err, &unreadable) {
				return err
			}
			v.problem(Problem{Commit: unreadable.seq, Record: v.describe(ctx, unreadable.seq), What: err.Error(), Untrusted: "that commit, and the rows beside it that could not be compared"})
		}
		for at < len(v.leafOf) && v.leafOf[at] <= end {
			v.problem(Problem{
				Commit: v.leafOf[at], Record: v.describe(ctx, v.leafOf[at]),
				What: fmt.Sprintf("leaf %d was logged, but its rows are not there", at), Untrusted: "that commit: rows of it were removed",
			})
			at++
		}
		v.options.Progress("rows", end-from+1, v.newest-from+1)
	}
	return nil
}

func (v *verifier) leaf(ctx context.Context, l leaf, at *int, logged int64) error {
	for *at < len(v.leafOf) && v.leafOf[*at] < l.seq {
		v.problem(Problem{
			Commit: v.leafOf[*at], Record: v.describe(ctx, v.leafOf[*at]),
			What: fmt.Sprintf("leaf %d was logged, but its rows are not there", *at), Untrusted: "that commit: rows of it were removed",
		})
		*at++
	}
	if *at >= len(v.leafOf) || v.leafOf[*at] != l.seq {
		if l.seq > logged && v.cutOff {
			return nil
		}
		v.problem(Problem{
			Commit: l.seq, Record: v.describe(ctx, l.seq),
			What: fmt.Sprintf("its rows (%s) were never logged", rowsText(l.rows)), Untrusted: "those rows: they were added, or the log was cut off",
		})
		return nil
	}
	index := int64(*at)
	*at++
	if tlog.RecordHash(l.data) != v.hashes[tlog.StoredHashIndex(0, index)] {
		v.problem(Problem{
			Commit: l.seq, Record: v.describe(ctx, l.seq),
			What:      fmt.Sprintf("part %d of it (%s) is not what was logged as leaf %d: a row was changed, added, removed or moved", l.part+1, rowsText(l.rows), index),
			Untrusted: "the rows of that part, and every verdict that was made from them",
		})
	}
	return nil
}

// describe tells what a commit is, in the words of a report.
func (v *verifier) describe(ctx context.Context, seq int64) string {
	var kind, collector, source string
	var s evidence.Scope
	var at int64
	err := v.tx.row(ctx, `SELECT c.kind, c.at, COALESCE(f.collector, ''), COALESCE(f.provider, ''), COALESCE(f.account, ''),
			COALESCE(f.region, ''), COALESCE(f.shard, ''), COALESCE(p.source, '')
		FROM commit_log c LEFT JOIN pull p ON p.seq = c.seq LEFT JOIN feed f ON f.id = p.feed WHERE c.seq = $1`, seq,
	).Scan(&kind, &at, &collector, &s.Provider, &s.Account, &s.Region, &s.Shard, &source)
	if err != nil {
		return fmt.Sprintf("commit %d", seq)
	}
	when := fromMicros(at).Format(time.RFC3339)
	if kind == kindPull && collector != "" {
		return fmt.Sprintf("commit %d, the pull of %s over %s by %s at %s", seq, collector, s, source, when)
	}
	return fmt.Sprintf("commit %d, %s %s at %s", seq, article(kind), kind, when)
}

func article(kind string) string {
	if kind == kindAssessment || kind == kindEntry {
		return "an"
	}
	return "a"
}

// bodies: everything kept under a digest has it.
func (v *verifier) bodies(ctx context.Context) error {
	var total int64
	if err := v.tx.row(ctx, "SELECT COUNT(*) FROM blob").Scan(&total); err != nil {
		return err
	}
	err := v.tx.each(ctx, func(rows *sql.Rows) error {
		var id int64
		var digest, body sql.RawBytes
		if err := rows.Scan(&id, &digest, &body); err != nil {
			return err
		}
		v.Bodies++
		if v.Bodies%1000 == 0 || v.Bodies == total {
			v.options.Progress("bodies", v.Bodies, total)
		}
		if err := (stored{digest: digest, body: body}).verify(""); err != nil {
			if t, pruned := v.tx.pruned(ctx, err); pruned {
				v.prunedBody(t)
				return nil
			}
			return v.body(ctx, id, hex.EncodeToString(digest), len(body) == 0)
		}
		return nil
	}, "SELECT id, digest, body FROM blob ORDER BY id")
	if err != nil {
		return err
	}
	return v.tombstones(ctx)
}

// body tells what a body that has changed belongs to.
func (v *verifier) body(ctx context.Context, id int64, digest string, empty bool) error {
	p := Problem{Record: fmt.Sprintf("body %d", id), What: "its bytes are not those of digest " + digest, Untrusted: "whatever was read from it"}
	if empty {
		p.What = "its bytes are not there, and no tombstone names digest " + digest
	}
	for _, of := range []struct{ what, query string }{
		{"the fact", "SELECT seq FROM fact_change WHERE blob = $1 ORDER BY seq LIMIT 1"},
		{"the record of", "SELECT seq FROM pull WHERE record = $1 ORDER BY seq LIMIT 1"},
		{"the plan", "SELECT seq FROM plan WHERE record = $1 ORDER BY seq LIMIT 1"},
		{"what was judged with", "SELECT seq FROM record WHERE blob = $1 ORDER BY seq LIMIT 1"},
		{"what was asked, or answered,", "SELECT seq FROM answer WHERE request = $1 OR answer = $1 ORDER BY seq LIMIT 1"},
		{"a result", "SELECT seq FROM assessment WHERE feeds = $1 OR result = $1 ORDER BY seq LIMIT 1"},
		{"a list of checks", "SELECT seq FROM finding_state WHERE checks = $1 ORDER BY seq LIMIT 1"},
		{"what was recorded", "SELECT seq FROM entry WHERE body = $1 ORDER BY seq LIMIT 1"},
		{"a file that was attached", "SELECT seq FROM attached WHERE body = $1 ORDER BY seq LIMIT 1"},
	} {
		err := v.tx.row(ctx, of.query, id).Scan(&p.Commit)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		p.Record = fmt.Sprintf("body %d, %s in %s", id, of.what, v.describe(ctx, p.Commit))
		break
	}
	v.problem(p)
	return nil
}

// states: what is kept beside the history follows from it.
func (v *verifier) states(ctx context.Context) error {
	v.options.Progress("states", 0, 1)
	for _, odd := range []struct{ query, what, untrusted string }{
		{
			`SELECT c.seq FROM pull_population c JOIN population n ON n.id = c.population JOIN pull p ON p.seq = c.seq WHERE n.feed <> p.feed ORDER BY c.seq LIMIT 1`,
			"it speaks of a population of another feed", "which feed saw that population",
		},
		{
			`SELECT c.seq FROM fact_change c JOIN population n ON n.id = c.population JOIN pull p ON p.seq = c.seq WHERE n.feed <> p.feed ORDER BY c.seq LIMIT 1`,
			"it has a fact of a population of another feed", "which feed saw that fact",
		},
		{
			`SELECT a.seq FROM answer a JOIN pull p ON p.seq = a.seq WHERE a.feed <> p.feed ORDER BY a.seq LIMIT 1`,
			"it has an answer to another feed", "which feed was answered",
		},
		{
			`SELECT a.seq FROM answer_set a JOIN pull p ON p.seq = a.seq WHERE a.feed <> p.feed ORDER BY a.seq LIMIT 1`,
			"it has answers to another feed", "which feed was answered",
		},
		{
			`SELECT seq FROM (SELECT population, resource, seq, blob FROM fact_current EXCEPT ` + derivedCurrent + `) a ORDER BY seq LIMIT 1`,
			"a current fact does not follow from the history", "what is shown as current; the history itself stands, and \"controlwatch store rebuild\" makes it again",
		},
		{
			`SELECT seq FROM (` + derivedCurrent + ` EXCEPT SELECT population, resource, seq, blob FROM fact_current) a ORDER BY seq LIMIT 1`,
			"a fact of the history is missing from the current ones", "what is shown as current; the history itself stands, and \"controlwatch store rebuild\" makes it again",
		},
	} {
		var seq int64
		err := v.tx.row(ctx, odd.query).Scan(&seq)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		v.problem(Problem{Commit: seq, Record: v.describe(ctx, seq), What: odd.what, Untrusted: odd.untrusted})
	}
	if err := v.items(ctx); err != nil {
		return err
	}
	if err := v.attestedFiles(ctx); err != nil {
		return err
	}
	if err := v.drift(ctx); err != nil {
		return err
	}
	v.options.Progress("states", 1, 1)
	return nil
}

// items: every item that an answer names is there.
func (v *verifier) items(ctx context.Context) error {
	return v.tx.each(ctx, func(rows *sql.Rows) error {
		var seq int64
		var body sql.RawBytes
		if err := rows.Scan(&seq, &body); err != nil {
			return err
		}
		var doc answerDoc
		text, err := unpackBody(body)
		if err == nil {
			err = json.Unmarshal(text, &doc)
		}
		if err != nil {
			v.problem(Problem{Commit: seq, Record: v.describe(ctx, seq), What: "an answer cannot be read: " + err.Error(), Untrusted: "that answer"})
			return nil //nolint:nilerr // what does not fit is told, and the next is looked at
		}
		for _, item := range doc.Items {
			raw, err := rawDigest(item)
			if err != nil {
				return err
			}
			var there bool
			if err := v.tx.row(ctx, "SELECT EXISTS (SELECT 1 FROM blob WHERE digest = $1)", raw).Scan(&there); err != nil {
				return err
			}
			if !there {
				v.problem(Problem{Commit: seq, Record: v.describe(ctx, seq), What: "an item of an answer is missing, digest " + item, Untrusted: "that answer: a part of it was removed"})
			}
		}
		return nil
	}, "SELECT MIN(a.seq), b.body FROM answer a JOIN blob b ON b.id = a.answer WHERE length(b.body) > 0 GROUP BY b.id ORDER BY 1")
}

// drift: what was noted as changed is what the states of that assessment say.
func (v *verifier) drift(ctx context.Context) error {
	lists := checkLists{tx: v.tx, byBlob: map[int64]*checkList{}}
	return v.tx.each(ctx, func(rows *sql.Rows) error {
		var seq, checks int64
		var control, check, to string
		var gone bool
		var states sql.RawBytes
		if err := rows.Scan(&seq, &control, &check, &to, &gone, &checks, &states); err != nil {
			return err
		}
		list, err := lists.read(ctx, checks)
		if err != nil {
			v.problem(Problem{Commit: seq, Record: v.describe(ctx, seq), What: err.Error(), Untrusted: "the findings that it names"})
			return nil //nolint:nilerr // what does not fit is told, and the next is looked at
		}
		all, err := unpack(nil, evidence.Resource{}, list.of, states)
		if err != nil {
			v.problem(Problem{Commit: seq, Record: v.describe(ctx, seq), What: err.Error(), Untrusted: "the findings of that resource"})
			return nil //nolint:nilerr // what does not fit is told, and the next is looked at
		}
		if !agrees(all, control, check, to, gone) {
			v.problem(Problem{
				Commit: seq, Record: v.describe(ctx, seq), What: fmt.Sprintf("drift of %s, check %s, to %q is not what its states say", control, check, to),
				Untrusted: "that event of drift",
			})
		}
		return nil
	}, `SELECT d.seq, d.control, d.check_id, d.outcome_to, d.gone, s.checks, s.states
		FROM drift d JOIN finding_state s ON s.resource = d.resource AND s.seq = d.seq ORDER BY d.seq, d.ord`)
}

func agrees(states []soc2.FindingState, control, check, to string, gone bool) bool {
	for _, s := range states {
		if s.Key.Control == control && s.Key.Check == check {
			return s.Gone == gone && (gone || s.Outcome.String() == to)
		}
	}
	return false
}
