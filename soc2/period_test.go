package soc2

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

func on(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC)
}

var half = Interval{on(time.January, 1), on(time.July, 1)}

func TestAttestationsCountByTheDayOfTheActivity(t *testing.T) {
	t.Parallel()
	quarterly := Control{ID: "access-is-reviewed", AttestationAsked: &AttestationAsked{Validity: "P90D", Evidence: []string{"the list"}, Reviewer: true}}
	act := func(performed time.Time, change func(*evidence.Attestation)) AttestedAct {
		a := evidence.Attestation{
			Control: quarterly.ID, Result: evidence.Met, PerformedAt: performed, PerformedBy: "marie", ReviewedBy: "kofi", Files: []evidence.File{{Path: "a"}},
		}
		if change != nil {
			change(&a)
		}
		return AttestedAct{Attestation: a, ID: performed.Format(time.DateOnly), Recorded: on(time.December, 31)}
	}
	covering := func(from, to time.Time) func(*evidence.Attestation) {
		return func(a *evidence.Attestation) { a.CoversFrom, a.CoversTo = from, to }
	}
	for name, c := range map[string]struct {
		acts  []AttestedAct
		want  []DueState
		state PeriodState
	}{
		"in time, uploaded long after":   {[]AttestedAct{act(on(time.March, 31), nil), act(on(time.April, 1), nil)}, []DueState{DuePerformed, DuePerformed}, NoDeviationSeen},
		"the quarter after does not do":  {[]AttestedAct{act(on(time.April, 1), nil)}, []DueState{DueMissing, DuePerformed}, PeriodIncomplete},
		"late, as it says of itself":     {[]AttestedAct{act(on(time.April, 2), covering(on(time.January, 1), on(time.April, 1)))}, []DueState{DueLate, DuePerformed}, DeviationSeen},
		"nobody":                         {nil, []DueState{DueMissing, DueMissing}, PeriodIncomplete},
		"not met, and met the next day":  {[]AttestedAct{act(on(time.February, 1), func(a *evidence.Attestation) { a.Result = evidence.NotMet }), act(on(time.February, 2), nil), act(on(time.May, 2), nil)}, []DueState{DueNotMet, DuePerformed}, DeviationSeen},
		"without review":                 {[]AttestedAct{act(on(time.February, 1), func(a *evidence.Attestation) { a.ReviewedBy = " Ma\u200brie" }), act(on(time.May, 2), nil)}, []DueState{DueLacking, DuePerformed}, PeriodIncomplete},
		"without evidence, of no result": {[]AttestedAct{act(on(time.February, 1), func(a *evidence.Attestation) { a.Files = nil }), act(on(time.May, 2), func(a *evidence.Attestation) { a.Result = "fine" })}, []DueState{DueLacking, DueLacking}, PeriodIncomplete},
		"nothing to do":                  {[]AttestedAct{act(on(time.February, 1), func(a *evidence.Attestation) { a.Result = evidence.NoOccurrence }), act(on(time.May, 2), func(a *evidence.Attestation) { a.Result = evidence.NoOccurrence })}, []DueState{DueNone, DueNone}, NoneOccurred},
		"dated ahead of now":             {[]AttestedAct{act(on(time.February, 1), nil), act(on(time.August, 1), nil)}, []DueState{DuePerformed, DueMissing}, PeriodIncomplete},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			due := attestationsDue(quarterly, c.acts, PeriodAsked{Window: half, Zone: time.UTC}, half.To)
			var got []DueState
			for _, d := range due {
				got = append(got, d.State)
			}
			require.Equal(t, c.want, got)
			require.Equal(t, c.state, attestedState(due))
		})
	}

	t.Run("a yearly one is not due within half a year, and the year before shows", func(t *testing.T) {
		t.Parallel()
		yearly := quarterly
		yearly.AttestationAsked = &AttestationAsked{Validity: "P1Y"}
		asked := PeriodAsked{Window: half, Zone: time.UTC}
		due := attestationsDue(yearly, nil, asked, half.To)
		require.Len(t, due, 1)
		require.Equal(t, DueOpen, due[0].State)
		require.Equal(t, Interval{on(time.January, 1), on(time.January, 1).AddDate(1, 0, 0)}, due[0].Interval)
		require.Equal(t, PeriodIncomplete, attestedState(due))

		due = attestationsDue(yearly, []AttestedAct{act(on(time.January, 1).AddDate(0, 0, -9), nil)}, asked, half.To)
		require.Equal(t, on(time.January, 1).AddDate(0, 0, -9), due[0].Before)
		require.Equal(t, NoDeviationSeen, attestedState(due))
	})
}

func TestInTime(t *testing.T) {
	t.Parallel()
	const limit = 30 * 24 * time.Hour
	bad, now := on(time.January, 10), on(time.June, 1)
	for name, c := range map[string]struct {
		d    Deviation
		want InTime
	}{
		"seen good in time":                 {Deviation{LastBad: bad.AddDate(0, 0, 28), FirstGood: bad.AddDate(0, 0, 30), End: EndFixed}, FixedInTime},
		"seen good too late, bad in time":   {Deviation{LastBad: bad.AddDate(0, 0, 28), FirstGood: bad.AddDate(0, 0, 31), End: EndFixed}, FixNotShown},
		"seen bad when it was over":         {Deviation{LastBad: bad.AddDate(0, 0, 31), FirstGood: bad.AddDate(0, 0, 32), End: EndFixed}, FixLate},
		"open and over":                     {Deviation{LastBad: bad}, FixLate},
		"out of sight with its scope":       {Deviation{LastBad: bad, Left: LeftScope}, FixNotShown},
		"accepted for years, open and over": {Deviation{LastBad: bad, Accepted: []Accepted{{Interval: Interval{bad, now}}}}, FixLate},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.d.FirstBad = bad
			require.Equal(t, c.want, c.d.Against(limit, now))
		})
	}
	require.Equal(t, FixRunning, Deviation{FirstBad: bad, LastBad: bad}.Against(limit, bad.AddDate(0, 0, 3)))
	require.Equal(t, FixLate, Deviation{FirstBad: bad, LastBad: bad, FirstGood: bad, End: EndFixed}.Against(0, now), "no limit is none that was kept")
}

func TestPeriodOf(t *testing.T) {
	t.Parallel()
	users := evidence.Population{Kind: "User", Type: "u"}
	cat := Catalogue{
		Criteria: []Criterion{{ID: "CC6.1", Category: "Security", Residual: "Ask."}, {ID: "P1.1", Category: "Privacy"}, {ID: "CC9.9", Category: "Security"}},
		Controls: []Control{{ID: "c", Likelihood: 5, Impact: 5, Criteria: []Mapping{{ID: "CC6.1", Residual: "Look."}}, Checks: []Check{{ID: "k", Kind: "User"}}}},
	}
	all := Intervals{half}
	whole := func() PeriodEvidence {
		return PeriodEvidence{
			Window: half, Until: half.To, Began: half.From.AddDate(0, -1, 0), Populations: []PopulationHistory{{Population: users, Scope: all}},
			Controls: map[string]*ControlHistory{"c": {Catalogued: all, Resources: 3, Applicable: 2}},
		}
	}
	asked := PeriodAsked{Window: half, Zone: time.UTC, Catalogue: cat, Categories: []string{"Security"}}
	for name, c := range map[string]struct {
		change func(*PeriodEvidence)
		want   PeriodState
	}{
		"all observed":          {func(*PeriodEvidence) {}, NoDeviationSeen},
		"nothing it applies to": {func(e *PeriodEvidence) { e.Controls["c"].Applicable = 0 }, NoneOccurred},
		"nothing it applies to, one minute lost": {func(e *PeriodEvidence) {
			e.Controls["c"].Applicable = 0
			e.Populations[0].Gaps = []SightGap{{Interval: Interval{half.From, half.From.Add(time.Minute)}}}
		}, PeriodIncomplete},
		"a minute lost": {func(e *PeriodEvidence) {
			e.Populations[0].Gaps = []SightGap{{Interval: Interval{half.From, half.From.Add(time.Minute)}}}
		}, PeriodIncomplete},
		"a resource that could not be judged": {func(e *PeriodEvidence) {
			e.Controls["c"].Unjudged = []Unjudged{{Interval: Interval{half.From, half.From.Add(time.Minute)}, Resources: 1}}
		}, PeriodIncomplete},
		"not in the catalogue for a day":           {func(e *PeriodEvidence) { e.Controls["c"].Catalogued = Intervals{{half.From.AddDate(0, 0, 1), half.To}} }, PeriodIncomplete},
		"never judged":                             {func(e *PeriodEvidence) { e.Controls = nil }, PeriodIncomplete},
		"no source":                                {func(e *PeriodEvidence) { e.Populations = nil }, PeriodIncomplete},
		"a source that was in scope half the time": {func(e *PeriodEvidence) { e.Populations[0].Scope = Intervals{{half.From, on(time.March, 1)}} }, PeriodIncomplete},
		"a deviation, and holes too": {func(e *PeriodEvidence) {
			e.Controls["c"].Deviations = []Deviation{{Control: "c", FirstBad: half.From}}
			e.Populations = nil
		}, DeviationSeen},
		"a deviation that is accepted and excluded": {func(e *PeriodEvidence) {
			e.Controls["c"].Deviations = []Deviation{{Control: "c", FirstBad: half.From, Accepted: []Accepted{{Expires: half.To}}}}
			e.Decisions = []Decision{{ID: "A", Kind: Accept, Control: "c", Approver: "kofi", Expires: half.To}, {ID: "X", Approver: "kofi", Kind: Exclude, Control: "c", Expires: half.To.AddDate(1, 0, 0)}}
		}, DeviationSeen},
		"an empty store": {func(e *PeriodEvidence) { *e = PeriodEvidence{Window: half, Until: half.To} }, PeriodIncomplete},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ev := whole()
			c.change(&ev)
			p := PeriodOf(ev, asked)
			require.Len(t, p.Controls, 1)
			require.Equal(t, c.want, p.Controls[0].State)
			require.Equal(t, c.want, p.Criteria[0].State)
			require.Equal(t, PeriodOutOfScope, p.Criteria[1].State)
			require.Equal(t, PeriodIncomplete, p.Criteria[2].State, "nothing tests it")
			require.Equal(t, "Ask. Look.", p.Criteria[0].Residual)
			lost := make([]Interval, 0, len(p.Controls[0].Holes))
			for _, h := range p.Controls[0].Holes {
				lost = append(lost, h.Interval)
				require.False(t, h.Empty())
			}
			require.Equal(t, half.Length(), p.Controls[0].Observed.Length()+Union(lost...).Length(), "each moment is observed or in a hole")
		})
	}

	t.Run("acceptances and exclusions are named, and a control that left the catalogue is shown", func(t *testing.T) {
		t.Parallel()
		ev := whole()
		ev.Controls["c"].Deviations = []Deviation{{Control: "c", FirstBad: half.From, Accepted: []Accepted{{Expires: half.To}}}}
		ev.Decisions = []Decision{{ID: "A", Kind: Accept, Control: "c", Approver: "kofi", Expires: half.To}, {ID: "X", Approver: "kofi", Kind: Exclude, Control: "c", Expires: half.To.AddDate(1, 0, 0)}}
		ev.Controls["old"] = &ControlHistory{Catalogued: all}
		p := PeriodOf(ev, asked)
		require.Equal(t, "A", p.Controls[0].Deviations[0].Accepted[0].Decision)
		require.Equal(t, "X", p.Controls[0].Deviations[0].ExcludedBy)
		require.Equal(t, "old", p.Controls[1].ID)
		require.False(t, p.Controls[1].InCatalogue)
		require.Equal(t, PeriodIncomplete, p.Controls[1].State)
	})

	t.Run("a filter says what it leaves out", func(t *testing.T) {
		t.Parallel()
		narrowed := asked
		narrowed.Filter.Controls = []string{"other"}
		p := PeriodOf(whole(), narrowed)
		require.Empty(t, p.Controls)
		require.Equal(t, 1, p.LeftOut)
		require.Zero(t, p.Days.Covered, "no control is observed where none is shown")
	})
}
