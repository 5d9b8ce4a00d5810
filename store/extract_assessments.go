package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// Judged is an assessment as it was kept: what it found of each control and
// criterion, not each finding.
type Judged struct {
	ID         string               `json:"id"`
	Seq        int64                `json:"-"`
	At         time.Time            `json:"at"`
	FinishedAt time.Time            `json:"finished_at"`
	Version    string               `json:"version"`
	SampleData bool                 `json:"sample_data"`
	Judge      soc2.Judge           `json:"judge"`
	Outcomes   map[soc2.Outcome]int `json:"outcomes"`
	Criteria   []JudgedCriterion    `json:"criteria"`
	Controls   []JudgedControl      `json:"controls"`
	Pruned     *Tombstone           `json:"-"` // what it found was pruned; who judged, and when, was not
}

// JudgedCriterion is the state of a criterion in an assessment.
type JudgedCriterion struct {
	ID    string              `json:"id"`
	State soc2.CriterionState `json:"state"`
}

// JudgedControl is the state of a control in an assessment.
type JudgedControl struct {
	ID            string       `json:"id"`
	Adoption      string       `json:"adoption"`
	State         soc2.Outcome `json:"state"`
	Failing       int          `json:"failing"`
	Unobserved    int          `json:"unobserved"`
	Passing       int          `json:"passing"`
	NotApplicable int          `json:"not_applicable"`
	Accepted      int          `json:"accepted"`
	Excluded      int          `json:"excluded"`
}

// Assessments gives those of the window and the last before it, oldest first.
func (e *Extract) Assessments(ctx context.Context) iter.Seq2[Judged, error] {
	return func(yield func(Judged, error) bool) {
		each(ctx, e, "read assessments", yield, func(rows *sql.Rows) (Judged, error) {
			var j Judged
			var at, finished int64
			var result stored
			err := rows.Scan(&j.Seq, &at, &finished, &j.Version, &j.SampleData,
				&j.Judge.Catalogue, &j.Judge.Parameters, &j.Judge.Engine, &j.Judge.Derive, &result.digest, &result.body)
			if err != nil {
				return j, err
			}
			j.ID, j.At, j.FinishedAt = fmt.Sprintf("a%d", j.Seq), fromMicros(at), fromMicros(finished)
			j.Pruned, err = e.gone(ctx, result.decode("result of assessment "+j.ID, &j))
			return j, err
		}, `SELECT a.seq, a.at, a.finished_at, a.version, a.sample_data, a.catalogue, a.parameters, a.engine, a.derive, b.digest, b.body
			FROM assessment a JOIN blob b ON b.id = a.result
			WHERE a.seq BETWEEN $1 AND $2 OR a.seq = (SELECT MAX(seq) FROM assessment WHERE seq < $1) ORDER BY a.seq`, e.First, e.Last)
	}
}

// Catalogue gives the catalogue that an assessment was judged by, as it was kept.
func (e *Extract) Catalogue(ctx context.Context, digest string) (soc2.Catalogue, error) {
	var found soc2.Catalogue
	known := false
	err := e.tx.each(ctx, func(rows *sql.Rows) error {
		var body stored
		if err := rows.Scan(&body.digest, &body.body); err != nil || known {
			return err
		}
		if err := body.verify("catalogue"); err != nil {
			return err
		}
		var c soc2.Catalogue
		if err := json.Unmarshal(body.body, &c); err != nil {
			return fmt.Errorf("decode catalogue: %w", err)
		}
		if c.Digest == digest {
			found, known = c, true
		}
		return nil
	}, "SELECT b.digest, b.body FROM record r JOIN blob b ON b.id = r.blob WHERE r.kind = 'catalogue' AND r.seq <= $1 ORDER BY r.seq DESC", e.Last)
	if err == nil && !known {
		err = fmt.Errorf("the catalogue %s, by which the window was judged, was not kept", digest)
	}
	if err != nil {
		return soc2.Catalogue{}, e.store.explain("read the catalogue", err)
	}
	return found, nil
}
