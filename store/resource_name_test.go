package store

import (
	"database/sql"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

func namedFinding(id, name string, outcome soc2.Outcome) soc2.Finding {
	f := finding(id, outcome)
	f.Resource.Name = name
	return f
}

// What somebody is called is read back as it was at each assessment, and stands in no
// line of the log and in no row but one that can be emptied.
func TestNamesAreKeptApart(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, clock := signed(t)
	require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
	calls := []string{"Ada Byron", "Ada Byron", "Ada Lovelace", "", "Ada Lovelace"}
	for n, name := range calls {
		require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(time.Minute), usersFeed, userPopulation), []evidence.Fact{user("ada", n%2 == 0)}))
		assess(t, s, assessment(clock.Add(time.Minute), namedFinding("ada", name, []soc2.Outcome{soc2.Pass, soc2.Fail}[n%2])))
		_, err := s.Sign(ctx)
		require.NoError(t, err)
	}
	require.EqualValues(t, 4, number(t, s, "SELECT COUNT(*) FROM resource_name"), "one where it changed")
	made, err := s.Made(ctx, noon, clock.Now())
	require.NoError(t, err)
	for n, m := range made {
		states, err := s.KeptStates(ctx, m)
		require.NoError(t, err)
		require.Equal(t, calls[n], states[0].Resource.Name)
		drift, err := s.KeptDrift(ctx, m)
		require.NoError(t, err)
		for _, d := range drift {
			require.Equal(t, calls[n], d.Resource.Name)
		}
	}
	recent, err := s.DriftSince(ctx, noon, 10)
	require.NoError(t, err)
	require.Equal(t, "Ada Lovelace", recent[0].Resource.Name)
	states, _, err := s.FindingsThen(ctx, user("ada", true).Resource.Key(), clock.Now())
	require.NoError(t, err)
	require.Equal(t, "Ada Lovelace", states[0].Resource.Name)
	require.NoError(t, s.read(ctx, "", func(tx session) error {
		newest, err := newestCommit(ctx, tx)
		require.NoError(t, err)
		return leaves(ctx, tx, 1, newest, everyTable, func(l leaf) error {
			require.NotContains(t, string(l.data), "Ada ")
			return nil
		})
	}))
	verifiedOpen(t, s)

	require.NoError(t, s.CommitPlan(ctx, plan(clock.Add(time.Minute))))
	done, err := s.Erase(ctx, Erasure{Resource: "ada", Reason: "request 17", By: grace, ApprovedBy: evidence.Actor{Name: "Charles"}})
	require.NoError(t, err)
	require.EqualValues(t, 4, done.Names)
	states2, err := s.KeptStates(ctx, made[0])
	require.NoError(t, err)
	require.Empty(t, states2[0].Resource.Name, "the id is what is left")
	require.Equal(t, "ada", states2[0].Resource.Label())
	v, err := s.View(ctx, clock.Now(), map[string]time.Duration{source: 0})
	require.NoError(t, err)
	for r, err := range v.Remembered(ctx) {
		require.NoError(t, err)
		require.Empty(t, r.Resource.Name)
	}
	require.NoError(t, v.Close())
	verifiedOpen(t, s)
	_, err = s.Compact(ctx)
	require.NoError(t, err)
	require.False(t, onDisk(t, s.Path(), "Lovelace") || onDisk(t, s.Path(), "Byron"))
}

// Two people of one name have two digests: nobody can try names until one fits.
func TestADigestOfANameTellsNothing(t *testing.T) {
	t.Parallel()
	s, clock := setup(t)
	require.NoError(t, s.CommitPlan(t.Context(), plan(noon, planned(usersFeed, userPopulation))))
	require.NoError(t, s.CommitPull(t.Context(), pullOf(clock.Add(time.Minute), usersFeed, userPopulation), []evidence.Fact{user("ada", true), user("eve", true)}))
	assess(t, s, assessment(clock.Add(time.Minute), namedFinding("ada", "Kim", soc2.Pass), namedFinding("eve", "Kim", soc2.Pass)))
	require.EqualValues(t, 2, number(t, s, "SELECT COUNT(DISTINCT name) FROM resource_name"))
}

// Every column that can hold a word is searched when somebody was erased.
func TestEveryColumnOfTextIsSearched(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	searched := map[string]bool{}
	for _, c := range textColumns {
		searched[c.table+"."+c.column] = true
	}
	found := map[string]bool{"finding_state.states": true} // packed, with texts among them
	require.NoError(t, s.read(t.Context(), "", func(tx session) error {
		return tx.each(t.Context(), func(rows *sql.Rows) error {
			var table, column, of string
			err := rows.Scan(&table, &column, &of)
			if of == "TEXT" && !strings.HasPrefix(table, "goose") && !strings.HasPrefix(table, "sqlite") {
				found[table+"."+column] = true
			}
			return err
		}, "SELECT m.name, c.name, c.type FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'")
	}))
	require.Equal(t, slices.Sorted(maps.Keys(found)), slices.Sorted(maps.Keys(searched)))
	places := map[string]bool{}
	for _, p := range bodyPlaces {
		places[p.table+"."+p.column] = true
	}
	for _, r := range references() {
		require.True(t, places[r.table+"."+r.column] || r.table == "fact_current", "%v", r)
	}
}
