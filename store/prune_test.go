package store

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

var grace = evidence.Actor{Name: "Grace Hopper"}

// factBodies are the stored facts as of a commit.
func factBodies(tb testing.TB, s *Store, upTo int64) map[string]string {
	tb.Helper()
	all := map[string]string{}
	rows, err := s.readers.QueryContext(tb.Context(), `SELECT c.population, c.resource, b.body FROM fact_change c JOIN blob b ON b.id = c.blob
		WHERE c.seq = (SELECT MAX(n.seq) FROM fact_change n WHERE n.population = c.population AND n.resource = c.resource AND n.seq <= $1)`, upTo)
	require.NoError(tb, err)
	defer rows.Close()
	for rows.Next() {
		var population, resource int64
		var body string
		require.NoError(tb, rows.Scan(&population, &resource, &body))
		all[fmt.Sprint(population, "/", resource)] = body
	}
	require.NoError(tb, rows.Err())
	return all
}

func verifiedOpen(tb testing.TB, s *Store) *Verification {
	tb.Helper()
	v, err := s.Verify(tb.Context(), VerifyOptions{})
	require.NoError(tb, err)
	require.Empty(tb, v.Problems)
	require.NoError(tb, s.Check(tb.Context()))
	return v
}

// TestPruneAnyHistory prunes random histories with random holds and periods, and
// compares them with what could be read before, commit by commit.
func TestPruneAnyHistory(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dir := t.TempDir()
	runs, pruned := 0, int64(0)
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		clock := &testClock{now: noon}
		s, err := Open(ctx, "sqlite:"+filepath.Join(dir, strconv.Itoa(runs)+".db"), Options{Clock: clock.Now, Version: "test", Ephemeral: true, Key: keyOf(t)})
		require.NoError(rt, err)
		defer func() { require.NoError(rt, s.Close()) }()
		require.NoError(rt, s.CommitPlan(ctx, plan(clock.Add(time.Hour), planned(usersFeed, userPopulation))))
		var looked []time.Time
		ids := rapid.SampledFrom([]string{"ada", "grace", "linus"})
		for range rapid.IntRange(2, 14).Draw(rt, "pulls") {
			step := rapid.SampledFrom([]time.Duration{-day / 2, day, 20 * day, 60 * day}).Draw(rt, "step")
			seen := rapid.MapOf(ids, rapid.Bool()).Draw(rt, "seen")
			pull := pullOf(clock.Add(step), usersFeed, userPopulation)
			if rapid.IntRange(0, 3).Draw(rt, "partial") == 0 {
				pull = denied(pull, "")
			}
			var facts []evidence.Fact
			for id, mfa := range seen {
				facts = append(facts, user(id, mfa))
			}
			require.NoError(rt, s.CommitPull(ctx, pull, facts))
			assess(t, s, assessment(clock.Add(time.Minute), finding("ada", []soc2.Outcome{soc2.Pass, soc2.Fail}[len(looked)%2])))
			looked = append(looked, clock.Now())
		}
		window := func(name string) soc2.Interval {
			from := noon.Add(time.Duration(rapid.IntRange(-5, 500).Draw(rt, name+" from")) * day)
			return soc2.Interval{From: from, To: from.Add(time.Duration(rapid.IntRange(1, 200).Draw(rt, name+" days")) * day)}
		}
		var kept []soc2.Interval
		if rapid.Bool().Draw(rt, "hold") {
			w := window("hold")
			id, err := s.SetHold(ctx, w, "a case", grace)
			require.NoError(rt, err)
			if rapid.Bool().Draw(rt, "released") {
				require.NoError(rt, s.ReleaseHold(ctx, id, "it is settled", evidence.Actor{Name: "Ada"}))
			} else {
				kept = append(kept, w)
			}
		}
		o := PruneOptions{Retention: Retention{Keep: 90 * day}}
		if rapid.Bool().Draw(rt, "period") {
			o.Periods = []soc2.Interval{window("period")}
			kept = append(kept, o.Periods...)
		}
		type moment struct {
			facts map[string]string
			pulls string
		}
		const pulls = "SELECT p.seq, b.body FROM pull p JOIN blob b ON b.id = p.record WHERE p.seq IN (SELECT MAX(seq) FROM pull WHERE seq <= %d GROUP BY feed)"
		newest := number(t, s, "SELECT MAX(seq) FROM commit_log")
		before := map[int64]moment{}
		for seq := range newest {
			before[seq+1] = moment{factBodies(t, s, seq+1), dump(t, s, fmt.Sprintf(pulls, seq+1))}
		}
		current := users(t, snapshot(t, s, clock.Now()))

		told, err := s.Prune(ctx, PruneOptions{Retention: o.Retention, DryRun: true})
		require.NoError(rt, err)
		require.Equal(rt, moment{factBodies(t, s, newest), dump(t, s, fmt.Sprintf(pulls, newest))}, before[newest])
		done, err := s.Prune(ctx, o)
		require.NoError(rt, err)
		require.Equal(rt, told.Bodies, done.Bodies, "a dry run tells what happens")
		require.Equal(rt, told.Bytes, done.Bytes)
		pruned += done.Bodies
		require.Equal(rt, current, users(t, snapshot(t, s, clock.Now())))
		e, err := s.Extract(ctx, noon, clock.Now())
		require.NoError(t, err)
		for class := range bodyQueries {
			for _, err := range e.Bodies(ctx, class) {
				require.NoError(t, err, "an export of that time goes without what was pruned")
			}
		}
		for _, err := range e.Facts(ctx, everyKind) {
			require.NoError(t, err)
		}
		require.NoError(t, e.Close())

		v := verifiedOpen(t, s)
		var counted int64
		for _, p := range v.Pruned {
			require.Equal(rt, "keep 90d", p.Rule)
			counted += p.Bodies
		}
		require.Equal(rt, done.Bodies, counted, "verify accounts for each")

		// Whatever could be asked for in a kept time reads as before.
		kept = append(kept, soc2.Interval{From: clock.Now().Add(-o.Keep), To: clock.Now().Add(time.Hour)})
		for _, at := range append(looked, steps(kept)...) {
			in := slices.ContainsFunc(kept, func(w soc2.Interval) bool { return !at.Before(w.From) && at.Before(w.To) })
			if !in {
				continue
			}
			var seq int64
			require.NoError(rt, s.read(ctx, "", func(tx session) (err error) {
				seq, err = s.commitAt(ctx, tx, at)
				return err
			}))
			seq = min(seq, newest)
			if seq == 0 {
				continue
			}
			require.Equal(rt, moment{factBodies(t, s, seq), dump(t, s, fmt.Sprintf(pulls, seq))}, before[seq], "as of %s, commit %d", at, seq)
		}
		again, err := s.Prune(ctx, o)
		require.NoError(rt, err)
		require.Zero(rt, again.Bodies, "nothing is pruned twice")
	})
	require.Positive(t, pruned)
}

// steps are moments in some times, the first of each among them.
func steps(all []soc2.Interval) (at []time.Time) {
	for _, w := range all {
		for t := w.From; t.Before(w.To); t = t.Add(7 * day) {
			at = append(at, t)
		}
		at = append(at, w.To.Add(-time.Microsecond))
	}
	return at
}

// history of one user whose second factor comes and goes, a pull a month.
func monthly(t *testing.T, s *Store, clock *testClock, months int) {
	t.Helper()
	require.NoError(t, s.CommitPlan(t.Context(), plan(clock.Now(), planned(usersFeed, userPopulation))))
	for n := range months {
		f := user("ada", true)
		f.Body.(*evidence.User).Roles = []string{"role-" + strconv.Itoa(n)}
		require.NoError(t, s.CommitPull(t.Context(), pullOf(clock.Add(30*day), usersFeed, userPopulation), []evidence.Fact{f, user("bob", true)}))
		// Without a name: an older store, which such a one is made into, has none apart.
		assess(t, s, assessment(clock.Add(time.Minute), namedFinding("ada", "", []soc2.Outcome{soc2.Pass, soc2.Fail}[n%2])))
		_, err := s.Sign(t.Context()) // as after every assessment
		require.NoError(t, err)
	}
}

func TestPrune(t *testing.T) {
	t.Parallel()
	ctx := t.Context()

	t.Run("what was pruned says so wherever it is read", func(t *testing.T) {
		t.Parallel()
		s, clock := signed(t)
		monthly(t, s, clock, 12)
		first := noon.Add(30*day + time.Hour)
		digest := factOf(t, s, first)
		done, err := s.Prune(ctx, PruneOptions{Retention: Retention{Keep: 90 * day}, By: grace})
		require.NoError(t, err)
		require.Equal(t, "keep 90d", done.Rule)
		require.Equal(t, map[string]int64{"facts": 8, "records of pulls": 8}, map[string]int64{"facts": done.Of["facts"], "records of pulls": done.Of["records of pulls"]})
		const says = `pruned on 2027-03-26 by the rule "keep 90d" (commit `
		snap := snapshot(t, s, first)
		hole, ok := snap.Feeds[0].HoleAt(userPopulation.Type, first)
		require.True(t, ok, "whether the pull of then saw everything is not known any more")
		require.Equal(t, evidence.Pruned, hole.Reason)
		require.Contains(t, hole.Detail, "the record of pull p3 was "+says)
		require.True(t, prunedAt(t, s, first))
		require.False(t, prunedAt(t, s, clock.Now()))
		_, err = s.FactBytes(ctx, digest)
		require.ErrorContains(t, err, says)
		tombstone, ok := Pruned(err)
		require.True(t, ok)
		require.Equal(t, "keep 90d", tombstone.Rule)
		_, err = s.PullOf(ctx, "p3")
		require.ErrorContains(t, err, says)

		told, err := s.Period(ctx, PeriodQuery{Window: soc2.Interval{From: noon, To: clock.Now()}, MaxAge: day})
		require.NoError(t, err, "a period report needs none of it")
		require.Positive(t, told.Assessments)
		history, err := s.History(ctx, HistoryQuery{Kind: "User", From: noon, To: clock.Now()})
		require.NoError(t, err)
		missing := 0
		for _, v := range history.Lists[0].Versions {
			if v.Missing == nil {
				require.NotNil(t, v.Fact.Body)
				continue
			}
			missing++
			require.Equal(t, evidence.Pruned, v.Missing.Reason)
			require.Contains(t, v.Missing.Detail, says)
			require.NotEmpty(t, v.Fact.Digest, "what it was the digest of stays")
		}
		require.Equal(t, 8, missing)
		history, err = s.History(ctx, HistoryQuery{Kind: "User", From: clock.Now().Add(-80 * day), To: clock.Now()})
		require.NoError(t, err, "a population of a time that is kept needs none of it")
		require.Len(t, history.Lists, 1)

		v := verifiedOpen(t, s)
		require.Equal(t, fmt.Sprintf(`%d bodies pruned on 2027-03-26 by the rule "keep 90d"`, done.Bodies), v.Pruned[0].String())
		require.NotContains(t, fmt.Sprint(v.Warnings), "pruned")
		var entry Entry
		for e, err := range s.Entries(ctx, EntryPruned) {
			require.NoError(t, err)
			entry = e
		}
		require.Equal(t, grace, entry.Actor)
		require.Contains(t, string(entry.Body), `"rule":"keep 90d"`)
	})

	t.Run("a body comes back when it is evidence again", func(t *testing.T) {
		t.Parallel()
		s, clock := signed(t)
		require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
		for n := range 6 {
			require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(60*day), usersFeed, userPopulation), []evidence.Fact{user("ada", n == 0)}))
		}
		_, err := s.Prune(ctx, PruneOptions{Retention: Retention{Keep: 90 * day}})
		require.NoError(t, err)
		require.EqualValues(t, 1, number(t, s, "SELECT COUNT(*) FROM fact_change c JOIN blob b ON b.id = c.blob WHERE length(b.body) = 0"))
		require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(day), usersFeed, userPopulation), []evidence.Fact{user("ada", true)}))
		require.Equal(t, map[string]bool{"ada": true}, users(t, snapshot(t, s, clock.Now())))
		v := verifiedOpen(t, s)
		require.NotContains(t, fmt.Sprint(v.Warnings), "pruned", "that it is there is explained")
	})

	t.Run("a period stays until it is closed, whatever is configured since", func(t *testing.T) {
		t.Parallel()
		s, clock := signed(t)
		monthly(t, s, clock, 24)
		window := soc2.Interval{From: noon.Add(60 * day), To: noon.Add(240 * day)}
		_, err := s.Prune(ctx, PruneOptions{Retention: Retention{Keep: 90 * day, Periods: []soc2.Interval{window}}})
		require.NoError(t, err)
		require.False(t, prunedAt(t, s, noon.Add(100*day)))
		done, err := s.Prune(ctx, PruneOptions{Retention: Retention{Keep: 90 * day}})
		require.NoError(t, err)
		require.Zero(t, done.Bodies)
		require.Contains(t, done.Kept[0], "is not closed")
		_, err = s.ClosePeriod(ctx, soc2.Interval{From: window.From, To: clock.Now().Add(day)}, grace)
		require.ErrorContains(t, err, "it runs until")
		_, err = s.ClosePeriod(ctx, soc2.Interval{From: window.From, To: window.To.Add(-day)}, grace)
		require.NoError(t, err, "only a part of it")
		done, err = s.Prune(ctx, PruneOptions{Retention: Retention{Keep: 90 * day}})
		require.NoError(t, err)
		require.Zero(t, done.Bodies)
		_, err = s.ClosePeriod(ctx, window, grace)
		require.NoError(t, err)
		done, err = s.Prune(ctx, PruneOptions{Retention: Retention{Keep: 90 * day}})
		require.NoError(t, err)
		require.Positive(t, done.Bodies)
		require.True(t, prunedAt(t, s, noon.Add(100*day)))
	})

	t.Run("a clock that leapt is not believed", func(t *testing.T) {
		t.Parallel()
		s, clock := signed(t)
		monthly(t, s, clock, 3)
		clock.Add(2000 * day)
		_, err := s.Prune(ctx, PruneOptions{Retention: Retention{Keep: 90 * day}})
		require.ErrorContains(t, err, "look at the clock")
		monthly(t, s, clock, 1)
		_, err = s.Prune(ctx, PruneOptions{Retention: Retention{Keep: 90 * day}})
		require.NoError(t, err, "it has said so for a month")
	})

	t.Run("a body cannot be emptied without a tombstone of that commit", func(t *testing.T) {
		t.Parallel()
		s, clock := signed(t)
		monthly(t, s, clock, 12)
		_, err := s.Prune(ctx, PruneOptions{Retention: Retention{Keep: 90 * day}})
		require.NoError(t, err)
		for _, query := range []string{
			"UPDATE blob SET body = x'' WHERE length(body) > 0",
			"UPDATE blob SET digest = x'00' WHERE length(body) = 0",
			"UPDATE blob SET body = x'', digest = x'00' WHERE length(body) > 0",
			"DELETE FROM blob WHERE length(body) = 0",
		} {
			_, err := s.writer.ExecContext(ctx, query)
			require.ErrorContains(t, err, "blob is append-only")
		}
	})
}

func TestVerifyFindsWhatWasPrunedByHand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   string
		says string
	}{
		"a body":                     {"UPDATE blob SET body = x'' WHERE id = (SELECT blob FROM fact_current WHERE resource = 1)", "no tombstone names digest"},
		"a row":                      {"DELETE FROM blob WHERE id = (SELECT blob FROM fact_current WHERE resource = 1)", "refers to no blob"},
		"a body, under a false rule": {"UPDATE tombstone SET rule = 'keep 9d'", "is not what was logged"},
		"a tombstone taken away":     {"DELETE FROM tombstone WHERE blob = (SELECT MIN(blob) FROM tombstone)", "no tombstone names digest"},
		"a body and a tombstone of an old commit": {
			"INSERT INTO tombstone SELECT blob, 5, 'keep 90d' FROM fact_current WHERE resource = 1; UPDATE blob SET body = x'' WHERE id = (SELECT blob FROM fact_current WHERE resource = 1)",
			"is not what was logged",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "controlwatch.db")
			clock := &testClock{now: noon}
			s, err := Open(t.Context(), "sqlite:"+path, Options{Clock: clock.Now, Version: "test", Key: keyOf(t)})
			require.NoError(t, err)
			monthly(t, s, clock, 12)
			_, err = s.Prune(t.Context(), PruneOptions{Retention: Retention{Keep: 90 * day}})
			require.NoError(t, err)
			require.NoError(t, s.Close())
			require.Empty(t, verified(t, path, VerifyOptions{}).Problems)
			tamper(t, path, c.do)
			v := verified(t, path, VerifyOptions{})
			require.False(t, v.OK())
			var all string
			for _, p := range v.Problems {
				all += p.Error() + "\n"
			}
			require.Contains(t, all, c.says)
		})
	}
}

func TestVerifyWarnsOfABodyThatShouldBeGone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "controlwatch.db")
	clock := &testClock{now: noon}
	s, err := Open(t.Context(), "sqlite:"+path, Options{Clock: clock.Now, Version: "test", Key: keyOf(t)})
	require.NoError(t, err)
	monthly(t, s, clock, 12)
	body := dump(t, s, "SELECT body FROM blob WHERE id = (SELECT MIN(blob) FROM fact_change)")
	var raw [][][]byte
	require.NoError(t, json.Unmarshal([]byte(body), &raw))
	_, err = s.Prune(t.Context(), PruneOptions{Retention: Retention{Keep: 90 * day}})
	require.NoError(t, err)
	_, err = s.writer.ExecContext(t.Context(), "UPDATE blob SET body = $1 WHERE id = (SELECT MIN(blob) FROM fact_change)", raw[0][0])
	require.NoError(t, err)
	v := verifiedOpen(t, s)
	require.NoError(t, s.Close())
	require.Contains(t, fmt.Sprint(v.Warnings), "1 bodies that commit 27 says were pruned are there")
}

// Every column that refers to bodies is known to be prunable, or to keep them.
func TestEveryReferenceToBodiesIsKnown(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	known := map[string]bool{}
	for _, r := range references() {
		known[r.table+"."+r.column] = true
	}
	found := map[string]bool{"fact_current.blob": true} // no foreign key: it follows from fact_change
	rows, err := s.readers.QueryContext(t.Context(), `SELECT m.name || '.' || f."from" FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f
		WHERE m.type = 'table' AND f."table" = 'blob' AND m.name <> 'tombstone'`)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var name string
		require.NoError(t, rows.Scan(&name))
		found[name] = true
	}
	require.NoError(t, rows.Err())
	require.Equal(t, slices.Sorted(maps.Keys(found)), slices.Sorted(maps.Keys(known)))
}

func TestHoldsAreReleasedBySomebodyElse(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, _ := signed(t)
	window := soc2.Interval{From: noon, To: noon.Add(day)}
	_, err := s.SetHold(ctx, window, " ", grace)
	require.ErrorContains(t, err, "it needs a reason")
	id, err := s.SetHold(ctx, window, "a case", grace)
	require.NoError(t, err)
	require.ErrorContains(t, s.ReleaseHold(ctx, id, "", evidence.Actor{Name: " grace  HOPPER"}), "it is released by somebody else")
	require.ErrorContains(t, s.ReleaseHold(ctx, "e1.9", "", evidence.Actor{Name: "Ada"}), "there is no hold")
	require.NoError(t, s.ReleaseHold(ctx, id, "settled", evidence.Actor{Name: "Ada"}))
	require.ErrorContains(t, s.ReleaseHold(ctx, id, "", evidence.Actor{Name: "Ada"}), "was released already, by Ada (identity not verified)")
	holds, err := s.Holds(ctx)
	require.NoError(t, err)
	require.Len(t, holds, 1)
	require.Equal(t, "settled", holds[0].Released.Reason)
	require.Equal(t, window.From, holds[0].From)
	require.Equal(t, window.To, holds[0].To)
}

// prunedAt says whether what was seen at a time misses what was pruned.
func prunedAt(t *testing.T, s *Store, at time.Time) bool {
	t.Helper()
	v, err := s.Past(t.Context(), at, map[string]time.Duration{source: 0})
	require.NoError(t, err)
	defer func() { require.NoError(t, v.Close()) }()
	return len(v.Missing()) > 0
}

func factOf(t *testing.T, s *Store, at time.Time) string {
	t.Helper()
	snap, err := s.Snapshot(t.Context(), at, map[string]time.Duration{source: 0})
	require.NoError(t, err)
	require.NotEmpty(t, snap.Facts)
	return snap.Facts[0].Digest
}
