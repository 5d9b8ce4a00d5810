package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// AnsweredRow is what was answered to a request from one pull on, as it was kept.
type AnsweredRow struct {
	Seq      int64 // commit of the pull that it was kept with
	Pull     string
	At       time.Time // when that pull began
	Why      string    // its answers were kept: first, changed or interval
	UntilSeq int64     // commit of the pull with which another was kept, or that did not ask any more; 0: it held when the window ended
	Feed     evidence.FeedID
	Kinds    []evidence.Kind // of what the feed reads
	Request  KeptDocument
	Answer   KeptDocument // empty: from this pull on it was not asked any more
	Asked    evidence.AnswerRequest
	Status   int
	Items    []string // digests of its items, in its order
	Removed  []string
	NotKept  string // the SHA-256 of an answer of which nothing else was kept
	WhyNot   string // for which reason
}

// KeptDocument is bytes as the log has the digest of, and what they say.
type KeptDocument struct {
	Digest [32]byte
	Packed []byte // JSON, or JSON in gzip
	JSON   []byte
}

// Answers gives the redacted answers that were kept last at any moment of the
// window, by feed and request.
func (e *Extract) Answers(ctx context.Context) iter.Seq2[AnsweredRow, error] {
	return func(yield func(AnsweredRow, error) bool) {
		kinds := map[int64][]evidence.Kind{}
		each(ctx, e, "read answers", yield, func(rows *sql.Rows) (AnsweredRow, error) {
			var r AnsweredRow
			var feed, started int64
			var until sql.NullInt64
			var request, answer stored
			s := &r.Feed.Scope
			err := rows.Scan(&r.Seq, &started, &r.Why, &until, &feed, &r.Feed.Collector, &s.Provider, &s.Account, &s.Region, &s.Shard,
				&request.digest, &request.body, &answer.digest, &answer.body)
			if err != nil {
				return r, err
			}
			r.Pull, r.At, r.UntilSeq = pullID(r.Seq), fromMicros(started), until.Int64
			what := fmt.Sprintf("answer of pull %s of %s", r.Pull, r.Feed.Collector)
			if _, known := kinds[feed]; !known {
				if kinds[feed], err = e.kindsOf(ctx, feed); err != nil {
					return r, err
				}
			}
			r.Kinds = kinds[feed]
			if r.Request, err = request.document("request of "+what, &r.Asked); err != nil || answer.digest == nil {
				return r, err
			}
			var d answerDoc
			if r.Answer, err = answer.document(what, &d); err != nil {
				return r, err
			}
			r.Status, r.Items, r.Removed, r.NotKept, r.WhyNot = d.Status, d.Items, d.Removed, d.Digest, d.Why
			return r, nil
		}, `SELECT a.seq, p.started_at, s.why, (SELECT MIN(x.seq) FROM answer x WHERE x.feed = a.feed AND x.request = a.request AND x.seq > a.seq AND x.seq <= $2),
				f.id, f.collector, f.provider, f.account, f.region, f.shard, q.digest, q.body, b.digest, b.body
			FROM answer a JOIN answer_set s ON s.seq = a.seq JOIN pull p ON p.seq = a.seq JOIN feed f ON f.id = a.feed
			JOIN blob q ON q.id = a.request LEFT JOIN blob b ON b.id = a.answer
			WHERE a.seq <= $2 AND (a.seq >= $1 OR a.answer IS NOT NULL AND a.seq = (SELECT MAX(n.seq) FROM answer n
				WHERE n.feed = a.feed AND n.request = a.request AND n.seq < $1))
			ORDER BY f.collector, f.provider, f.account, f.region, f.shard, a.request, a.seq`, e.First, e.Last)
	}
}

// AnswerItem gives an item of an answer by its digest.
func (e *Extract) AnswerItem(ctx context.Context, digest string) (KeptDocument, error) {
	what := "item " + digest + " of an answer"
	raw, err := rawDigest(digest)
	if err != nil {
		return KeptDocument{}, fmt.Errorf("%s: %w", what, err)
	}
	var b stored
	if err := e.tx.row(ctx, "SELECT digest, body FROM blob WHERE digest = $1", raw).Scan(&b.digest, &b.body); err != nil {
		return KeptDocument{}, e.store.explain("read "+what, err)
	}
	var any json.RawMessage
	doc, err := b.document(what, &any)
	return doc, e.store.explain("read "+what, err)
}

func (e *Extract) kindsOf(ctx context.Context, feed int64) (kinds []evidence.Kind, err error) {
	err = e.tx.each(ctx, func(rows *sql.Rows) error {
		var k evidence.Kind
		err := rows.Scan(&k)
		kinds = append(kinds, k)
		return err
	}, "SELECT DISTINCT kind FROM population WHERE feed = $1 ORDER BY kind", feed)
	return kinds, err
}

// document unpacks a body that is JSON.
func (b stored) document(what string, into any) (k KeptDocument, err error) {
	if err := b.verify(what); err != nil {
		return k, err
	}
	k = KeptDocument{Digest: [32]byte(b.digest), Packed: b.body}
	if k.JSON, err = unpackBody(b.body); err != nil {
		return k, fmt.Errorf("%s: %w", what, err)
	}
	if err := json.Unmarshal(k.JSON, into); err != nil {
		return k, fmt.Errorf("decode %s: %w", what, err)
	}
	return k, nil
}
