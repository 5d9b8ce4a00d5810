package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// plannedList is a list of a feed.
type plannedList struct {
	feed evidence.FeedID
	of   evidence.Population
}

// plannedBy is which source plans a list, and since when it does not any more.
type plannedBy struct {
	source  string
	first   time.Time
	dropped *time.Time // nil: its newest plan has it
}

// plansOf are all lists that any plan ever had. Where several sources plan one,
// the first by name that still does counts.
func plansOf(ctx context.Context, tx session) (map[plannedList]plannedBy, error) {
	type row struct {
		source     string
		record, at int64
	}
	var plans []row // only those that differ from the one before
	err := tx.each(ctx, func(rows *sql.Rows) error {
		var r row
		if err := rows.Scan(&r.source, &r.at, &r.record); err != nil {
			return err
		}
		if n := len(plans); n == 0 || plans[n-1].source != r.source || plans[n-1].record != r.record {
			plans = append(plans, r)
		}
		return nil
	}, "SELECT source, at, record FROM plan ORDER BY source, seq")
	if err != nil {
		return nil, err
	}
	out := map[plannedList]plannedBy{}
	has := map[plannedList]bool{}
	for i, r := range plans {
		if i > 0 && plans[i-1].source != r.source {
			clear(has)
		}
		lists, err := planLists(ctx, tx, r.source, r.record)
		if err != nil {
			return nil, err
		}
		for l := range has {
			if !lists[l] && out[l].source == r.source && out[l].dropped == nil {
				at := fromMicros(r.at)
				out[l] = plannedBy{r.source, out[l].first, &at}
			}
		}
		for l := range lists {
			switch known, ok := out[l]; {
			case !ok:
				out[l] = plannedBy{source: r.source, first: fromMicros(r.at)}
			case known.dropped != nil:
				out[l] = plannedBy{source: r.source, first: known.first}
			}
		}
		has = lists
	}
	return out, nil
}

func planLists(ctx context.Context, tx session, source string, record int64) (map[plannedList]bool, error) {
	var plan evidence.Plan
	var b stored
	if err := tx.row(ctx, "SELECT digest, body FROM blob WHERE id = $1", record).Scan(&b.digest, &b.body); err != nil {
		return nil, err
	}
	if err := b.decode("plan of "+source, &plan); err != nil {
		return nil, err
	}
	lists := map[plannedList]bool{}
	for _, f := range plan.Feeds {
		for _, p := range f.Populations {
			lists[plannedList{f.ID, p}] = true
		}
	}
	return lists, nil
}
