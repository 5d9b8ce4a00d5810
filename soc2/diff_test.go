package soc2_test

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

var (
	monday = time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	scope  = evidence.Scope{Provider: "aws", Account: "1"}
	ada    = evidence.Resource{Provider: "aws", Account: "1", Kind: "User", Type: "aws.iam.user", ID: "AIDA", Name: "ada"}
	judge  = soc2.Judge{Catalogue: "c1", Derive: "1"}
)

func finding(o soc2.Outcome, inputs string) soc2.Finding {
	return soc2.Finding{Control: "mfa", Check: "console", Outcome: o, Inputs: inputs, Resource: ada, Severity: soc2.High}
}

func onScope() soc2.Finding {
	f := finding(soc2.Unobserved, "denied")
	f.Resource = scope.Resource("aws.iam.user")
	return f
}

// assessment n days after monday, by the same judge, with the users' feed planned.
func assessment(days int, fs ...soc2.Finding) soc2.Assessment {
	return soc2.Assessment{
		At: monday.AddDate(0, 0, days), Judge: judge, Findings: fs,
		Controls: []soc2.ControlResult{{ID: "mfa", Checks: []string{"console"}}},
		Feeds: []evidence.FeedState{{
			ID:          evidence.FeedID{Collector: "aws_iam_users", Scope: scope},
			Populations: []evidence.Population{{Kind: "User", Type: "aws.iam.user"}},
			Last:        &evidence.Pull{},
		}},
	}
}

// planned only: the users' feed has not been pulled yet.
func planned(a soc2.Assessment) soc2.Assessment {
	a.Feeds[0].Last = nil
	return a
}

// run diffs assessments in turn, each against the state all earlier ones left.
func run(as ...soc2.Assessment) []soc2.Drift {
	var before *soc2.Baseline
	var drift []soc2.Drift
	for i := range as {
		var changed []soc2.FindingState
		drift, changed = soc2.Diff(before, &as[i])
		next := &soc2.Baseline{At: as[i].At, Judge: as[i].Judge, Feeds: soc2.AssessedFeeds(as[i].Feeds, as[i].At), States: map[soc2.FindingKey]soc2.FindingState{}}
		if before != nil {
			maps.Copy(next.States, before.States)
		}
		for _, s := range changed {
			next.States[s.Key] = s
		}
		before = next
	}
	return drift
}

func TestDiff(t *testing.T) {
	t.Parallel()
	const u, p, f = soc2.Unobserved, soc2.Pass, soc2.Fail
	rejudged := func(days int, fs ...soc2.Finding) soc2.Assessment {
		a := assessment(days, fs...)
		a.Judge.Catalogue = "c2"
		return a
	}
	unplanned := func(days int, fs ...soc2.Finding) soc2.Assessment {
		a := assessment(days, fs...)
		a.Feeds = nil
		return a
	}
	accepted := finding(f, "1")
	accepted.Acceptance = &soc2.Acceptance{ID: "RA-1", Expires: monday.AddDate(0, 0, 1)}

	stays := finding(p, "1")
	stays.Check = "stays"
	shards := func(days int, names []string, fs ...soc2.Finding) soc2.Assessment {
		a := assessment(days, fs...)
		of := a.Feeds[0]
		a.Feeds = nil
		for _, name := range names {
			of.ID.Scope.Shard = name
			a.Feeds = append(a.Feeds, of)
		}
		return a
	}

	cases := map[string]struct {
		as     []soc2.Assessment
		change soc2.Change // empty: no drift
		cause  soc2.Cause
	}{
		"the first assessment is the baseline":                     {[]soc2.Assessment{assessment(0, finding(f, "1"))}, "", ""},
		"nothing changed":                                          {[]soc2.Assessment{assessment(0, finding(f, "1")), assessment(1, finding(f, "1"))}, "", ""},
		"a fact changed and fails":                                 {[]soc2.Assessment{assessment(0, finding(p, "1")), assessment(1, finding(f, "2"))}, soc2.Opened, soc2.CauseSystem},
		"a fact changed and passes":                                {[]soc2.Assessment{assessment(0, finding(f, "1")), assessment(1, finding(p, "2"))}, soc2.Resolved, soc2.CauseSystem},
		"resolved and failing again is reopened":                   {[]soc2.Assessment{assessment(0, finding(f, "1")), assessment(1, finding(p, "2")), assessment(2, finding(f, "1"))}, soc2.Reopened, soc2.CauseSystem},
		"the same fact fails as time passes":                       {[]soc2.Assessment{assessment(0, finding(p, "1")), assessment(1, finding(f, "1"))}, soc2.Opened, soc2.CauseTime},
		"the same fact fails under another catalogue":              {[]soc2.Assessment{assessment(0, finding(p, "1")), rejudged(1, finding(f, "1"))}, soc2.Opened, soc2.CauseJudgement},
		"a field is not seen any more":                             {[]soc2.Assessment{assessment(0, finding(f, "1")), assessment(1, finding(u, "2"))}, soc2.LostSight, soc2.CauseSight},
		"a fail seen again is regained, not opened anew":           {[]soc2.Assessment{assessment(0, finding(f, "1")), assessment(1, finding(u, "2")), assessment(2, finding(f, "1"))}, soc2.Regained, soc2.CauseSight},
		"a fail mended while unseen is resolved":                   {[]soc2.Assessment{assessment(0, finding(f, "1")), assessment(1, finding(u, "2")), assessment(2, finding(p, "3"))}, soc2.Resolved, soc2.CauseSystem},
		"a pass broken while unseen is opened":                     {[]soc2.Assessment{assessment(0, finding(p, "1")), assessment(1, finding(u, "2")), assessment(2, finding(f, "3"))}, soc2.Opened, soc2.CauseSystem},
		"a population is not seen any more":                        {[]soc2.Assessment{assessment(0, finding(p, "1")), assessment(1, finding(p, "1"), onScope())}, soc2.LostSight, soc2.CauseSight},
		"a population is seen again":                               {[]soc2.Assessment{assessment(0, onScope()), assessment(1)}, soc2.Regained, soc2.CauseSight},
		"a new resource fails":                                     {[]soc2.Assessment{assessment(0), assessment(1, finding(p, "0"))}, "", ""},
		"a failing resource is deleted":                            {[]soc2.Assessment{assessment(0, finding(f, "1")), assessment(1)}, soc2.Resolved, soc2.CauseSystem},
		"a failing resource leaves the scope":                      {[]soc2.Assessment{assessment(0, finding(f, "1")), unplanned(1)}, soc2.Resolved, soc2.CauseScope},
		"one of the lists that may have held it is read no more":   {[]soc2.Assessment{shards(0, []string{"jamf", "kandji"}, finding(f, "1")), shards(1, []string{"kandji"})}, soc2.Resolved, soc2.CauseScope},
		"a check applies no more to a resource that is there":      {[]soc2.Assessment{assessment(0, finding(f, "1"), stays, otherUser()), rejudged(1, stays, otherUser())}, soc2.Resolved, soc2.CauseJudgement},
		"a failing resource is in a region that is new":            {[]soc2.Assessment{assessment(0, otherUser()), widened(1, finding(f, "1"))}, soc2.Opened, soc2.CauseScope},
		"the first look at an account is its baseline":             {[]soc2.Assessment{unplanned(0, otherCheckSeen()), assessment(1, finding(f, "1"))}, "", ""},
		"a feed is planned, then pulled: its baseline":             {[]soc2.Assessment{planned(assessment(0, onScope())), assessment(1, finding(f, "1"))}, "", ""},
		"a feed that is planned is not lost":                       {[]soc2.Assessment{assessment(0, otherCheckSeen()), planned(assessment(1, onScope(), otherCheckSeen()))}, "", ""},
		"an account that left and came back fails again":           {[]soc2.Assessment{assessment(0, finding(f, "1")), unplanned(1, otherCheckSeen()), assessment(2, finding(f, "1"))}, soc2.Reopened, soc2.CauseScope},
		"a check that is new fails":                                {[]soc2.Assessment{assessment(0), rejudged(1, finding(f, "1"))}, soc2.Opened, soc2.CauseJudgement},
		"an acceptance runs out":                                   {[]soc2.Assessment{assessment(0, accepted), assessment(1, finding(f, "1"))}, soc2.AcceptanceExpired, soc2.CauseTime},
		"an acceptance is withdrawn":                               {[]soc2.Assessment{assessment(0, accepted), withHour(assessment(0, finding(f, "1")))}, soc2.AcceptanceExpired, soc2.CauseScope},
		"a source for what nothing was configured for":             {[]soc2.Assessment{unplanned(0, nowhere()), assessment(1, otherUser())}, "", ""},
		"the only source is taken away":                            {[]soc2.Assessment{assessment(0, otherUser()), unplanned(1, nowhere())}, soc2.LostSight, soc2.CauseScope},
		"a passing resource is deleted":                            {[]soc2.Assessment{assessment(0, finding(p, "1")), assessment(1)}, "", ""},
		"what is derived from a list that comes is a baseline":     {[]soc2.Assessment{lacking(0, awaited()), with(lacking(1, finding(f, "2")), "e")}, "", ""},
		"what fails for another reason while a list is awaited":    {[]soc2.Assessment{lacking(0, awaited()), lacking(1, finding(f, "2"))}, soc2.Opened, soc2.CauseSight},
		"a new resource that awaits a list is not lost":            {[]soc2.Assessment{lacking(0, otherUser()), lacking(1, otherUser(), awaited())}, "", ""},
		"what was seen and then awaits a list of another is lost":  {[]soc2.Assessment{lacking(0, finding(p, "1")), lacking(1, awaited())}, soc2.LostSight, soc2.CauseSight},
		"what was seen, awaited a list and fails has been opened":  {[]soc2.Assessment{lacking(0, finding(p, "1")), lacking(1, awaited()), with(lacking(2, finding(f, "2")), "e")}, soc2.Opened, soc2.CauseSystem},
		"what is derived from a list seen before and lost is lost": {[]soc2.Assessment{with(lacking(0, finding(f, "1")), "e"), with(lacking(1, finding(u, "2")), "e")}, soc2.LostSight, soc2.CauseSight},
		"a resource that came with regained sight and passes":      {[]soc2.Assessment{assessment(0, onScope(), otherUser()), assessment(1, otherUser(), finding(f, "1"))}, soc2.Opened, soc2.CauseSight},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			drift := run(c.as...)
			if c.change == "" {
				require.Empty(t, drift)
				return
			}
			require.NotEmpty(t, drift)
			require.Equal(t, c.change, drift[0].Change)
			require.Equal(t, c.cause, drift[0].Cause)
			require.Equal(t, "mfa", drift[0].Control)
		})
	}
}

// widened is an assessment in which the users of a second region are looked at,
// where the finding is.
func widened(days int, f soc2.Finding) soc2.Assessment {
	f.Resource.Type, f.Resource.Region = "aws.rds.db_instance", "eu-west-1"
	a := assessment(days, otherUser(), f)
	there := scope
	there.Region = "eu-west-1"
	a.Feeds = append(a.Feeds, evidence.FeedState{
		ID:          evidence.FeedID{Collector: "aws_rds_instances", Scope: there},
		Populations: []evidence.Population{{Kind: "Datastore", Type: "aws.rds.db_instance"}},
		Last:        &evidence.Pull{},
	})
	return a
}

// otherUser keeps the check known to the baseline.
func otherUser() soc2.Finding {
	f := finding(soc2.Pass, "9")
	f.Resource.ID = "AIDB"
	return f
}

// otherCheckSeen is the same check judged in another account.
func otherCheckSeen() soc2.Finding {
	f := otherUser()
	f.Resource.Account = "2"
	return f
}

// nowhere is the finding on a check that no source feeds.
func nowhere() soc2.Finding {
	f := finding(soc2.Unobserved, "none")
	f.Resource = evidence.Scope{}.Resource("aws.iam.user")
	return f
}

func withHour(a soc2.Assessment) soc2.Assessment {
	a.At = a.At.Add(time.Hour)
	return a
}

func TestDiffKeepsTimes(t *testing.T) {
	t.Parallel()
	first := assessment(0, finding(soc2.Fail, "1"))
	_, changed := soc2.Diff(nil, &first)
	before := &soc2.Baseline{Judge: judge, States: map[soc2.FindingKey]soc2.FindingState{changed[0].Key: changed[0]}}

	same := assessment(3, finding(soc2.Fail, "1"))
	_, changed = soc2.Diff(before, &same)
	require.Empty(t, changed, "an unchanged finding costs no row")
	require.Equal(t, monday, same.Findings[0].FirstSeen)
	require.Equal(t, monday, same.Findings[0].LastChanged)

	mended := assessment(4, finding(soc2.Pass, "2"))
	_, changed = soc2.Diff(before, &mended)
	require.Len(t, changed, 1)
	require.Equal(t, monday, mended.Findings[0].FirstSeen)
	require.Equal(t, monday.AddDate(0, 0, 4), mended.Findings[0].LastChanged)
}

// awaited is unobserved for want of a list that was never seen.
func awaited() soc2.Finding {
	f := finding(soc2.Unobserved, "1")
	f.Holes = []evidence.Hole{{Field: "person", Reason: evidence.NotCollected, NeverSeen: true}}
	return f
}

// lacking is an assessment in which employments are planned and were not pulled.
func lacking(days int, fs ...soc2.Finding) soc2.Assessment {
	a := assessment(days, fs...)
	a.Feeds = append(a.Feeds, evidence.FeedState{
		ID:          evidence.FeedID{Collector: "e", Scope: evidence.Scope{Provider: "files", Account: "o"}},
		Populations: []evidence.Population{{Kind: "Employment", Type: "files.employment"}},
	})
	return a
}

// with is the assessment after the first pull of a feed.
func with(a soc2.Assessment, collector string) soc2.Assessment {
	for i := range a.Feeds {
		if a.Feeds[i].ID.Collector == collector {
			a.Feeds[i].Last, a.Feeds[i].Complete = &evidence.Pull{}, map[string]time.Time{"files.employment": a.At}
		}
	}
	return a
}
