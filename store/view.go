package store

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"strconv"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// View is one moment of the store, open for reading: what was known at a time
// about what some sources are planned to deliver, and what is remembered of the
// last assessment. What is appended meanwhile is not in it. It is for one
// goroutine, and must be closed.
type View struct {
	store    *Store
	db       *sql.Tx
	tx       session
	at       time.Time
	sources  map[string]time.Duration
	upTo     int64 // the newest commit that counts as evidence
	judged   int64 // the newest assessment; 0: there is none
	past     bool
	asOf     bool // remembered is what was by then, not what is now
	feeds    []evidence.FeedState
	sights   map[int64]sight   // by population
	whole    map[[2]int64]bool // by population and pull: whether that saw all of it
	baseline *soc2.Baseline
	lists    checkLists
	texts    map[string]string
	kept     keeping
	pruned   map[int64]bool // populations of which facts were pruned
	missing  []evidence.Hole
	reel     *Reel // holds its facts; nil: they are read
}

// View opens the store as of a time. sources holds, by name, how old a pull may be.
//
// Only feeds of each source's newest plan are in it; a source that was never
// planned has none, so plans are committed even when discovery fails. A feed that
// two sources plan is there once, under the first name and the stricter age. Of a
// resource that several feeds see, the view that was confirmed last counts.
// Which commits count at a time is described at commitAt.
func (s *Store) View(ctx context.Context, at time.Time, sources map[string]time.Duration) (*View, error) {
	return s.view(ctx, &View{at: at, sources: sources, upTo: -1, judged: -1})
}

// Again opens the same evidence once more, whatever was appended since. Of what is
// remembered it knows what this view has committed, if it has.
func (v *View) Again(ctx context.Context) (*View, error) {
	return v.store.view(ctx, &View{at: v.at, sources: v.sources, upTo: v.upTo, judged: v.judged, asOf: v.asOf})
}

// Close ends the view.
func (v *View) Close() error {
	if err := v.db.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
		return v.store.explain("close view", err)
	}
	return nil
}

// Evidence is what was known. Its facts can be read while the view is open.
func (v *View) Evidence() evidence.View {
	return evidence.View{At: v.at, Feeds: v.feeds, Facts: v.facts}
}

// Baseline is what the next assessment is compared with: when, by which judge and
// over which feeds the last one was made; nil before the first. Its states are
// those that Remembered gives.
func (v *View) Baseline() *soc2.Baseline { return v.baseline }

// Snapshot gives everything known at a time at once; see View.
func (s *Store) Snapshot(ctx context.Context, at time.Time, sources map[string]time.Duration) (snap evidence.Snapshot, err error) {
	v, err := s.View(ctx, at, sources)
	if err != nil {
		return evidence.Snapshot{}, err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	snap = evidence.Snapshot{At: at, Feeds: v.feeds}
	for f, err := range v.facts(ctx, everyKind) {
		if err != nil {
			return evidence.Snapshot{}, err
		}
		snap.Facts = append(snap.Facts, f)
	}
	return snap, nil
}

func everyKind(evidence.Kind) bool { return true }

func (s *Store) view(ctx context.Context, v *View) (*View, error) {
	const what = "read the store"
	v.store, v.sights, v.whole, v.texts = s, map[int64]sight{}, map[[2]int64]bool{}, map[string]string{}
	var err error
	if v.db, err = s.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true}); err != nil {
		return nil, s.explain(what, err)
	}
	v.tx = newSession(v.db)
	v.lists = checkLists{tx: v.tx, byBlob: map[int64]*checkList{}, last: map[evidence.Kind]*checkList{}}
	if err := v.open(ctx); err != nil {
		return nil, errors.Join(s.explain(what, v.tx.whyGone(ctx, err)), v.Close())
	}
	return v, nil
}

func (v *View) open(ctx context.Context) (err error) {
	if v.upTo < 0 {
		if v.upTo, err = v.store.commitAt(ctx, v.tx, v.at); err != nil {
			return err
		}
	}
	if err := v.tx.row(ctx, "SELECT EXISTS (SELECT 1 FROM pull WHERE seq > $1)", v.upTo).Scan(&v.past); err != nil {
		return err
	}
	if v.feeds, err = plannedFeeds(ctx, v.tx, v.sources, v.upTo); err != nil {
		return err
	}
	for i := range v.feeds {
		sights, err := fillState(ctx, v.tx, &v.feeds[i], v.upTo)
		if err != nil {
			return err
		}
		if last := v.feeds[i].Last; last != nil && len(last.Holes) > 0 && (last.Holes[0].Reason == evidence.Pruned || last.Holes[0].Reason == evidence.Erased) {
			v.missing = append(v.missing, last.Holes[0])
		}
		for _, s := range sights {
			s.order, s.feed = len(v.sights), i
			v.sights[s.population] = s
		}
	}
	if err := v.findPruned(ctx); err != nil {
		return err
	}
	if v.judged < 0 {
		if v.judged, err = v.newestAssessment(ctx); err != nil {
			return err
		}
	}
	return v.readBaseline(ctx)
}

func (v *View) readBaseline(ctx context.Context) error {
	if v.judged == 0 {
		return nil
	}
	var at int64
	var feeds stored
	var b soc2.Baseline
	err := v.tx.row(ctx, `SELECT a.at, a.catalogue, a.parameters, a.engine, a.derive, b.digest, b.body
		FROM assessment a JOIN blob b ON b.id = a.feeds WHERE a.seq = $1`, v.judged,
	).Scan(&at, &b.Judge.Catalogue, &b.Judge.Parameters, &b.Judge.Engine, &b.Judge.Derive, &feeds.digest, &feeds.body)
	if err != nil {
		return err
	}
	b.At = fromMicros(at)
	if b.Decisions, err = v.judgedBy(ctx); err != nil {
		return err
	}
	v.baseline = &b
	return feeds.decode("feeds of assessment "+strconv.FormatInt(v.judged, 10), &b.Feeds)
}

// Remembered gives what is remembered of every resource, those no longer judged
// included, in the order of their keys. What it yields is to be read before the next.
func (v *View) Remembered(ctx context.Context) iter.Seq2[soc2.Remembered, error] {
	return func(yield func(soc2.Remembered, error) bool) {
		stopped := false
		var states []soc2.FindingState
		err := v.tx.each(ctx, func(rows *sql.Rows) error {
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
			v.share(&r)
			list, err := v.lists.read(ctx, checks)
			if err != nil {
				return err
			}
			if states, err = unpack(states[:0], r, list.of, packed); err != nil {
				return err
			}
			if !yield(soc2.Remembered{Resource: r, States: states}, nil) {
				stopped = true
				return errStopped
			}
			return nil
		}, `SELECT r.provider, r.account, r.region, r.kind, r.ref, s.type, s.name, s.checks, s.states`+calledColumns+`
			FROM resource r CROSS JOIN finding_state s`+calledAs("s")+`
			WHERE s.resource = r.id AND s.seq = (SELECT MAX(n.seq) FROM finding_state n WHERE n.resource = r.id AND n.seq <= $1)`+inKeyOrder, v.judged)
		if err != nil && !stopped {
			yield(soc2.Remembered{}, v.store.explain("read what is remembered of findings", err))
		}
	}
}

var errStopped = errors.New("whoever reads wants no more")
