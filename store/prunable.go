package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"
)

// bodyReference is a column that names bodies. What is not prunable keeps every
// body it names for ever; a column that is missing here fails a test.
type bodyReference struct{ table, column string }

// keepers are small, or are what everything else is read by: what was planned and
// judged, and by which judge; what people recorded.
var keepers = []bodyReference{
	{"plan", "record"},
	{"record", "blob"},
	{"assessment", "feeds"},
	{"finding_state", "checks"},
	{"resource_name", "name"},
	{"entry", "body"},
	{"assessment_inputs", "basis"},
	{"fact_current", "blob"}, // current, whatever the history says
}

// prunables are bodies that were valid until the next of the same series came.
// Attestations are what people wrote, and are read from the first one on.
var prunables = []struct {
	bodyReference
	what  string
	query string // series, body, commit, whether it is never prunable; in order
}{
	{
		bodyReference{"fact_change", "blob"},
		"facts",
		`SELECT c.population, c.resource, c.blob, c.seq, n.kind = 'Attestation' FROM fact_change c JOIN population n ON n.id = c.population
			ORDER BY c.population, c.resource, c.seq`,
	},
	{
		bodyReference{"pull", "record"},
		"records of pulls",
		"SELECT feed, 0, record, seq, FALSE FROM pull ORDER BY feed, seq",
	},
	{
		bodyReference{"assessment", "result"},
		"results",
		"SELECT 0, 0, result, seq, FALSE FROM assessment ORDER BY seq",
	},
	{
		bodyReference{"answer", "answer"},
		prunedAnswers,
		"SELECT feed, request, answer, seq, FALSE FROM answer ORDER BY feed, request, seq",
	},
	{
		bodyReference{"answer", "request"},
		prunedRequests,
		"SELECT feed, request, CASE WHEN answer IS NULL THEN NULL ELSE request END, seq, FALSE FROM answer ORDER BY feed, request, seq",
	},
	{
		bodyReference{"attached", "body"},
		"attached files",
		// Each file is a series of its own, with an end where a newer record took the
		// place of its record: files of one record are valid together.
		`SELECT f.seq, f.entry * 100000 + f.ord, f.body, f.seq, FALSE FROM attached f
			UNION ALL
			SELECT f.seq, f.entry * 100000 + f.ord, NULL, MIN(n.seq), FALSE FROM attached f
				JOIN entry e ON e.seq = f.seq AND e.ord = f.entry JOIN entry n ON n.kind = e.kind AND n.subject = e.subject AND n.seq > f.seq
				GROUP BY f.seq, f.entry, f.ord
			ORDER BY 1, 2, 4`,
	},
}

// What of answers is pruned. Their items are named by their documents only, so they
// go first: of an answer without its document nothing would find them.
const (
	prunedAnswers  = "answers"
	prunedRequests = "requests"
	prunedItems    = "items of answers"
)

// prunable is a body that nothing keeps.
type prunable struct {
	blob, bytes int64
	what        string
}

// prunable finds the bodies of which every use was over before a commit and at no
// shielded time. Each is told with what it was.
func (s session) prunable(ctx context.Context, before int64, kept shielded, progress func(done, total int64)) ([]prunable, error) {
	var newest int64
	if err := s.row(ctx, "SELECT COALESCE(MAX(id), 0) FROM blob").Scan(&newest); err != nil {
		return nil, err
	}
	keep, over := make([]bool, newest+1), make([]uint8, newest+1) // by body; over: 1 and the place of its kind
	items := uint8(len(prunables) + 1)
	mark := func(rows *sql.Rows) error {
		var blob int64
		err := rows.Scan(&blob)
		if err == nil && blob >= 0 && blob <= newest {
			keep[blob] = true
		}
		return err
	}
	for _, k := range keepers {
		if err := s.each(ctx, mark, "SELECT DISTINCT "+k.column+" FROM "+k.table+" WHERE "+k.column+" IS NOT NULL"); err != nil {
			return nil, fmt.Errorf("bodies of %s: %w", k.table, err)
		}
	}
	for i, p := range prunables {
		progress(int64(i), int64(len(prunables)+1))
		var last struct {
			series [2]int64
			blob   sql.NullInt64
			seq    int64
			always bool
		}
		end := func(until int64) {
			if !last.blob.Valid || last.blob.Int64 < 0 || last.blob.Int64 > newest {
				return
			}
			_, covered := kept.covers(last.seq, until)
			if covered || last.always || until > before {
				keep[last.blob.Int64] = true
				return
			}
			over[last.blob.Int64] = uint8(i + 1)
		}
		err := s.each(ctx, func(rows *sql.Rows) error {
			next := last
			if err := rows.Scan(&next.series[0], &next.series[1], &next.blob, &next.seq, &next.always); err != nil {
				return err
			}
			if next.series == last.series {
				end(next.seq)
			} else {
				end(never)
			}
			last = next
			return nil
		}, p.query)
		if err != nil {
			return nil, fmt.Errorf("bodies of %s: %w", p.table, err)
		}
		end(never)
	}
	err := s.answerItems(ctx, 0, func(_, document, item int64) {
		switch {
		case item < 0 || item > newest || document < 0 || document > newest:
		case keep[document] || over[document] == 0:
			keep[item] = true
		case over[item] == 0:
			over[item] = items
		}
	})
	if err != nil {
		return nil, err
	}
	var all, last []prunable
	err = s.each(ctx, func(rows *sql.Rows) error {
		var id, bytes int64
		if err := rows.Scan(&id, &bytes); err != nil {
			return err
		}
		switch {
		case id < 0 || id > newest || over[id] == 0 || keep[id] || bytes == 0:
		case over[id] == items:
			all = append(all, prunable{id, bytes, prunedItems})
		default:
			last = append(last, prunable{id, bytes, prunables[over[id]-1].what})
		}
		return nil
	}, "SELECT id, length(body) FROM blob ORDER BY id")
	progress(1, 1)
	return append(all, last...), err
}

// usedAfter are bodies that commits after one name: what was over is evidence again.
func (s session) usedAfter(ctx context.Context, seq int64) (map[int64]bool, error) {
	used := map[int64]bool{}
	for _, r := range references() {
		if r.table == "fact_current" {
			continue // follows from fact_change
		}
		err := s.each(ctx, func(rows *sql.Rows) error {
			var blob int64
			err := rows.Scan(&blob)
			used[blob] = true
			return err
		}, "SELECT "+r.column+" FROM "+r.table+" WHERE seq > $1 AND "+r.column+" IS NOT NULL", seq)
		if err != nil {
			return nil, err
		}
	}
	return used, s.answerItems(ctx, seq, func(_, _, item int64) { used[item] = true })
}

// references are all columns that name bodies.
func references() []bodyReference {
	all := slices.Clone(keepers)
	for _, p := range prunables {
		all = append(all, p.bodyReference)
	}
	return all
}

// Clocks are corrected, and sometimes are wrong by years. What is pruned is gone, so
// a clock that leapt is not believed for a while.
const (
	leap      = 90 * 24 * time.Hour
	leapFresh = 7 * 24 * time.Hour
)

// leapt refuses a clock that went on by months within the last days: either nobody
// was there, and another week does no harm, or it is wrong.
func (s session) leapt(ctx context.Context, now time.Time) error {
	var seq, at, first int64
	err := s.row(ctx, "SELECT COALESCE(MIN(seq), 0) FROM commit_log WHERE at > $1", micros(now.Add(-leapFresh))).Scan(&first)
	if err != nil {
		return err
	}
	query := "SELECT COALESCE(MAX(seq), 0), COALESCE(MAX(at), 0) FROM commit_log WHERE seq < $1"
	if first == 0 {
		first = never
	}
	if err := s.row(ctx, query, first).Scan(&seq, &at); err != nil {
		return err
	}
	if gap := now.Add(-leapFresh).Sub(fromMicros(at)); seq > 0 && gap > leap {
		return fmt.Errorf("the clock says %s, %d days after commit %d, and has said so for less than %d days: nothing is pruned until it has for longer; look at the clock",
			now.Format(time.DateOnly), int(now.Sub(fromMicros(at)).Hours()/24), seq, int(leapFresh.Hours()/24))
	}
	return nil
}
