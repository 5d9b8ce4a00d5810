package main

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// Whatever order the first pulls of the sample company come in, and wherever
// assessments fall between them, nothing drifts: nothing was known before.
func TestFirstLooksInAnyOrderAreTheBaseline(t *testing.T) {
	t.Parallel()
	w := arrivingOf(t)
	rapid.Check(t, func(r *rapid.T) {
		order := rapid.Permutation(w.full.Feeds).Draw(r, "order")
		a := &arrivals{arriving: w, r: r, pulled: map[evidence.FeedID]bool{}, planned: map[string]bool{}}
		// Some assessments fall between two pulls: more of them say no more, and take longer.
		between := rapid.SliceOfNDistinct(rapid.IntRange(0, len(order)-1), 2, 2, rapid.ID).Draw(r, "assessed after")
		for i, f := range order {
			a.planned[f.Source] = true
			a.pulled[f.ID] = true
			if slices.Contains(between, i) || i == len(order)-1 {
				require.Empty(r, a.assess(a.seen()), "after %d of %d first pulls", i+1, len(order))
			}
		}
	})
}

// The lists that people are joined from come one after the other, assessed after
// each. Then all is seen, and what is lost or changes is drift, derived from
// elsewhere or not.
func TestPeopleAreJoinedFromTheirFirstLooks(t *testing.T) {
	t.Parallel()
	w := arrivingOf(t)
	lists := slices.DeleteFunc(slices.Clone(w.full.Feeds), func(f evidence.FeedState) bool {
		return !slices.ContainsFunc(f.Populations, func(p evidence.Population) bool {
			return p.Kind == "User" || p.Kind == "Employment"
		})
	})
	require.Greater(t, len(lists), 3)
	for _, forward := range []bool{true, false} {
		t.Run(fmt.Sprint(forward), func(t *testing.T) {
			t.Parallel()
			order := slices.Clone(lists)
			if !forward {
				slices.Reverse(order)
			}
			a := &arrivals{arriving: w, r: t, pulled: map[evidence.FeedID]bool{}, planned: map[string]bool{}}
			for _, f := range w.full.Feeds {
				a.planned[f.Source] = true
				a.pulled[f.ID] = !slices.ContainsFunc(lists, func(l evidence.FeedState) bool { return l.ID == f.ID })
			}
			require.Empty(t, a.assess(a.seen()))
			for _, f := range order {
				a.pulled[f.ID] = true
				require.Empty(t, a.assess(a.seen()), "%s", f.ID.Collector)
			}
			for _, lost := range order[:min(3, len(order))] {
				a.losesAndRegains(lost)
				a.assess(a.seen())
			}
		})
	}
}

// arriving is everything the sample company shows, and the feeds that stand for
// its sources before they were asked what they hold.
type arriving struct {
	full     evidence.Snapshot
	standIns map[string][]evidence.FeedState
	judge    *judge
	all      atomic.Pointer[[]soc2.Finding] // of everything
}

func arrivingOf(t *testing.T) *arriving {
	t.Helper()
	c := newCompany(t)
	c.scan(0)
	s, err := store.Open(t.Context(), c.dsn, store.Options{Clock: func() time.Time { return sample.Day }, Ephemeral: true})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	ages := sourcesOf(t, c)
	w := &arriving{standIns: map[string][]evidence.FeedState{}, judge: sampleJudge.judge}
	w.full, err = s.Snapshot(t.Context(), sample.Day.Add(time.Minute), ages)
	require.NoError(t, err)
	var sources []connect.Source
	for _, f := range w.full.Feeds {
		if !slices.ContainsFunc(sources, func(s connect.Source) bool { return s.Name == f.Source }) {
			sources = append(sources, connect.Source{Name: f.Source, Provider: f.ID.Scope.Provider, Scope: evidence.Scope{Provider: f.ID.Scope.Provider}})
		}
	}
	runner := collectors.Runner{
		Clock: func() time.Time { return sample.Day },
		Known: func(context.Context, string) ([]evidence.FeedID, error) { return nil, nil },
		CommitPlan: func(_ context.Context, p evidence.Plan) error {
			for _, f := range p.Feeds {
				w.standIns[p.Source] = append(w.standIns[p.Source], evidence.FeedState{Source: p.Source, ID: f.ID, Populations: f.Populations})
			}
			return nil
		},
	}
	require.NoError(t, runner.Announce(t.Context(), sources))
	return w
}

type checker interface {
	require.TestingT
	Helper()
}

type arrivals struct {
	*arriving
	r       checker
	pulled  map[evidence.FeedID]bool
	planned map[string]bool
	before  *soc2.Baseline
	found   map[soc2.FindingKey]soc2.Outcome
}

// seen is what is known when some feeds were pulled.
func (a *arrivals) seen() evidence.Snapshot {
	s := evidence.Snapshot{}
	types := map[string]bool{}
	stoodIn := map[string]bool{}
	for _, f := range a.full.Feeds {
		switch {
		case !a.planned[f.Source]:
			if !stoodIn[f.Source] {
				s.Feeds = append(s.Feeds, a.standIns[f.Source]...)
			}
			stoodIn[f.Source] = true
			continue
		case !a.pulled[f.ID]:
			f.Last, f.Complete, f.Since = nil, nil, nil
		default:
			for _, p := range f.Populations {
				types[place(f.ID.Scope, p.Type)] = true
			}
		}
		s.Feeds = append(s.Feeds, f)
	}
	for _, f := range a.full.Facts {
		at := evidence.Scope{Provider: f.Resource.Provider, Account: f.Resource.Account}
		global := types[place(at, f.Resource.Type)]
		at.Region = f.Resource.Region
		if global || types[place(at, f.Resource.Type)] {
			s.Facts = append(s.Facts, f)
		}
	}
	return s
}

func place(s evidence.Scope, typ string) string {
	return fmt.Sprintf("%s/%s/%s#%s", s.Provider, s.Account, s.Region, typ)
}

func (a *arrivals) assess(s evidence.Snapshot) []soc2.Drift {
	a.r.Helper()
	s.At = a.full.At
	now := soc2.Assessment{At: a.full.At, Judge: a.judge.engine.Judge(), Feeds: s.Feeds}
	if a.before != nil {
		now.At = a.before.At.Add(time.Second)
	}
	now.Findings = a.judged(s)
	drift, changed := soc2.Diff(a.before, &now)
	if a.before == nil {
		a.before = &soc2.Baseline{States: map[soc2.FindingKey]soc2.FindingState{}}
	}
	a.before.At, a.before.Judge, a.before.Feeds = now.At, now.Judge, soc2.AssessedFeeds(s.Feeds, s.At)
	for _, state := range changed {
		a.before.States[state.Key] = state
	}
	a.found = map[soc2.FindingKey]soc2.Outcome{}
	for _, f := range now.Findings {
		a.found[f.Key()] = f.Outcome
	}
	return drift
}

// judged is what is found; of everything, it is found once.
func (a *arrivals) judged(s evidence.Snapshot) []soc2.Finding {
	whole := reflect.DeepEqual(s, a.full)
	if whole && a.all.Load() != nil {
		return slices.Clone(*a.all.Load())
	}
	found, err := a.judge.engine.Evaluate(context.Background(), s)
	require.NoError(a.r, err)
	if whole {
		kept := slices.Clone(found)
		a.all.Store(&kept)
	}
	return found
}

// losesAndRegains: a list that was seen is denied, and seen again. Then everybody
// has left the company, which is drift of the accounts they still have.
func (a *arrivals) losesAndRegains(lost evidence.FeedState) {
	a.r.Helper()
	known, denied := a.found, a.seen()
	i := slices.IndexFunc(denied.Feeds, func(f evidence.FeedState) bool { return f.ID == lost.ID })
	last := *lost.Last
	last.Holes = []evidence.Hole{{Reason: evidence.Denied}}
	denied.Feeds[i].Last = &last
	announced := map[soc2.FindingKey]bool{}
	for _, d := range a.assess(denied) {
		require.Equal(a.r, soc2.LostSight, d.Change, "%+v", d)
		require.Equal(a.r, soc2.CauseSight, d.Cause, "%+v", d)
		announced[soc2.FindingKey{Control: d.Control, Check: d.Check, Resource: d.Resource.Key()}] = true
	}
	// Each that was lost is lost aloud, derived ones too.
	for key, o := range a.found {
		if was, there := known[key]; o == soc2.Unobserved && (!there || was != soc2.Unobserved) {
			require.True(a.r, announced[key], "%v was lost in silence", key)
		}
	}
	for _, d := range a.assess(a.seen()) {
		require.Equal(a.r, soc2.Regained, d.Change, "%+v", d)
		require.Equal(a.r, soc2.CauseSight, d.Cause, "%+v", d)
	}
	left := a.seen()
	for i, f := range left.Facts {
		if e, ok := f.Body.(*evidence.Employment); ok {
			gone := *e
			gone.Status, gone.EndsAt = new(evidence.EmploymentEnded), &evidence.Moment{At: a.full.At.AddDate(0, 0, -30)}
			left.Facts[i].Body, left.Facts[i].Digest = &gone, ""
		}
	}
	require.True(a.r, slices.ContainsFunc(a.assess(left), func(d soc2.Drift) bool {
		return d.Resource.Kind == "User" && (d.Change == soc2.Opened || d.Change == soc2.Reopened) && d.Cause == soc2.CauseSystem
	}), "accounts of people who left")
}
