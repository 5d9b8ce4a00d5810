package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// Body is a body and a commit whose lines name it.
type Body struct {
	Seq    int64
	Digest [32]byte
	Bytes  []byte // good until the next; none where it was pruned
	Pruned *Tombstone
}

// bodyQueries give, by class, the bodies of the window and those that held when it
// began: seq, digest, body. $1 and $2 are the first and the last commit.
var bodyQueries = map[string]string{
	"plans": `SELECT p.seq, b.digest, b.body FROM plan p JOIN blob b ON b.id = p.record
		WHERE p.seq BETWEEN $1 AND $2 OR p.seq IN (SELECT MAX(seq) FROM plan WHERE seq < $1 GROUP BY source) ORDER BY p.seq`,
	"pulls": `SELECT p.seq, b.digest, b.body FROM pull p JOIN blob b ON b.id = p.record
		WHERE p.seq BETWEEN $1 AND $2 OR p.seq IN (SELECT MAX(seq) FROM pull WHERE seq < $1 GROUP BY feed) ORDER BY p.seq`,
	// Of a record only its first use is kept, so any of them may be in force.
	"records": `SELECT r.seq, b.digest, b.body FROM record r JOIN blob b ON b.id = r.blob WHERE r.seq <= $2 AND $1 > 0 ORDER BY r.seq, r.kind`,
	"assessments": `SELECT a.seq, b.digest, b.body FROM assessment a JOIN blob b ON b.id IN (a.feeds, a.result)
		WHERE a.seq BETWEEN $1 AND $2 OR a.seq = (SELECT MAX(seq) FROM assessment WHERE seq < $1) ORDER BY a.seq, b.id`,
	"checks": `SELECT MIN(s.seq), b.digest, b.body FROM finding_state s JOIN blob b ON b.id = s.checks
		WHERE s.seq BETWEEN $1 AND $2 OR s.seq = (SELECT MAX(n.seq) FROM finding_state n WHERE n.resource = s.resource AND n.seq < $1)
		GROUP BY b.id ORDER BY 1, b.id`,
	// What a resource was called is told where it changed, however long before.
	"names": `SELECT n.seq, b.digest, b.body FROM resource_name n JOIN blob b ON b.id = n.name WHERE n.seq <= $2 AND $1 > 0 ORDER BY n.seq, n.resource`,
	"inputs": `SELECT i.seq, b.digest, b.body FROM assessment_inputs i JOIN blob b ON b.id = i.basis
		WHERE i.seq BETWEEN $1 AND $2 OR i.seq = (SELECT MAX(seq) FROM assessment_inputs WHERE seq < $1) ORDER BY i.seq`,
	"entries": `SELECT e.seq, b.digest, b.body FROM entry e JOIN blob b ON b.id = e.body
		WHERE e.seq BETWEEN $1 AND $2 OR e.kind = '` + EntryLogKey + `' AND e.seq <= (SELECT MAX(seq) FROM checkpoint) ORDER BY e.seq, e.ord`,
	"files": `SELECT f.seq, b.digest, b.body FROM attached f JOIN entry e ON e.seq = f.seq AND e.ord = f.entry JOIN blob b ON b.id = f.body
		WHERE f.seq BETWEEN $1 AND $2 OR f.seq = (SELECT MAX(p.seq) FROM entry p WHERE p.kind = e.kind AND p.subject = e.subject AND p.seq < $1) ORDER BY f.seq, f.entry, f.ord`,
}

// Bodies gives the bodies of a class: plans, pulls, records, assessments, inputs,
// checks, names, entries or files. One that several commits name comes several times.
func (e *Extract) Bodies(ctx context.Context, class string) iter.Seq2[Body, error] {
	return func(yield func(Body, error) bool) {
		query, ok := bodyQueries[class]
		if !ok {
			yield(Body{}, fmt.Errorf("there are no bodies of %q", class))
			return
		}
		each(ctx, e, "read "+class, yield, func(rows *sql.Rows) (Body, error) {
			var b Body
			var raw stored
			if err := rows.Scan(&b.Seq, &raw.digest, &raw.body); err != nil {
				return b, err
			}
			b.Digest, b.Bytes = [32]byte(raw.digest), raw.body
			var err error
			b.Pruned, err = e.gone(ctx, raw.verify(fmt.Sprintf("%s of commit %d", class, b.Seq)))
			return b, err
		}, query, e.First, e.Last)
	}
}

// gone takes the tombstone out of an error that says that a body was pruned. Any
// other error stays.
func (e *Extract) gone(ctx context.Context, err error) (*Tombstone, error) {
	if err == nil {
		return nil, nil //nolint:nilnil // neither gone nor wrong
	}
	if t, ok := e.tx.pruned(ctx, err); ok {
		return &t, nil
	}
	return nil, err
}

// each yields a row after the other.
func each[T any](ctx context.Context, e *Extract, what string, yield func(T, error) bool, scan func(*sql.Rows) (T, error), query string, args ...any) {
	stopped := false
	err := e.tx.each(ctx, func(rows *sql.Rows) error {
		one, err := scan(rows)
		if err != nil {
			return err
		}
		if !yield(one, nil) {
			stopped = true
			return errStopped
		}
		return nil
	}, query, args...)
	if err != nil && !stopped {
		var none T
		yield(none, e.store.explain(what, err))
	}
}

// FactSpan is what one feed saw of a resource, and from when to when it was so.
type FactSpan struct {
	Body
	Resource  evidence.Key
	Type      string
	Collector string
	Since     time.Time // of the commit that brought it
	UntilSeq  int64     // commit that brought another, or its end; 0: it held when the window ended
	Until     time.Time
}

// Facts gives the facts that were current at any moment of the window, by resource.
func (e *Extract) Facts(ctx context.Context, wanted func(evidence.Kind) bool) iter.Seq2[FactSpan, error] {
	return func(yield func(FactSpan, error) bool) {
		each(ctx, e, "read facts", func(f FactSpan, err error) bool {
			if err == nil && !wanted(f.Resource.Kind) {
				return true
			}
			return yield(f, err)
		}, func(rows *sql.Rows) (FactSpan, error) {
			var f FactSpan
			var since int64
			var untilSeq, until sql.NullInt64
			var raw stored
			r := &f.Resource
			err := rows.Scan(&r.Provider, &r.Account, &r.Region, &r.Kind, &r.ID, &f.Type, &f.Collector, &f.Seq, &since, &raw.digest, &raw.body, &untilSeq, &until)
			if err != nil {
				return f, err
			}
			f.Digest, f.Bytes, f.Since = [32]byte(raw.digest), raw.body, fromMicros(since)
			if untilSeq.Valid {
				f.UntilSeq, f.Until = untilSeq.Int64, fromMicros(until.Int64)
			}
			f.Pruned, err = e.gone(ctx, raw.verify(fmt.Sprintf("fact of commit %d", f.Seq)))
			return f, err
		}, `SELECT r.provider, r.account, r.region, r.kind, r.ref, n.type, f.collector, c.seq, l.at, b.digest, b.body, u.seq, u.at
			FROM resource r CROSS JOIN fact_change c
			JOIN population n ON n.id = c.population JOIN feed f ON f.id = n.feed
			JOIN blob b ON b.id = c.blob JOIN commit_log l ON l.seq = c.seq
			LEFT JOIN commit_log u ON u.seq = (SELECT MIN(x.seq) FROM fact_change x
				WHERE x.population = c.population AND x.resource = c.resource AND x.seq > c.seq AND x.seq <= $2)
			WHERE c.resource = r.id AND c.seq <= $2 AND (c.seq >= $1 OR c.seq = (SELECT MAX(p.seq) FROM fact_change p
				WHERE p.population = c.population AND p.resource = c.resource AND p.seq < $1))`+inKeyOrder+`, c.population, c.seq`, e.First, e.Last)
	}
}

// StatesRow is what was remembered of a resource's findings from a commit on.
type StatesRow struct {
	Seq    int64
	At     time.Time
	Last   bool // of the resource in the window: what held when it ended
	Checks [32]byte
	Packed []byte // as the log has the digest of; good until the next
	soc2.Remembered
}

// States gives what was remembered of findings at any moment of the window, by
// resource and commit.
func (e *Extract) States(ctx context.Context) iter.Seq2[StatesRow, error] {
	return func(yield func(StatesRow, error) bool) {
		lists := checkLists{tx: e.tx, byBlob: map[int64]*checkList{}}
		each(ctx, e, "read states of findings", yield, func(rows *sql.Rows) (StatesRow, error) {
			var s StatesRow
			var at, checks int64
			var digest []byte
			var name storedName
			r := &s.Resource
			err := rows.Scan(&r.Provider, &r.Account, &r.Region, &r.Kind, &r.ID, &r.Type, &r.Name, &s.Seq, &at, &checks, &digest, &s.Packed, &s.Last, &name.digest, &name.body)
			if err == nil {
				err = name.into(&r.Name)
			}
			if err != nil {
				return s, err
			}
			s.At, s.Checks = fromMicros(at), [32]byte(digest)
			list, err := lists.read(ctx, checks)
			if err == nil {
				s.States, err = unpack(nil, *r, list.of, s.Packed)
			}
			return s, err
		}, `SELECT r.provider, r.account, r.region, r.kind, r.ref, s.type, s.name, s.seq, l.at, s.checks, b.digest, s.states,
				NOT EXISTS (SELECT 1 FROM finding_state x WHERE x.resource = s.resource AND x.seq > s.seq AND x.seq <= $2)`+calledColumns+`
			FROM resource r CROSS JOIN finding_state s JOIN commit_log l ON l.seq = s.seq JOIN blob b ON b.id = s.checks`+calledAs("s")+`
			WHERE s.resource = r.id AND s.seq <= $2 AND (s.seq >= $1 OR s.seq = (SELECT MAX(p.seq) FROM finding_state p
				WHERE p.resource = s.resource AND p.seq < $1))`+inKeyOrder+`, s.seq`, e.First, e.Last)
	}
}

// Drift gives what differed in the window, oldest first.
func (e *Extract) Drift(ctx context.Context) iter.Seq2[soc2.Drift, error] {
	return func(yield func(soc2.Drift, error) bool) {
		each(ctx, e, "read drift", yield, scanDrift, `SELECT d.at, d.change, d.cause, d.control, d.check_id,
				r.provider, r.account, r.region, r.kind, r.ref, d.type, d.name, d.outcome_from, d.outcome_to, d.gone, d.severity`+calledColumns+`
			FROM drift d JOIN resource r ON r.id = d.resource`+calledAs("d")+`WHERE d.seq BETWEEN $1 AND $2 ORDER BY d.seq, d.ord`, e.First, e.Last)
	}
}

// Entries gives what was recorded in the window, oldest first.
func (e *Extract) Entries(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		each(ctx, e, "read records", yield, func(rows *sql.Rows) (Entry, error) {
			var n Entry
			var seq, ord, at int64
			var body stored
			if err := rows.Scan(&seq, &ord, &at, &n.Kind, &n.Subject, &n.Actor.Name, &n.Actor.Identity, &body.digest, &body.body); err != nil {
				return n, err
			}
			n.ID, n.At, n.Body = entryID(seq, ord), fromMicros(at), body.body
			return n, body.verify("record " + n.ID)
		}, `SELECT e.seq, e.ord, l.at, e.kind, e.subject, e.actor, e.identity, b.digest, b.body
			FROM entry e JOIN commit_log l ON l.seq = e.seq JOIN blob b ON b.id = e.body WHERE e.seq BETWEEN $1 AND $2 ORDER BY e.seq, e.ord`, e.First, e.Last)
	}
}
