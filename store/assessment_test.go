package store

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

var judge = soc2.Judge{Catalogue: "c1", Parameters: "p1", Engine: "1", Derive: "1"}

func finding(id string, outcome soc2.Outcome) soc2.Finding {
	return soc2.Finding{
		Control: "users-have-mfa", Check: "user-mfa", Outcome: outcome, Severity: soc2.High,
		Resource: user(id, true).Resource, Inputs: "inputs-" + outcome.String(),
	}
}

func assessment(at time.Time, findings ...soc2.Finding) soc2.Assessment {
	return soc2.Assessment{
		At: at, StartedAt: at, FinishedAt: at.Add(time.Second), Version: "test", Judge: judge,
		Findings: findings,
		Feeds:    []evidence.FeedState{{ID: usersFeed, Populations: []evidence.Population{userPopulation}, Last: &evidence.Pull{ID: "p2"}}},
		Controls: []soc2.ControlResult{{ID: "users-have-mfa", Checks: []string{"user-mfa"}}},
	}
}

func openView(tb testing.TB, s *Store) *View {
	tb.Helper()
	v, err := s.View(tb.Context(), s.options.Clock(), map[string]time.Duration{source: 24 * time.Hour})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, v.Close()) })
	return v
}

// baseline is the last assessment with everything that is remembered.
func baseline(tb testing.TB, v *View) *soc2.Baseline {
	tb.Helper()
	states := map[soc2.FindingKey]soc2.FindingState{}
	for r, err := range v.Remembered(tb.Context()) {
		require.NoError(tb, err)
		for _, state := range r.States {
			states[state.Key] = state
		}
	}
	if v.Baseline() == nil {
		require.Empty(tb, states)
		return nil
	}
	b := *v.Baseline()
	b.States = states
	return &b
}

func statesOf(tb testing.TB, s *Store) map[soc2.FindingKey]soc2.FindingState {
	tb.Helper()
	v := openView(tb, s)
	defer func() { require.NoError(tb, v.Close()) }()
	if b := baseline(tb, v); b != nil {
		return b.States
	}
	return nil
}

// keepAll gives a view what has changed, resource by resource with what has not.
func keepAll(v *View, before *soc2.Baseline, changed []soc2.FindingState) {
	states := map[soc2.FindingKey]soc2.FindingState{}
	if before != nil {
		maps.Copy(states, before.States)
	}
	resources := map[evidence.Key]evidence.Resource{}
	for _, s := range changed {
		states[s.Key] = s
		resources[s.Key.Resource] = s.Resource
	}
	of := map[evidence.Key][]soc2.FindingState{}
	for key, s := range states {
		of[key.Resource] = append(of[key.Resource], s)
	}
	for key, r := range resources {
		slices.SortFunc(of[key], func(a, b soc2.FindingState) int { return a.Key.Compare(b.Key) })
		v.Keep(r, of[key])
	}
}

// assess compares an assessment with the store's last one and commits it.
func assess(tb testing.TB, s *Store, a soc2.Assessment, records ...Record) soc2.Assessment {
	tb.Helper()
	v := openView(tb, s)
	before := baseline(tb, v)
	drift, changed := soc2.Diff(before, &a)
	a.Drift = drift
	keepAll(v, before, changed)
	var err error
	a.ID, err = v.Commit(tb.Context(), a, records)
	require.NoError(tb, err)
	return a
}

// commitOnly commits an assessment as it is, with some states.
func commitOnly(tb testing.TB, s *Store, a soc2.Assessment, records []Record, states ...soc2.FindingState) error {
	tb.Helper()
	v := openView(tb, s)
	keepAll(v, nil, states)
	_, err := v.Commit(tb.Context(), a, records)
	return errors.Join(err, v.Close())
}

func TestCommitAssessment(t *testing.T) {
	t.Parallel()
	ctx := t.Context()

	t.Run("before the first there is no baseline", func(t *testing.T) {
		t.Parallel()
		s, _ := setup(t)
		require.Nil(t, baseline(t, openView(t, s)))
	})

	t.Run("the baseline is the last assessment", func(t *testing.T) {
		t.Parallel()
		s, clock := setup(t)
		assess(t, s, assessment(clock.Now(), finding("ada", soc2.Pass)))
		second := assessment(clock.Add(time.Hour), finding("ada", soc2.Fail))
		second.Judge.Catalogue = "c2"
		assess(t, s, second)
		before := baseline(t, openView(t, s))
		require.Equal(t, clock.Now(), before.At)
		require.Equal(t, second.Judge, before.Judge)
		require.Equal(t, soc2.AssessedFeeds(second.Feeds, second.At), before.Feeds)
		require.Len(t, before.States, 1)
	})

	t.Run("every part of a state comes back", func(t *testing.T) {
		t.Parallel()
		s, clock := setup(t)
		a := assessment(clock.Now())
		resource := user("ada/日本", true).Resource
		want := soc2.FindingState{
			Key:      soc2.FindingKey{Control: "users-have-mfa", Check: "user-mfa", Resource: resource.Key()},
			Resource: resource, Outcome: soc2.Unobserved, Definite: soc2.Fail, Inputs: "abc", Severity: soc2.Critical,
			FirstSeen: noon.Add(-48 * time.Hour), LastChanged: noon.Add(-time.Hour), AcceptedUntil: noon.Add(time.Hour),
			Resolved: true, Gone: true,
		}
		bare := soc2.FindingState{
			Key:      soc2.FindingKey{Control: "users-have-mfa", Check: "attestation", Resource: usersFeed.Scope.Resource("x").Key()},
			Resource: usersFeed.Scope.Resource("x"), FirstSeen: noon, LastChanged: noon,
		}
		hashed := want
		hashed.Key.Check, hashed.Inputs, hashed.Severity = "user-sso", evidence.Digest([]byte("ada")), soc2.Low
		hashed.Resolved, hashed.Gone, hashed.AcceptedUntil = false, false, time.Time{}
		require.NoError(t, commitOnly(t, s, a, nil, want, hashed, bare))
		require.Equal(t, map[soc2.FindingKey]soc2.FindingState{want.Key: want, hashed.Key: hashed, bare.Key: bare}, statesOf(t, s))
	})

	t.Run("an assessment in which nothing changed adds no state and no bytes", func(t *testing.T) {
		t.Parallel()
		s, clock := setup(t)
		assess(t, s, assessment(clock.Now(), finding("ada", soc2.Pass)))
		blobs := number(t, s, "SELECT COUNT(*) FROM blob")
		assess(t, s, assessment(clock.Add(time.Hour), finding("ada", soc2.Pass)))
		require.EqualValues(t, 1, number(t, s, "SELECT COUNT(*) FROM finding_state"))
		require.Equal(t, blobs, number(t, s, "SELECT COUNT(*) FROM blob"))
		require.EqualValues(t, 2, number(t, s, "SELECT COUNT(*) FROM assessment"))
	})

	t.Run("a state that is said to have changed and has not is not written", func(t *testing.T) {
		t.Parallel()
		s, clock := setup(t)
		a := assess(t, s, assessment(clock.Now(), finding("ada", soc2.Pass)))
		state := statesOf(t, s)[finding("ada", soc2.Pass).Key()]
		state.LastChanged = state.LastChanged.In(time.FixedZone("elsewhere", 3600))
		require.NoError(t, commitOnly(t, s, a, nil, state))
		require.EqualValues(t, 1, number(t, s, "SELECT COUNT(*) FROM finding_state"))
	})

	t.Run("a finding that has gone is remembered, and reopens when it fails again", func(t *testing.T) {
		t.Parallel()
		s, clock := setup(t)
		assess(t, s, assessment(clock.Now(), finding("ada", soc2.Fail), finding("kofi", soc2.Pass)))
		assess(t, s, assessment(clock.Add(time.Hour), finding("kofi", soc2.Pass)))
		states := statesOf(t, s)
		require.True(t, states[finding("ada", soc2.Fail).Key()].Gone)
		require.True(t, states[finding("ada", soc2.Fail).Key()].Resolved)

		assess(t, s, assessment(clock.Add(time.Hour), finding("ada", soc2.Fail), finding("kofi", soc2.Pass)))
		drift, err := s.DriftSince(ctx, noon, 10)
		require.NoError(t, err)
		require.Equal(t, []soc2.Change{soc2.Reopened, soc2.Resolved}, []soc2.Change{drift[0].Change, drift[1].Change})
		require.Len(t, drift, 2)
	})

	t.Run("records are kept once and must be what their digest says", func(t *testing.T) {
		t.Parallel()
		s, clock := setup(t)
		catalogue := Record{Kind: "catalogue", Digest: evidence.Digest([]byte("controls")), Bytes: []byte("controls")}
		for range 3 {
			assess(t, s, assessment(clock.Add(time.Hour)), catalogue)
		}
		require.EqualValues(t, 1, number(t, s, "SELECT COUNT(*) FROM record"))
		require.EqualValues(t, 1, number(t, s, "SELECT COUNT(*) FROM record r JOIN blob b ON b.id = r.blob WHERE r.kind = 'catalogue' AND b.body = CAST('controls' AS BLOB)"))

		catalogue.Bytes = []byte("other controls")
		err := commitOnly(t, s, assessment(clock.Add(time.Hour)), []Record{catalogue})
		require.ErrorContains(t, err, "commit assessment: record catalogue: its bytes have digest")
		require.EqualValues(t, 3, number(t, s, "SELECT COUNT(*) FROM assessment"))
	})

	t.Run("ids are unique and the newest pull judged is noted", func(t *testing.T) {
		t.Parallel()
		s, clock := setup(t)
		first, second := assess(t, s, assessment(clock.Now())), assess(t, s, assessment(clock.Now()))
		require.Equal(t, []string{"a1", "a2"}, []string{first.ID, second.ID})
		require.EqualValues(t, 2, number(t, s, "SELECT newest_pull FROM assessment WHERE seq = 2"))
	})

	t.Run("an assessment without a time is refused", func(t *testing.T) {
		t.Parallel()
		s, _ := setup(t)
		err := commitOnly(t, s, soc2.Assessment{}, nil)
		require.EqualError(t, err, "commit assessment: it has no time")
	})
}

func TestDrift(t *testing.T) {
	t.Parallel()
	ctx := t.Context()

	t.Run("comes back whole, newest first, and no more than asked", func(t *testing.T) {
		t.Parallel()
		s, clock := setup(t)
		a := assessment(clock.Now())
		one := soc2.Drift{
			At: noon, Change: soc2.Opened, Cause: soc2.CauseSystem, Control: "users-have-mfa", Check: "user-mfa",
			Resource: user("ada", true).Resource, From: soc2.Pass, To: soc2.Fail, Severity: soc2.High,
		}
		two := one
		two.Resource = user("kofi", true).Resource
		a.Drift = []soc2.Drift{one, two}
		require.NoError(t, commitOnly(t, s, a, nil))
		three := soc2.Drift{
			At: clock.Add(time.Hour), Change: soc2.Resolved, Cause: soc2.CauseScope, Control: "users-have-mfa", Check: "user-mfa",
			Resource: user("ada", true).Resource, From: soc2.Fail, To: soc2.NotApplicable, Gone: true,
		}
		b := assessment(clock.Now())
		b.Drift = []soc2.Drift{three}
		require.NoError(t, commitOnly(t, s, b, nil))

		all, err := s.DriftSince(ctx, noon, 10)
		require.NoError(t, err)
		require.Equal(t, []soc2.Drift{three, one, two}, all)
		newest, err := s.DriftSince(ctx, noon, 1)
		require.NoError(t, err)
		require.Equal(t, []soc2.Drift{three}, newest)
		later, err := s.DriftSince(ctx, noon.Add(time.Minute), 10)
		require.NoError(t, err)
		require.Equal(t, []soc2.Drift{three}, later)
	})

	t.Run("is counted by control, change and cause", func(t *testing.T) {
		t.Parallel()
		s, clock := setup(t)
		for i := range 4 {
			outcome := []soc2.Outcome{soc2.Pass, soc2.Fail}[i%2]
			assess(t, s, assessment(clock.Add(time.Hour), finding("ada", outcome), finding("kofi", outcome)))
		}
		totals, err := s.DriftTotals(ctx)
		require.NoError(t, err)
		require.Equal(t, []DriftTotal{
			{"users-have-mfa", soc2.Opened, soc2.CauseSystem, 2},
			{"users-have-mfa", soc2.Reopened, soc2.CauseSystem, 2},
			{"users-have-mfa", soc2.Resolved, soc2.CauseSystem, 2},
		}, totals)
	})

	t.Run("that two programs see at the same time is noted once", func(t *testing.T) {
		t.Parallel()
		s, clock := setup(t)
		assess(t, s, assessment(clock.Now(), finding("ada", soc2.Pass), finding("kofi", soc2.Fail)))
		views := []*View{openView(t, s), openView(t, s)}
		for _, v := range views { // both compare with the same baseline
			a := assessment(clock.Add(time.Minute), finding("ada", soc2.Fail))
			before := baseline(t, v)
			drift, changed := soc2.Diff(before, &a)
			a.Drift = drift
			keepAll(v, before, changed)
			_, err := v.Commit(ctx, a, nil)
			require.NoError(t, err)
		}
		drift, err := s.DriftSince(ctx, noon, 10)
		require.NoError(t, err)
		changes := []soc2.Change{}
		for _, d := range drift {
			changes = append(changes, d.Change)
		}
		slices.Sort(changes)
		require.Equal(t, []soc2.Change{soc2.Opened, soc2.Resolved}, changes)
	})

	t.Run("that another program lets wait is not noted yet", func(t *testing.T) {
		t.Parallel()
		s, clock := setup(t)
		assess(t, s, assessment(clock.Now(), finding("ada", soc2.Pass)))
		views := []*View{openView(t, s), openView(t, s)}
		for i, v := range views {
			a := assessment(clock.Add(time.Minute), finding("ada", soc2.Fail))
			before := baseline(t, v)
			drift, changed := soc2.Diff(before, &a)
			if i == 0 {
				drift, changed[0].Waiting = nil, soc2.Waiting{Looks: 1, Pull: clock.Now(), Cause: soc2.CauseSystem, Outcome: soc2.Pass, Definite: soc2.Pass}
			}
			a.Drift = drift
			keepAll(v, before, changed)
			_, err := v.Commit(ctx, a, nil)
			require.NoError(t, err)
		}
		drift, err := s.DriftSince(ctx, noon, 10)
		require.NoError(t, err)
		require.Len(t, drift, 1, "whoever announces it does")
	})
}
