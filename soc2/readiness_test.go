package soc2_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// calm is a company of which nothing is known that stands against starting.
func calm() soc2.ReadinessInputs {
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	cat := soc2.Catalogue{
		Criteria: []soc2.Criterion{{ID: "CC6.1", Category: "Security", Title: "Access"}, {ID: "A1.2", Category: "Availability"}},
		Controls: []soc2.Control{
			{ID: "users-have-mfa", Title: "MFA", Owner: "CISO", Profile: "baseline", Criteria: []soc2.Mapping{{ID: "CC6.1"}}, Checks: []soc2.Check{{ID: "mfa"}}},
			{
				ID: "access-is-reviewed", Title: "Reviews", Owner: "CISO", Profile: "baseline", Criteria: []soc2.Mapping{{ID: "CC6.1"}},
				AttestationAsked: &soc2.AttestationAsked{Validity: "P90D"},
			},
			{ID: "sites-are-safe", Profile: "established", Criteria: []soc2.Mapping{{ID: "CC6.1"}}},
			{ID: "backups-are-made", Profile: "baseline", Criteria: []soc2.Mapping{{ID: "A1.2"}}},
		},
	}
	two := 2
	return soc2.ReadinessInputs{
		Now: now, Zone: time.UTC, Type: soc2.TypeII, Catalogue: cat,
		Window: soc2.Interval{From: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)},
		Assessment: &soc2.Assessment{
			At: now, Feeds: make([]evidence.FeedState, 1), Controls: []soc2.ControlResult{
				{ID: "users-have-mfa", State: soc2.Pass, Passing: 4}, {ID: "access-is-reviewed", State: soc2.Pass, Passing: 1},
			},
		},
		Scope: soc2.Scope{
			Categories: []string{"Security"}, Profile: "baseline", Audit: now.AddDate(2, 0, 0), Owners: []soc2.OwnerRule{{Owner: "ada"}},
			Systems: []soc2.System{{ID: "shop", Owner: "ada", Data: []string{"orders"}}}, Data: []soc2.DataClass{{ID: "orders"}}, Commitments: []soc2.Commitment{{ID: "uptime"}},
			Description: soc2.Description{
				Services: []string{"Shop"}, Boundary: "All of it", UserControls: []soc2.UserControl{{Text: "Keep passwords"}}, Subservices: []soc2.Subservice{{Name: "AWS"}},
			},
		},
		Adoptions:  []soc2.Adoption{{Control: "users-have-mfa", State: soc2.Adopted}, {Control: "access-is-reviewed", State: soc2.Adopted}},
		Gaps:       &soc2.GapAnalysis{},
		Standings:  []soc2.AttestationStanding{{Control: cat.Controls[1], State: soc2.AttestedPerformed, Performed: now.AddDate(0, 0, -5), Until: now.AddDate(0, 0, 85)}},
		Protection: &soc2.Protection{Outside: []string{"tsa"}, Size: 9, LogSize: 9, At: now}, Signers: &two,
	}
}

func TestReadinessAnswers(t *testing.T) {
	t.Parallel()
	told := soc2.ReadinessOf(calm())
	require.Equal(t, soc2.NothingKnown, told.Answer, "%v", told.Reasons)
	require.Empty(t, told.Reasons)
	require.Equal(t, []int{2, 2}, []int{told.Counting, told.Shown})

	for name, c := range map[string]struct {
		change func(*soc2.ReadinessInputs)
		want   soc2.ReadinessAnswer
		area   soc2.ReadinessArea
	}{
		"no period":                   {func(in *soc2.ReadinessInputs) { in.Window = soc2.Interval{} }, soc2.NotYet, soc2.AreaPeriod},
		"a period that is over":       {func(in *soc2.ReadinessInputs) { in.Now = in.Window.To }, soc2.NotYet, soc2.AreaPeriod},
		"a latest start that is over": {func(in *soc2.ReadinessInputs) { in.Now = in.Window.From.AddDate(0, 4, 0) }, soc2.NotYet, soc2.AreaPeriod},
		"no systems":                  {func(in *soc2.ReadinessInputs) { in.Scope.Systems = nil }, soc2.NotYet, soc2.AreaScope},
		"no audit date":               {func(in *soc2.ReadinessInputs) { in.Scope.Audit = time.Time{} }, soc2.NotYet, soc2.AreaScope},
		"no boundary":                 {func(in *soc2.ReadinessInputs) { in.Scope.Description.Boundary = " " }, soc2.NotYet, soc2.AreaScope},
		"no commitments":              {func(in *soc2.ReadinessInputs) { in.Scope.Commitments = nil }, soc2.NothingKnown, soc2.AreaScope},
		"nothing judged":              {func(in *soc2.ReadinessInputs) { in.Assessment = nil }, soc2.CannotTell, soc2.AreaSources},
		"nothing read":                {func(in *soc2.ReadinessInputs) { in.Assessment.Feeds = nil }, soc2.CannotTell, soc2.AreaSources},
		"a list not seen":             {func(in *soc2.ReadinessInputs) { in.Assessment.Holes = []soc2.ScopedHole{{Lack: &soc2.Lack{}}} }, soc2.CannotTell, soc2.AreaSources},
		"a control not judged":        {func(in *soc2.ReadinessInputs) { in.Assessment.Controls = in.Assessment.Controls[1:] }, soc2.CannotTell, soc2.AreaEvidence},
		"a control not wholly seen":   {func(in *soc2.ReadinessInputs) { in.Assessment.Controls[0].Unobserved = 1 }, soc2.CannotTell, soc2.AreaEvidence},
		"a control wholly excluded": {func(in *soc2.ReadinessInputs) {
			in.Assessment.Controls[0] = soc2.ControlResult{ID: "users-have-mfa", Excluded: 4}
		}, soc2.CannotTell, soc2.AreaEvidence},
		"no first instance":          {func(in *soc2.ReadinessInputs) { in.Standings[0].State = soc2.AttestedNever }, soc2.NotYet, soc2.AreaFirstInstance},
		"a state nobody knows":       {func(in *soc2.ReadinessInputs) { in.Standings[0].State = "" }, soc2.CannotTell, soc2.AreaFirstInstance},
		"attestations not looked at": {func(in *soc2.ReadinessInputs) { in.Standings = nil }, soc2.CannotTell, soc2.AreaFirstInstance},
		"attestations not all seen": {func(in *soc2.ReadinessInputs) {
			in.Standings[0].State, in.Standings[0].Lacks = soc2.AttestedIncomplete, []string{"sight of all attestations: denied"}
		}, soc2.CannotTell, soc2.AreaFirstInstance},
		"no owner": {func(in *soc2.ReadinessInputs) { in.Scope.Owners = nil }, soc2.NotYet, soc2.AreaOwner},
		"an owner of one of two systems": {func(in *soc2.ReadinessInputs) {
			in.Scope.Owners[0].System = "shop"
			in.Scope.Systems = append(in.Scope.Systems, soc2.System{ID: "b", Owner: "c", Data: []string{"d"}})
		}, soc2.NotYet, soc2.AreaOwner},
		"a criterion without control": {func(in *soc2.ReadinessInputs) { in.Scope.Categories = append(in.Scope.Categories, "Availability") }, soc2.NotYet, soc2.AreaCriteria},
		"gaps not analysed":           {func(in *soc2.ReadinessInputs) { in.Gaps = nil }, soc2.CannotTell, soc2.AreaGaps},
		"a high gap": {func(in *soc2.ReadinessInputs) {
			in.Gaps.Gaps = []soc2.Gap{{ID: "control:users-have-mfa", Control: "users-have-mfa", Kind: soc2.NotOperating, Failing: 1, Risk: soc2.Risk{Severity: soc2.High}}}
		}, soc2.NotYet, soc2.AreaGaps},
		"an accepted high gap": {func(in *soc2.ReadinessInputs) {
			in.Gaps.Gaps = []soc2.Gap{{ID: "control:users-have-mfa", Control: "users-have-mfa", Kind: soc2.NotOperating, Failing: 1, Accepted: 1, Risk: soc2.Risk{Severity: soc2.High}}}
		}, soc2.NothingKnown, soc2.AreaGaps},
		"an acceptance that ends": {func(in *soc2.ReadinessInputs) {
			in.Assessment.Decisions = []soc2.DecisionState{{KnownDecision: soc2.KnownDecision{Decision: soc2.Decision{ID: "d", Kind: soc2.Accept, Expires: in.Window.From.AddDate(0, 3, 0)}}, Life: soc2.DecisionInForce}}
		}, soc2.NothingKnown, soc2.AreaDecisions},
		"no anchor":           {func(in *soc2.ReadinessInputs) { in.Protection = &soc2.Protection{LogSize: 9} }, soc2.NotYet, soc2.AreaLog},
		"anchors not told":    {func(in *soc2.ReadinessInputs) { in.Protection = nil }, soc2.CannotTell, soc2.AreaLog},
		"one person with key": {func(in *soc2.ReadinessInputs) { *in.Signers = 1 }, soc2.NotYet, soc2.AreaPeople},
		"keys not told":       {func(in *soc2.ReadinessInputs) { in.Signers = nil }, soc2.CannotTell, soc2.AreaPeople},
		"nobody adopted":      {func(in *soc2.ReadinessInputs) { in.Adoptions = nil }, soc2.NothingKnown, soc2.AreaCriteria},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := calm()
			c.change(&in)
			told := soc2.ReadinessOf(in)
			require.Equal(t, c.want, told.Answer, "%v", told.Reasons)
			var areas []soc2.ReadinessArea
			for _, r := range told.Reasons {
				areas = append(areas, r.Area)
				require.NotEmpty(t, r.What)
				require.NotEmpty(t, r.Do)
				require.NotEmpty(t, r.Subject)
			}
			require.Contains(t, areas, c.area)
		})
	}
}

// TestReadinessNeverComesOfLess: taking away what was looked at never makes the answer
// better.
func TestReadinessNeverComesOfLess(t *testing.T) {
	t.Parallel()
	require.NotEqual(t, soc2.NothingKnown, soc2.ReadinessOf(soc2.ReadinessInputs{}).Answer)
	rapid.Check(t, func(t *rapid.T) {
		in := calm()
		takes := []func(){
			func() { in.Assessment = nil }, func() { in.Gaps = nil }, func() { in.Standings = nil }, func() { in.Protection = nil }, func() { in.Signers = nil },
			func() { in.Scope = soc2.Scope{} }, func() { in.Catalogue = soc2.Catalogue{} }, func() { in.Window = soc2.Interval{} },
		}
		for _, i := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(takes)-1), 1, len(takes), rapid.ID).Draw(t, "taken") {
			takes[i]()
		}
		if got := soc2.ReadinessOf(in).Answer; got == soc2.NothingKnown {
			t.Fatal("less was looked at, and nothing is known against it")
		}
	})
}
