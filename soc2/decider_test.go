package soc2_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

func failingOn(control string, ids ...string) (all []soc2.Finding) {
	for _, id := range ids {
		all = append(all, soc2.Finding{
			Control: control, Check: "k", Outcome: soc2.Fail,
			Resource: evidence.Resource{Provider: "aws", Account: "1", Kind: "Datastore", Type: "t", ID: id, Name: id},
		})
	}
	return all
}

func acceptance(id string, days int) soc2.Decision {
	return soc2.Decision{
		ID: id, Kind: soc2.Accept, Control: "c", Reason: "r", Requester: "ada", Approver: "grace", Expires: asked.AddDate(0, 0, days),
	}
}

func TestOfOverlappingDecisionsTheFirstToEndGoverns(t *testing.T) {
	t.Parallel()
	long, short, other := acceptance("a-long", 90), acceptance("z-short", 10), acceptance("other", 5)
	short.Select.Name = "si*"
	other.Select.Name = "nothing"
	for _, order := range [][]soc2.Decision{{long, short, other}, {short, other, long}} {
		fs := failingOn("c", "site", "logs")
		d := soc2.NewDecider(order, asked)
		d.Mark(fs)
		require.Equal(t, &soc2.Acceptance{ID: "z-short", Also: "a-long", Reason: "r", Approver: "grace", Expires: short.Expires}, fs[0].Acceptance)
		require.Equal(t, "a-long", fs[1].Acceptance.ID)
		require.Empty(t, fs[1].Acceptance.Also)
		for _, s := range d.States(soc2.Configured(order), nil, soc2.DefaultExpiring) {
			switch s.ID {
			case "a-long":
				require.Equal(t, []string{"z-short"}, s.Overlaps)
				require.Equal(t, 2, s.Picks)
				require.False(t, s.Expiring)
			case "z-short":
				require.Equal(t, []string{"a-long"}, s.Overlaps)
				require.True(t, s.Expiring)
			case "other":
				require.True(t, s.Unused)
				require.Zero(t, s.Picks)
			}
			require.Equal(t, soc2.NamedInConfiguration, s.ApprovedAs)
		}
	}
}

func TestADecisionIsAboutOneFindingOneCheckOrAnyControl(t *testing.T) {
	t.Parallel()
	fs := append(failingOn("c", "arn:*", "arn:1"), failingOn("d", "arn:1")...)
	one := acceptance("one", 9)
	one.Resource = soc2.ResourceKey(fs[0].Resource.Key()) // its id is no pattern
	soc2.Decide(fs, []soc2.Decision{one}, asked)
	require.NotNil(t, fs[0].Acceptance)
	require.Nil(t, fs[1].Acceptance)

	fs = append(failingOn("c", "arn:1"), failingOn("d", "arn:1", "arn:2")...)
	any := acceptance("any", 9)
	any.Control, any.Select.ID = "", "arn:1"
	soc2.Decide(fs, []soc2.Decision{any}, asked)
	require.NotNil(t, fs[0].Acceptance)
	require.NotNil(t, fs[1].Acceptance)
	require.Nil(t, fs[2].Acceptance)

	fs = failingOn("c", "arn:1")
	everything, check := acceptance("everything", 9), acceptance("check", 9)
	everything.Control, check.Check = "", "another"
	soc2.Decide(fs, []soc2.Decision{everything, check}, asked)
	require.Nil(t, fs[0].Acceptance)
}

// Whatever the decisions: no outcome changes, no finding goes, only what fails is
// accepted and only by what is in force and approved.
func TestDecisionsOnlyMark(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var decisions []soc2.Decision
		for i := range rapid.IntRange(0, 6).Draw(t, "decisions") {
			d := acceptance(fmt.Sprint(i), rapid.IntRange(-3, 3).Draw(t, "ends"))
			d.Kind = rapid.SampledFrom(append(slices.Clone(soc2.DecisionKinds), "")).Draw(t, "kind")
			d.Approver = rapid.SampledFrom([]string{"", "grace"}).Draw(t, "approver")
			d.Control = rapid.SampledFrom([]string{"", "c", "d"}).Draw(t, "control")
			d.Select.Name = rapid.SampledFrom([]string{"", "s*", "[", "site"}).Draw(t, "name")
			if rapid.Bool().Draw(t, "later") {
				d.From = asked.AddDate(0, 0, 1)
			}
			if rapid.Bool().Draw(t, "withdrawn") {
				d.Withdrawn = asked
			}
			decisions = append(decisions, d)
		}
		fs := failingOn("c", "site", "logs", "scope", "good")
		fs[2].Resource = evidence.Scope{Provider: "aws", Account: "1"}.Resource("t")
		fs[2].Outcome, fs[3].Outcome = soc2.Unobserved, soc2.Pass
		before := slices.Clone(fs)
		d := soc2.NewDecider(decisions, asked)
		d.Mark(fs)
		ok := map[string]bool{}
		for _, one := range decisions {
			ok[one.ID] = one.Approver != "" && asked.Before(one.Expires) && one.From.IsZero() && one.Withdrawn.IsZero()
		}
		for i, f := range fs {
			if f.Acceptance != nil {
				require.Equal(t, soc2.Fail, f.Outcome)
				require.True(t, ok[f.Acceptance.ID])
			}
			if f.ExcludedBy != "" {
				require.True(t, ok[f.ExcludedBy])
				require.False(t, f.OnScope())
			}
			f.Acceptance, f.ExcludedBy = nil, ""
			require.Equal(t, before[i], f)
		}
		for i, s := range d.States(soc2.Configured(decisions), nil, time.Hour) {
			require.Equal(t, ok[decisions[i].ID], s.Life == soc2.DecisionInForce)
		}
	})
}

func TestAnExclusionThatEndsComesBackAsDrift(t *testing.T) {
	t.Parallel()
	exclude := acceptance("X", 1)
	exclude.Kind = soc2.Exclude
	feed := evidence.FeedID{Collector: "k", Scope: evidence.Scope{Provider: "aws", Account: "1"}}
	feeds := []evidence.FeedState{{ID: feed, Populations: []evidence.Population{{Kind: "Datastore", Type: "t"}}, Last: &evidence.Pull{StartedAt: asked}}}
	drift := func(at time.Time, was, now []soc2.Decision) []soc2.Drift {
		then := failingOn("c", "site")
		f := then[0]
		before := &soc2.Baseline{
			At: asked, Feeds: soc2.AssessedFeeds(feeds, asked), Decisions: was,
			States: map[soc2.FindingKey]soc2.FindingState{f.Key(): {Key: f.Key(), Resource: f.Resource, Outcome: soc2.Fail, Definite: soc2.Fail}},
		}
		soc2.Decide(then, now, at)
		all, _ := soc2.Diff(before, &soc2.Assessment{At: at, Feeds: feeds, Findings: then})
		return all
	}
	in := []soc2.Decision{exclude}
	require.Empty(t, drift(asked.Add(time.Hour), in, in))
	over := drift(exclude.Expires, in, in)
	require.Len(t, over, 1)
	require.Equal(t, soc2.AcceptanceExpired, over[0].Change)
	require.Equal(t, soc2.CauseTime, over[0].Cause)
	withdrawn := drift(asked.Add(time.Hour), in, nil)
	require.Len(t, withdrawn, 1)
	require.Equal(t, soc2.CauseScope, withdrawn[0].Cause)
	require.Empty(t, drift(exclude.Expires.Add(time.Hour), nil, nil), "it was told already")
	accept := exclude
	accept.Kind = soc2.Accept
	require.Empty(t, drift(asked.Add(time.Hour), []soc2.Decision{accept}, nil), "an acceptance is remembered with its finding")
}
