package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// AnswerPolicy bounds what is kept of pulls beside what changed.
type AnswerPolicy struct {
	MaxAge time.Duration // of evidence; what was read again as it was is noted in time for it. Zero: each time
	Keep   time.Duration // those of a feed are kept at least this often; and whenever its facts change
	Budget int64         // bytes all of them may take; what would exceed it is not kept, and the pull says so
}

// The bounds that hold where none are configured.
const (
	DefaultAnswerKeep   = 24 * time.Hour
	DefaultAnswerBudget = 1 << 30
)

// CommitAnswered is CommitPull with the answers the facts came from. They are kept
// where the pull changed facts, where it is the feed's first, and where the last
// that were kept are older than the policy says; an answer, or an item of one, that
// is stored already costs nothing. The budget never fails a pull.
func (s *Store) CommitAnswered(ctx context.Context, pull evidence.Pull, facts []evidence.Fact, answers []evidence.Answer, policy AnswerPolicy) error {
	return s.commitPull(ctx, pull, facts, &answered{answers: answers, policy: policy})
}

// answered is what a commit needs to keep answers.
type answered struct {
	answers []evidence.Answer
	policy  AnswerPolicy
	spent   int64
	over    bool
	pack    packing
}

// afford decides, before the pull's record is written, whether its answers fit
// into the budget. Only near its end is it looked up what they would add.
func (a *answered) afford(ctx context.Context, c *commit) (err error) {
	if len(a.answers) == 0 {
		return nil
	}
	if a.spent, err = c.answersTake(ctx); err != nil {
		return err
	}
	var most int64
	for _, one := range a.answers {
		most += roomFor + int64(len(one.Rest))
		for _, item := range one.Items {
			most += roomFor + int64(len(item))
		}
	}
	if a.spent+most <= a.policy.Budget {
		return nil
	}
	add, counted := int64(0), map[string]bool{}
	for _, one := range a.answers {
		doc, bodies, err := a.pack.answer(one)
		if err != nil {
			return err
		}
		request, err := a.pack.request(one.Request)
		if err != nil {
			return err
		}
		for _, body := range append(bodies, doc, request) {
			digest := evidence.Digest(body)
			if counted[digest] {
				continue
			}
			counted[digest] = true
			known, err := c.hasBlob(ctx, digest)
			if err != nil {
				return err
			}
			if !known {
				add += int64(len(body))
			}
		}
	}
	a.over = a.spent+add > a.policy.Budget
	return nil
}

// roomFor is more than a request and an answer's frame take beside its bodies.
const roomFor = 1024

// keep writes the answers of a pull whose facts were written.
func (a *answered) keep(ctx context.Context, c *commit, feed int64, pull evidence.Pull) error {
	if len(a.answers) == 0 || a.over {
		return nil
	}
	why, err := a.why(ctx, c, feed, pull)
	if err != nil || why == "" {
		return err
	}
	had, err := c.answersAt(ctx, feed, c.seq)
	if err != nil {
		return err
	}
	last := map[int64]int64{}
	for _, h := range had {
		last[h.request] = h.answer
	}
	type row struct{ request, answer int64 }
	var rows []row
	var added int64
	for _, one := range a.answers {
		doc, bodies, err := a.pack.answer(one)
		if err != nil {
			return err
		}
		request, err := a.pack.request(one.Request)
		if err != nil {
			return err
		}
		var ids [2]int64
		again := false
		for i, body := range append([][]byte{request, doc}, bodies...) {
			id, size, back, err := c.addBlob(ctx, body)
			if err != nil {
				return err
			}
			added, again = added+size, again || back
			if i < len(ids) {
				ids[i] = id
			}
		}
		// A body that was erased and is there again has to be named by a row since.
		if before, asked := last[ids[0]]; !asked || before != ids[1] || again {
			rows = append(rows, row{ids[0], ids[1]})
		}
		delete(last, ids[0])
	}
	err = c.exec(ctx, "INSERT INTO answer_set (seq, feed, why, requests, bytes, total) VALUES ($1, $2, $3, $4, $5, $6)",
		c.seq, feed, why, len(a.answers), added, a.spent+added)
	if err != nil {
		return err
	}
	const insert = "INSERT INTO answer (feed, request, seq, answer) VALUES ($1, $2, $3, $4)"
	for _, r := range rows {
		if err := c.exec(ctx, insert, feed, r.request, c.seq, r.answer); err != nil {
			return err
		}
	}
	for _, h := range had {
		if _, gone := last[h.request]; !gone {
			continue
		}
		if err := c.exec(ctx, insert, feed, h.request, c.seq, nil); err != nil {
			return err
		}
	}
	return nil
}

// why the answers of this pull are kept; empty: they are not.
func (a *answered) why(ctx context.Context, c *commit, feed int64, pull evidence.Pull) (string, error) {
	var last int64
	err := c.row(ctx, `SELECT p.started_at FROM answer_set a JOIN pull p ON p.seq = a.seq
		WHERE a.feed = $1 ORDER BY a.seq DESC LIMIT 1`, feed).Scan(&last)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return "first", nil
	case err != nil:
		return "", err
	case c.changed > 0:
		return "changed", nil
	case pull.StartedAt.Sub(fromMicros(last)) >= a.policy.Keep:
		return "interval", nil
	}
	return "", nil
}

// keptAnswer is one request's newest answer.
type keptAnswer struct{ request, answer int64 }

// answersAt gives what was answered to a feed's requests as of a commit, in the
// order in which they were first made.
func (s session) answersAt(ctx context.Context, feed, upTo int64) (out []keptAnswer, err error) {
	err = s.each(ctx, func(rows *sql.Rows) error {
		var k keptAnswer
		err := rows.Scan(&k.request, &k.answer)
		out = append(out, k)
		return err
	}, `SELECT a.request, a.answer FROM answer a
		WHERE a.feed = $1 AND a.answer IS NOT NULL
		AND a.seq = (SELECT MAX(n.seq) FROM answer n WHERE n.feed = a.feed AND n.request = a.request AND n.seq <= $2)
		ORDER BY a.request`, feed, upTo)
	return out, err
}

// answersTake is how many bytes the answers that are kept take: what the newest
// that were kept came to, less what was pruned or erased of them since.
func (s session) answersTake(ctx context.Context) (total int64, err error) {
	var seq int64
	err = s.row(ctx, "SELECT seq, total FROM answer_set ORDER BY seq DESC LIMIT 1").Scan(&seq, &total)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	err = s.each(ctx, func(rows *sql.Rows) error {
		var at, ord int64
		var b stored
		if err := rows.Scan(&at, &ord, &b.digest, &b.body); err != nil {
			return err
		}
		var said struct {
			AnswerBytes int64 `json:"answer_bytes"`
		}
		err := b.decode("record "+entryID(at, ord), &said)
		total -= said.AnswerBytes
		return err
	}, "SELECT e.seq, e.ord, b.digest, b.body FROM entry e JOIN blob b ON b.id = e.body WHERE e.seq > $1 AND e.kind IN ('"+EntryPruned+"', '"+EntryErased+"')", seq)
	return max(total, 0), err
}

func (c *commit) hasBlob(ctx context.Context, digest string) (known bool, err error) {
	raw, err := rawDigest(digest)
	if err != nil {
		return false, err
	}
	err = c.row(ctx, "SELECT EXISTS (SELECT 1 FROM blob WHERE digest = $1 AND length(body) > 0)", raw).Scan(&known)
	return known, err
}

// addBlob keeps bytes and says how many that added: none where they were there. It
// says as well whether they had been there and were pruned or erased.
func (c *commit) addBlob(ctx context.Context, body []byte) (id, added int64, back bool, err error) {
	known, err := c.hasBlob(ctx, evidence.Digest(body))
	if err != nil {
		return 0, 0, false, err
	}
	if !known {
		added = int64(len(body))
		raw, err := rawDigest(evidence.Digest(body))
		if err != nil {
			return 0, 0, false, err
		}
		if err := c.row(ctx, "SELECT EXISTS (SELECT 1 FROM blob WHERE digest = $1)", raw).Scan(&back); err != nil {
			return 0, 0, false, err
		}
	}
	id, err = c.blob(ctx, body)
	if err != nil {
		return 0, 0, false, fmt.Errorf("keep an answer: %w", err)
	}
	return id, added, back, nil
}
