package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

func resourceNumber(id int64) string { return strconv.FormatInt(id, 10) }

// resourceHistory is how the facts of a resource changed.
type resourceHistory struct {
	id          int64
	resource    evidence.Resource
	changes     []factChange // by number
	populations []int64
}

type factChange struct {
	seq, population int64
	blob            int64 // 0: it has gone
	again           bool  // it was read again, as it was
}

func (c factChange) gone() bool { return c.blob == 0 }

func (r *periodReader) resourceHistory(ctx context.Context, id int64, typ, name string) (*resourceHistory, error) {
	h := &resourceHistory{id: id, resource: evidence.Resource{Type: typ, Name: name}}
	x := &h.resource
	err := r.tx.row(ctx, "SELECT provider, account, region, kind, ref FROM resource WHERE id = $1", id).
		Scan(&x.Provider, &x.Account, &x.Region, &x.Kind, &x.ID)
	if err != nil {
		return nil, err
	}
	at := map[int64]int64{} // by population, the body before
	err = r.tx.each(ctx, func(rows *sql.Rows) error {
		var c factChange
		if err := rows.Scan(&c.seq, &c.population, &c.blob); err != nil {
			return err
		}
		c.again = !c.gone() && at[c.population] == c.blob
		at[c.population] = c.blob
		h.changes = append(h.changes, c)
		if !slices.Contains(h.populations, c.population) {
			h.populations = append(h.populations, c.population)
		}
		return nil
	}, "SELECT seq, population, COALESCE(blob, 0) FROM fact_change WHERE resource = $1 AND seq <= $2 ORDER BY seq", id, r.upTo)
	return h, err
}

// changed is the last change of the resource's own facts that an assessment was the
// first to judge; false: there is none, and what differs is a time, the judge, or
// what other resources show.
func (r *periodReader) changed(h *resourceHistory, place int) (factChange, bool) {
	if place >= len(r.assessed) {
		return factChange{}, false
	}
	var after int64
	if place > 0 {
		after = r.assessed[place-1].newest
	}
	for _, c := range slices.Backward(h.changes) {
		if c.seq <= after {
			break
		}
		if !c.again && c.seq <= r.assessed[place].newest {
			return c, true
		}
	}
	return factChange{}, false
}

// lookedAt is the start of the newest pull judged by an assessment that saw the
// resource: one that read its whole list, or that saw it change.
func (r *periodReader) lookedAt(ctx context.Context, h *resourceHistory, place int) (time.Time, error) {
	upTo, newest := r.assessed[place].newest, int64(0)
	for _, population := range h.populations {
		seq, err := r.seenBy(ctx, population, upTo)
		if err != nil {
			return time.Time{}, err
		}
		newest = max(newest, seq)
	}
	for _, c := range h.changes {
		if c.seq <= upTo {
			newest = max(newest, c.seq)
		}
	}
	if newest == 0 {
		return r.assessed[place].at, nil // no fact of its own: it is seen when it is judged
	}
	t, err := r.timesOf(ctx, newest)
	return fromMicros(t.started), err
}

// absent is when the resource was last seen not to be there before it was first
// seen, by a pull of its whole list; zero: never.
func (r *periodReader) absent(ctx context.Context, h *resourceHistory) (time.Time, error) {
	if len(h.changes) == 0 {
		return time.Time{}, nil
	}
	first := h.changes[0]
	seq, err := r.seenBy(ctx, first.population, first.seq-1)
	if err != nil || seq == 0 {
		return time.Time{}, err
	}
	t, err := r.timesOf(ctx, seq)
	return fromMicros(t.started), err
}

// deviations tells the deviations of one finding that touch the window.
func (s *stateReader) deviations(ctx context.Context, h *resourceHistory, c periodCheck, held []heldFrom) error {
	stretches := make([]soc2.Stretch, len(held))
	for i, now := range held {
		end := len(s.assessed) // the first assessment in which it stood otherwise
		if i+1 < len(held) {
			end = held[i+1].from
		}
		st := soc2.Stretch{Outcome: now.outcome, Severity: now.severity, First: s.at(now.from), Judged: soc2.Interval{From: s.at(now.from), To: s.at(end)}}
		if now.accepted != 0 {
			st.Accepted = fromMicros(now.accepted)
		}
		change, own := s.changed(h, now.from)
		if own {
			t, err := s.timesOf(ctx, change.seq)
			if err != nil {
				return err
			}
			st.First, st.ByLook = fromMicros(t.finished), true
		}
		var err error
		if now.gone {
			if st.Left, err = s.left(ctx, h, c, now, own && change.gone()); err != nil {
				return err
			}
		}
		_, changes := s.changed(h, end)
		definite := i+1 < len(held) && held[i+1].outcome != soc2.Unobserved && held[i+1].outcome != now.outcome && !held[i+1].gone
		if definite && !changes && !now.gone && now.outcome != soc2.Unobserved {
			st.Last = s.at(end - 1) // nothing of it changed in between: it stood so while it was judged so
		} else if st.Last, err = s.lookedAt(ctx, h, end-1); err != nil {
			return err
		}
		stretches[i] = st
	}
	absent, err := s.absent(ctx, h)
	if err != nil {
		return err
	}
	for _, d := range soc2.Deviations(stretches, absent) {
		if d.Touches(s.window) {
			d.Control, d.Check, d.Resource = c.control, c.check, h.resource
			history := s.control(c.control)
			history.Deviations = append(history.Deviations, d)
		}
	}
	return nil
}

// left says why a finding is judged no more. Only a pull that showed the resource
// gone, or drift whose cause is the system, ends anything.
func (s *stateReader) left(ctx context.Context, h *resourceHistory, c periodCheck, now heldFrom, seenGone bool) (soc2.Left, error) {
	if seenGone {
		return soc2.LeftGone, nil
	}
	var cause soc2.Cause
	err := s.tx.row(ctx, "SELECT cause FROM drift WHERE seq = $1 AND resource = $2 AND control = $3 AND check_id = $4 AND gone",
		s.assessed[now.from].seq, h.id, c.control, c.check).Scan(&cause)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", err
	}
	switch cause {
	case soc2.CauseSystem:
		return soc2.LeftGone, nil
	case soc2.CauseJudgement:
		return soc2.LeftJudge, nil
	case soc2.CauseScope, soc2.CauseSight, soc2.CauseTime:
	}
	return soc2.LeftScope, nil
}
