package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// Made is one assessment as it was kept, without what it says.
type Made struct {
	Seq        int64
	ID         string // as reports show it, "a17"
	At         time.Time
	Version    string // of the program
	SampleData bool
	Judge      soc2.Judge
	UpTo       int64 // the newest commit that it knew
	Before     int64 // the assessment it was compared with; 0: none
	// Inferred: it was made before its inputs were kept; UpTo and Before are what
	// they must have been unless two programs wrote at the same time.
	Inferred bool

	newestPull          int64
	basis, feeds, shown int64 // blobs
}

// Made lists the assessments judged at a time between two, oldest commit first.
func (s *Store) Made(ctx context.Context, from, to time.Time) ([]Made, error) {
	var all []Made
	err := s.read(ctx, "read assessments", func(tx session) error {
		return tx.each(ctx, func(rows *sql.Rows) error {
			var m Made
			var at int64
			var upTo, before, basis sql.NullInt64
			err := rows.Scan(&m.Seq, &at, &m.Version, &m.SampleData, &m.Judge.Catalogue, &m.Judge.Parameters, &m.Judge.Engine, &m.Judge.Derive,
				&m.newestPull, &m.feeds, &m.shown, &upTo, &before, &basis)
			m.ID, m.At = "a"+strconv.FormatInt(m.Seq, 10), fromMicros(at)
			m.Inferred = !upTo.Valid
			m.UpTo, m.Before, m.basis = upTo.Int64, before.Int64, basis.Int64
			all = append(all, m)
			return err
		}, `SELECT a.seq, a.at, a.version, a.sample_data, a.catalogue, a.parameters, a.engine, a.derive, a.newest_pull, a.feeds, a.result,
				i.up_to, i.before, i.basis
			FROM assessment a LEFT JOIN assessment_inputs i ON i.seq = a.seq
			WHERE a.at >= $1 AND a.at <= $2 ORDER BY a.seq`, micros(from), micros(to))
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Inferred {
			if err := s.infer(ctx, &all[i]); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// infer tells what an assessment knew from the commits around it. A pull that came
// between its reading and its writing shows: it is newer than the newest it names.
func (s *Store) infer(ctx context.Context, m *Made) error {
	return s.read(ctx, "read what "+m.ID+" knew", func(tx session) error {
		var newest int64
		err := tx.row(ctx, "SELECT COALESCE(MAX(seq), 0) FROM pull WHERE seq < $1", m.Seq).Scan(&newest)
		if err != nil {
			return err
		}
		m.UpTo = m.Seq - 1
		if newest > m.newestPull && m.newestPull > 0 {
			m.UpTo = m.newestPull
		}
		return tx.row(ctx, "SELECT COALESCE(MAX(seq), 0) FROM assessment WHERE seq < $1", m.Seq).Scan(&m.Before)
	})
}

// Result is what was kept of an assessment: its counters, and the feeds it judged.
func (s *Store) Result(ctx context.Context, m Made) (counted, feeds []byte, err error) {
	err = s.read(ctx, "read the result of "+m.ID, func(tx session) error {
		if counted, err = bodyOf(ctx, tx, m.shown, "result of "+m.ID); err != nil {
			return err
		}
		feeds, err = bodyOf(ctx, tx, m.feeds, "feeds of "+m.ID)
		return err
	})
	return counted, feeds, err
}

// Basis is what an assessment was made of, and the catalogue's bytes; nil where
// they were not kept.
func (s *Store) Basis(ctx context.Context, m Made) (basis []byte, err error) {
	if m.basis == 0 {
		return nil, nil
	}
	err = s.read(ctx, "read what "+m.ID+" was made of", func(tx session) error {
		basis, err = bodyOf(ctx, tx, m.basis, "basis of "+m.ID)
		return err
	})
	return basis, err
}

// BasisKey is equal for assessments made of the same.
func (m Made) BasisKey() int64 { return m.basis }

// Recorded gives the bytes kept under a digest as a record of a kind; nil: there is none.
func (s *Store) Recorded(ctx context.Context, kind, digest string) (body []byte, err error) {
	err = s.read(ctx, "read the "+kind+" kept as "+digest, func(tx session) error {
		return tx.each(ctx, func(rows *sql.Rows) error {
			var b stored
			if err := rows.Scan(&b.digest, &b.body); err != nil {
				return err
			}
			if b.name() != digest {
				return nil
			}
			body = b.body
			return b.verify(kind)
		}, "SELECT b.digest, b.body FROM record r JOIN blob b ON b.id = r.blob WHERE r.kind = $1", kind)
	})
	return body, err
}

func bodyOf(ctx context.Context, tx session, blob int64, what string) ([]byte, error) {
	var b stored
	err := tx.row(ctx, "SELECT digest, body FROM blob WHERE id = $1", blob).Scan(&b.digest, &b.body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("%s: it is not in the store any more: the store was altered; restore a copy of it", what)
	}
	if err != nil {
		return nil, err
	}
	return b.body, b.verify(what)
}

// AsJudged opens what an assessment judged: the evidence it knew, at its time, and
// what was remembered of the assessment before.
func (s *Store) AsJudged(ctx context.Context, m Made, sources map[string]time.Duration) (*View, error) {
	return s.view(ctx, &View{at: m.At, sources: sources, upTo: m.UpTo, judged: m.Before, asOf: true})
}

// KeptStates gives what an assessment remembered of the resources on which anything
// changed with it, in the order of their keys.
func (s *Store) KeptStates(ctx context.Context, m Made) (all []soc2.Remembered, err error) {
	err = s.read(ctx, "read the findings of "+m.ID, func(tx session) error {
		lists := checkLists{tx: tx, byBlob: map[int64]*checkList{}, last: map[evidence.Kind]*checkList{}}
		return tx.each(ctx, func(rows *sql.Rows) error {
			var r evidence.Resource
			var checks int64
			var packed sql.RawBytes
			var name storedName
			if err := rows.Scan(&r.Provider, &r.Account, &r.Region, &r.Kind, &r.ID, &r.Type, &r.Name, &checks, &packed, &name.digest, &name.body); err != nil {
				return err
			}
			if err := name.into(&r.Name); err != nil {
				return err
			}
			list, err := lists.read(ctx, checks)
			if err != nil {
				return fmt.Errorf("findings on %s: %w", r.Label(), err)
			}
			states, err := unpack(nil, r, list.of, packed)
			if err != nil {
				return fmt.Errorf("findings on %s: %w", r.Label(), err)
			}
			all = append(all, soc2.Remembered{Resource: r, States: states})
			return nil
		}, `SELECT r.provider, r.account, r.region, r.kind, r.ref, s.type, s.name, s.checks, s.states`+calledColumns+`
			FROM finding_state s JOIN resource r ON r.id = s.resource`+calledAs("s")+`WHERE s.seq = $1`+inKeyOrder, m.Seq)
	})
	return all, err
}

// KeptDrift gives the drift an assessment noted, as it was noted.
func (s *Store) KeptDrift(ctx context.Context, m Made) (all []soc2.Drift, err error) {
	err = s.read(ctx, "read the drift of "+m.ID, func(tx session) error {
		return tx.each(ctx, func(rows *sql.Rows) error {
			d, err := scanDrift(rows)
			all = append(all, d)
			return err
		}, `SELECT d.at, d.change, d.cause, d.control, d.check_id,
				r.provider, r.account, r.region, r.kind, r.ref, d.type, d.name, d.outcome_from, d.outcome_to, d.gone, d.severity`+calledColumns+`
			FROM drift d JOIN resource r ON r.id = d.resource`+calledAs("d")+`WHERE d.seq = $1 ORDER BY d.ord`, m.Seq)
	})
	return all, err
}

// Encoded gives an assessment's counters and feeds as Commit would keep them.
func Encoded(a soc2.Assessment) (counted, feeds []byte, err error) {
	feeds, counted, err = encodeAssessment(a)
	return counted, feeds, err
}

// Preceding is the newest assessment kept before one; its number is 0 if there is none.
func (s *Store) Preceding(ctx context.Context, m Made) (before Made, err error) {
	err = s.read(ctx, "read what was before "+m.ID, func(tx session) error {
		return tx.row(ctx, "SELECT COALESCE(MAX(seq), 0) FROM assessment WHERE seq < $1", m.Seq).Scan(&before.Seq)
	})
	before.ID = "a" + strconv.FormatInt(before.Seq, 10)
	return before, err
}

// StatesAt gives what was remembered of every resource once an assessment was kept.
// What it gives is to be read before the next.
func (s *Store) StatesAt(ctx context.Context, m Made, each func(soc2.Remembered) error) (err error) {
	if m.Seq == 0 {
		return nil
	}
	v, err := s.view(ctx, &View{at: m.At, upTo: m.Seq, judged: m.Seq, asOf: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	for one, err := range v.Remembered(ctx) {
		if err != nil {
			return err
		}
		if err := each(one); err != nil {
			return err
		}
	}
	return nil
}
