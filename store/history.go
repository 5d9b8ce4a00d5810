package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// HistoryQuery is which part of the history is read.
type HistoryQuery struct {
	Kind     evidence.Kind
	Provider string    // only lists of this one; empty: of all
	From, To time.Time // pulls between them are read with their records
	// Sources are how long pulls count, by source; MaxAge is for all others.
	Sources map[string]time.Duration
	MaxAge  time.Duration
}

// History reads all that was ever known of a kind: every list that any feed of
// any plan has of it, every pull of them, and every version of every resource. A
// list that was planned and never pulled is in it, without a pull.
func (s *Store) History(ctx context.Context, q HistoryQuery) (soc2.History, error) {
	h := soc2.History{KnownAt: s.options.Clock()}
	err := s.read(ctx, "read the history of "+string(q.Kind), func(tx session) (err error) {
		if h.Commit, err = newestCommit(ctx, tx); err != nil {
			return err
		}
		if h.SampleData, err = anySampleData(ctx, tx); err != nil {
			return err
		}
		lists, err := listsOf(ctx, tx, q.Kind)
		if err != nil {
			return err
		}
		plans, err := plansOf(ctx, tx)
		if err != nil {
			return err
		}
		for _, l := range lists {
			if q.Provider != "" && l.Feed.Scope.Provider != q.Provider {
				continue
			}
			if err := l.read(ctx, tx, q); err != nil {
				return fmt.Errorf("list %s of %s over %s: %w", l.Of.Type, l.Feed.Collector, l.Feed.Scope, err)
			}
			if in, ok := plans[plannedList{l.Feed, l.Of}]; ok {
				l.Source, l.PlannedAt, l.DroppedAt = in.source, in.first, in.dropped
			}
			age, ok := q.Sources[l.Source]
			if !ok {
				age = q.MaxAge
			}
			l.MaxAge = age
			h.Lists = append(h.Lists, l.ListHistory)
		}
		return nil
	})
	return h, err
}

// anySampleData says whether the store was ever judged as a made-up company's.
func anySampleData(ctx context.Context, tx session) (sample bool, err error) {
	err = tx.row(ctx, "SELECT EXISTS (SELECT 1 FROM assessment WHERE sample_data)").Scan(&sample)
	return sample, err
}

// list is a list and its number.
type list struct {
	population int64
	soc2.ListHistory
}

func listsOf(ctx context.Context, tx session, kind evidence.Kind) ([]list, error) {
	var lists []list
	err := tx.each(ctx, func(rows *sql.Rows) error {
		l := list{ListHistory: soc2.ListHistory{Of: evidence.Population{Kind: kind}}}
		f := &l.Feed
		err := rows.Scan(&l.population, &l.Of.Type, &f.Collector, &f.Scope.Provider, &f.Scope.Account, &f.Scope.Region, &f.Scope.Shard)
		lists = append(lists, l)
		return err
	}, `SELECT p.id, p.type, f.collector, f.provider, f.account, f.region, f.shard FROM population p JOIN feed f ON f.id = p.feed
		WHERE p.kind = $1 ORDER BY f.provider, f.account, f.region, f.shard, f.collector, p.type`, string(kind))
	return lists, err
}

func (l *list) read(ctx context.Context, tx session, q HistoryQuery) error {
	if err := l.readLooks(ctx, tx, q); err != nil {
		return err
	}
	return l.readVersions(ctx, tx, q)
}

func (l *list) readLooks(ctx context.Context, tx session, q HistoryQuery) error {
	err := tx.each(ctx, func(rows *sql.Rows) error {
		var look soc2.ListLook
		var started, finished int64
		if err := rows.Scan(&look.Seq, &started, &finished, &look.Complete, &l.Source); err != nil {
			return err
		}
		look.Pull, look.StartedAt, look.FinishedAt = pullID(look.Seq), fromMicros(started), fromMicros(finished)
		l.Looks = append(l.Looks, look)
		return nil
	}, `SELECT p.seq, p.started_at, p.finished_at, c.complete, p.source FROM pull_population c JOIN pull p ON p.seq = c.seq
		WHERE c.population = $1 ORDER BY p.seq`, l.population)
	if err != nil {
		return err
	}
	bears := l.bearing(q)
	for i := range l.Looks {
		if !bears[i] {
			continue
		}
		if l.Looks[i].Record, err = pullRecord(ctx, tx, l.Looks[i].Seq); err != nil {
			return err
		}
	}
	return nil
}

// bearing are the pulls whose records are needed: those in the period, the first
// incomplete one after each complete one, and the last before and first after it.
func (l *list) bearing(q HistoryQuery) []bool {
	bears := make([]bool, len(l.Looks))
	before, after := -1, -1
	complete := true
	for i, look := range l.Looks {
		in := !look.StartedAt.Before(q.From) && look.StartedAt.Before(q.To)
		bears[i] = in || complete && !look.Complete
		complete = look.Complete
		if look.Complete && look.StartedAt.Before(q.From) {
			before = i
		}
		if look.Complete && !look.StartedAt.Before(q.To) && after < 0 {
			after = i
		}
	}
	for _, i := range []int{before, after} {
		if i >= 0 {
			bears[i] = true
		}
	}
	return bears
}

// pullRecord is the part of a pull's record that populations speak of.
func pullRecord(ctx context.Context, tx session, seq int64) (*evidence.Pull, error) {
	var b stored
	if err := tx.row(ctx, "SELECT b.digest, b.body FROM pull p JOIN blob b ON b.id = p.record WHERE p.seq = $1", seq).Scan(&b.digest, &b.body); err != nil {
		return nil, err
	}
	what := "pull " + pullID(seq)
	if err := b.verify(what); err != nil {
		if t, pruned := tx.pruned(ctx, err); pruned {
			return &evidence.Pull{Holes: []evidence.Hole{*t.hole("its record was", "")}}, nil
		}
		return nil, err
	}
	var record struct {
		Principal      string          `json:"principal"`
		Parameters     []string        `json:"parameters"`
		Items          int             `json:"items"`
		ProviderTotal  *int            `json:"provider_total"`
		ReconciledWith string          `json:"reconciled_with"`
		Holes          []evidence.Hole `json:"holes"`
	}
	if err := json.Unmarshal(b.body, &record); err != nil {
		return nil, fmt.Errorf("decode %s: %w", what, err)
	}
	return &evidence.Pull{
		Principal: record.Principal, Parameters: record.Parameters, Items: record.Items,
		ProviderTotal: record.ProviderTotal, ReconciledWith: record.ReconciledWith, Holes: record.Holes,
	}, nil
}

func (l *list) readVersions(ctx context.Context, tx session, q HistoryQuery) error {
	before := l.lastBefore(q.From)
	texts := map[string]string{} // one copy of what thousands of resources have in common
	one := func(text string) string {
		if same, ok := texts[text]; ok {
			return same
		}
		texts[text] = text
		return text
	}
	err := tx.each(ctx, func(rows *sql.Rows) error {
		v := soc2.Version{}
		k := &v.Key
		var digest, body sql.RawBytes
		if err := rows.Scan(&k.Provider, &k.Account, &k.Region, &k.Kind, &k.ID, &v.Seq, &digest, &body); err != nil {
			return err
		}
		k.Provider, k.Account, k.Region, k.Kind = one(k.Provider), one(k.Account), one(k.Region), evidence.Kind(one(string(k.Kind)))
		if n := len(l.Versions) - 1; n >= 0 && digest != nil && l.Versions[n].Key == *k && !l.Versions[n].Gone && l.Versions[n].Fact.Digest == hex.EncodeToString(digest) {
			return nil // it was read again, as it was
		}
		// What is missing does not bear on the period where the next came before it;
		// except that somebody erased may have been about to leave in it.
		if n := len(l.Versions) - 1; n >= 0 && l.Versions[n].Missing != nil && l.Versions[n].Key == *k && v.Seq <= before &&
			(digest != nil || l.Versions[n].Missing.Reason == evidence.Pruned) {
			l.Versions = l.Versions[:n]
		}
		if digest == nil {
			v.Gone = true
			l.Versions = append(l.Versions, v)
			return nil
		}
		b := stored{digest: digest, body: body}
		if err := b.verify("fact of " + pullID(v.Seq)); err != nil {
			t, pruned := tx.pruned(ctx, err)
			if !pruned {
				return err
			}
			v.Missing = t.hole("what was known of it was", "")
			v.Missing.Detail = one(v.Missing.Detail)
			v.Fact = evidence.Fact{
				Resource: evidence.Resource{Provider: k.Provider, Account: k.Account, Region: k.Region, Kind: k.Kind, Type: l.Of.Type, ID: k.ID}, Digest: b.name(),
			}
			l.Versions = append(l.Versions, v)
			return nil
		}
		f, err := evidence.DecodeFactOf(k.Kind, body)
		if err != nil {
			return err
		}
		f.Digest = b.name()
		v.Fact = f
		l.Versions = append(l.Versions, v)
		return nil
	}, `SELECT r.provider, r.account, r.region, r.kind, r.ref, c.seq, b.digest, b.body
		FROM fact_change c JOIN resource r ON r.id = c.resource LEFT JOIN blob b ON b.id = c.blob
		WHERE c.population = $1 ORDER BY c.resource, c.seq`, l.population)
	l.Versions = slices.Clip(l.Versions)
	return err
}

// lastBefore is the newest pull of the list that began before a time.
func (l *list) lastBefore(at time.Time) (seq int64) {
	for _, look := range l.Looks {
		if look.StartedAt.Before(at) {
			seq = max(seq, look.Seq)
		}
	}
	return seq
}
