package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// span is commits from one to another, both included.
type span struct{ from, to int64 }

// never is the number of a commit after all others.
const never = int64(1) << 62

// shielded are times whose evidence may not be pruned, as the commits that were in
// force then: a body that was valid at any of them stays.
type shielded struct {
	spans []span
	why   []string
}

// covers tells why what was valid from one commit until before another may not be
// pruned.
func (s shielded) covers(from, until int64) (why string, covered bool) {
	for i, p := range s.spans {
		if from <= p.to && until > p.from {
			return s.why[i], true
		}
	}
	return "", false
}

// add shields a time. Commits are ordered by number and stamps may be wrong, so the
// span begins with the earliest commit that could have been in force at the time's
// beginning and ends with the last one stamped before its end.
func (s *shielded) add(ctx context.Context, tx session, w soc2.Interval, why string) error {
	from, err := earliestAt(ctx, tx, w.From)
	if err != nil {
		return err
	}
	var to int64
	if err := tx.row(ctx, "SELECT COALESCE(MAX(seq), 0) FROM commit_log WHERE at <= $1", micros(w.To)).Scan(&to); err != nil {
		return err
	}
	s.spans, s.why = append(s.spans, span{from, to}), append(s.why, why)
	return nil
}

func earliestAt(ctx context.Context, tx session, at time.Time) (seq int64, err error) {
	err = tx.row(ctx, `SELECT MIN(COALESCE((SELECT MAX(seq) FROM commit_log WHERE at <= $1), 0), COALESCE((SELECT MIN(seq) FROM commit_log WHERE at >= $1), $2))`,
		micros(at), never).Scan(&seq)
	return seq, err
}

// shields are holds that are not released and periods that are not closed.
func (s session) shields(ctx context.Context, configured []soc2.Interval) (shielded, error) {
	out, err := s.held(ctx)
	if err != nil {
		return out, err
	}
	known, err := s.knownPeriods(ctx)
	if err != nil {
		return out, err
	}
	for _, w := range configured {
		if !slices.ContainsFunc(known, func(k KnownPeriod) bool { return sameWindow(k.Interval, w) }) {
			known = append(known, KnownPeriod{Interval: w})
		}
	}
	for _, k := range known {
		if k.Closed.IsZero() {
			if err := out.add(ctx, s, k.Interval, "the period "+windowText(k.Interval)+" is not closed"); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

func (s session) held(ctx context.Context) (out shielded, err error) {
	holds, err := s.holds(ctx)
	if err != nil {
		return out, err
	}
	for _, h := range holds {
		if h.Released == nil {
			err := out.add(ctx, s, soc2.Interval{From: h.From, To: h.To}, fmt.Sprintf("hold %s: %s", h.ID, h.Reason))
			if err != nil {
				return out, err
			}
		}
	}
	return out, nil
}
