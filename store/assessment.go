package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// Record is bytes that an assessment was made with: the catalogue, the
// parameters, the configuration. They are kept once.
type Record struct {
	Kind   string // "catalogue", "parameters", "config", and BasisRecord
	Digest string // evidence.Digest of Bytes, as the judge names them
	Bytes  []byte
}

// Commit keeps one assessment of the view in one transaction and returns its id:
// that it was made, by which judge, over which feeds, with what result; what was
// given to Keep; and its drift. Findings themselves are not kept: the same judge
// over the same evidence gives them again. An assessment in which nothing changed
// costs one row and no bytes.
//
// Drift that another program already noted, assessing at the same time, is not
// noted twice.
func (v *View) Commit(ctx context.Context, a soc2.Assessment, records []Record) (string, error) {
	const what = "commit assessment"
	if err := validAssessment(a, records); err != nil {
		return "", fmt.Errorf("%s: %w", what, err)
	}
	feeds, result, err := encodeAssessment(a)
	if err != nil {
		return "", fmt.Errorf("%s: encode: %w", what, err)
	}
	if err := v.Close(); err != nil { // what was read is not needed any more, and would keep the log from being folded in
		return "", err
	}
	seq, err := v.store.commit(ctx, kindAssessment, what, func(ctx context.Context, c *commit) error {
		var newest int64
		if err := c.row(ctx, "SELECT COALESCE(MAX(seq), 0) FROM assessment").Scan(&newest); err != nil {
			return err
		}
		for _, r := range records {
			if err := c.record(ctx, r); err != nil {
				return err
			}
		}
		if err := c.assessment(ctx, a, feeds, result); err != nil {
			return err
		}
		if err := c.inputs(ctx, v.upTo, v.judged, records); err != nil {
			return err
		}
		if err := c.drift(ctx, a.Drift, newest != v.judged); err != nil {
			return err
		}
		return c.keep(ctx, v.kept)
	})
	if err != nil {
		return "", err
	}
	v.judged = seq
	v.forget()
	return "a" + strconv.FormatInt(seq, 10), nil
}

// forget lets go of what only reading needs. Whoever publishes the assessment keeps
// the view, to open it Again, until after the next one was made.
func (v *View) forget() {
	v.kept, v.baseline, v.lists = keeping{}, nil, checkLists{byBlob: map[int64]*checkList{}, last: map[evidence.Kind]*checkList{}}
	v.sights, v.texts = map[int64]sight{}, map[string]string{}
}

func validAssessment(a soc2.Assessment, records []Record) error {
	if a.At.IsZero() {
		return errors.New("it has no time")
	}
	for _, r := range records {
		if r.Kind == "" {
			return errors.New("a record has no kind")
		}
		if digest := evidence.Digest(r.Bytes); digest != r.Digest {
			return fmt.Errorf("record %s: its bytes have digest %s, not %s", r.Kind, digest, r.Digest)
		}
	}
	return nil
}

func (c *commit) record(ctx context.Context, r Record) error {
	blob, err := c.digested(ctx, r.Digest, r.Bytes)
	if err != nil {
		return err
	}
	return c.exec(ctx, "INSERT INTO record (kind, blob, seq) VALUES ($1, $2, $3) ON CONFLICT (kind, blob) DO NOTHING", r.Kind, blob, c.seq)
}

func (c *commit) assessment(ctx context.Context, a soc2.Assessment, feeds, result []byte) error {
	feedsBlob, err := c.blob(ctx, feeds)
	if err != nil {
		return err
	}
	resultBlob, err := c.blob(ctx, result)
	if err != nil {
		return err
	}
	return c.exec(ctx, `INSERT INTO assessment (seq, at, started_at, finished_at, version, sample_data,
			catalogue, parameters, engine, derive, newest_pull, feeds, result)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		c.seq, micros(a.At), micros(orAt(a.StartedAt, a)), micros(orAt(a.FinishedAt, a)), a.Version, a.SampleData,
		a.Judge.Catalogue, a.Judge.Parameters, a.Judge.Engine, a.Judge.Derive, newestPull(a), feedsBlob, resultBlob)
}

func orAt(t time.Time, a soc2.Assessment) time.Time {
	if t.IsZero() {
		return a.At
	}
	return t
}

// newestPull is the number of the newest pull that was judged. The evidence as of
// that commit is what a replay must judge.
func newestPull(a soc2.Assessment) int64 {
	var newest int64
	for _, f := range a.Feeds {
		if f.Last == nil {
			continue
		}
		seq, err := strconv.ParseInt(strings.TrimPrefix(f.Last.ID, "p"), 10, 64)
		if err == nil {
			newest = max(newest, seq)
		}
	}
	return newest
}

// encodeAssessment gives what is kept of an assessment beside its row, without
// anything that moves when nothing has changed.
func encodeAssessment(a soc2.Assessment) (feeds, result []byte, err error) {
	if feeds, err = json.Marshal(soc2.AssessedFeeds(a.Feeds, a.At)); err != nil {
		return nil, nil, err
	}
	result, err = json.Marshal(soc2.CountedOf(&a))
	return feeds, result, err
}
