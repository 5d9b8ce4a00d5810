package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// halfYear is a running period with one of everything, and names that somebody chose badly.
func halfYear() soc2.Period {
	day := func(n int) time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n) }
	window := soc2.Interval{From: day(0), To: day(181)}
	bad := evidence.Resource{Provider: "aws", Account: "111122223333", Kind: "User", Type: "aws.iam.user", ID: "arn:ada", Name: "=cmd()\x1b[31m\u202eada"}
	places := []string{"aws_iam_users aws/111122223333"}
	return soc2.Period{
		Asked: soc2.PeriodAsked{Type: soc2.TypeII, Window: window, Zone: time.UTC, FixWithin: soc2.DefaultFixWithin()},
		Until: day(90), Running: true, Began: day(-2), Assessments: 2160, Last: day(90), Days: soc2.Days{Covered: 88, Lost: 2, ToCome: 91},
		Controls: []soc2.ControlPeriod{{
			ID: "people-use-multi-factor-sign-in-wherever-they-sign-in-at-all", Title: "MFA", Severity: soc2.High, Adoption: "proposed", InCatalogue: true,
			Criteria: []soc2.Mapping{{ID: "CC6.1"}}, State: soc2.DeviationSeen, Planned: 9999, Executed: 9990, Elapsed: 90 * 24 * time.Hour,
			Seen: soc2.Intervals{{From: day(2), To: day(90)}}, Observed: soc2.Intervals{{From: day(2), To: day(90)}}, FixWithin: 30 * 24 * time.Hour,
			Holes: []soc2.PeriodHole{
				{SightGap: soc2.SightGap{Interval: soc2.Interval{From: day(0), To: day(2)}, Reason: evidence.Denied, Operation: "iam:ListUsers", Detail: "AccessDenied"}, Places: places},
				{SightGap: soc2.SightGap{Interval: soc2.Interval{From: day(89), To: day(90)}, Reason: soc2.NotSeenThere}, Check: "k", Open: true, Places: []string{"ada"}, More: 3},
			},
			Deviations: []soc2.Deviation{
				{
					Control: "c", Check: "k", Resource: bad, Severity: soc2.High, Before: soc2.BeforeGood, LastGood: day(4), FirstBad: day(5), LastBad: day(6),
					ByLook: true, End: soc2.EndFixed, FirstGood: day(7), Accepted: []soc2.Accepted{{Interval: soc2.Interval{From: day(5), To: day(6)}, Expires: day(99)}},
				},
				{Control: "c", Check: "k", Resource: bad, Severity: soc2.High, FirstBad: day(10), LastBad: day(11), Left: soc2.LeftScope, Unseen: soc2.Intervals{{From: day(11), To: day(90)}}},
				{Control: "c", Check: "k", Resource: bad, Severity: soc2.High, Before: soc2.BeforeAbsent, LastGood: day(9), FirstBad: day(10), LastBad: day(11), End: soc2.EndGone, FirstGood: day(12)},
			},
			Attestations: []soc2.AttestationDue{{Interval: soc2.Interval{From: day(0), To: day(90)}, State: soc2.DueLate, By: "marie", At: day(95), Lacks: []string{"evidence files"}}},
		}, {ID: "nothing-of-the-kind", Severity: soc2.Low, State: soc2.NoneOccurred, Elapsed: 90 * 24 * time.Hour}},
		Criteria: []soc2.CriterionPeriod{{ID: "CC6.1", State: soc2.DeviationSeen}, {ID: "CC6.2", State: soc2.NoneOccurred}, {ID: "P1.1", State: soc2.PeriodOutOfScope}},
		Judges:   []soc2.JudgeChange{{At: day(20), From: soc2.Judge{Catalogue: "a"}, To: soc2.Judge{Catalogue: "b"}, Added: []string{"x"}}},
		Scopes:   []soc2.ScopeChange{{At: day(30), Added: []evidence.FeedID{{Collector: "aws_iam_users"}}}},
		LeftOut:  3,
	}
}

func TestPeriodText(t *testing.T) {
	t.Parallel()
	for _, width := range []int{80, 140} {
		var b bytes.Buffer
		require.NoError(t, report.PeriodText(&b, halfYear(), report.Options{Width: width}))
		for line := range strings.Lines(b.String()) {
			require.LessOrEqual(t, text.StringWidthWithoutEscSequences(strings.TrimRight(line, "\n")), width, line)
		}
		words := strings.Join(strings.Fields(b.String()), " ")
		for _, says := range []string{
			"88 of 181 observed for every control shown, 2 lost, 0 under way, 91 to come",
			"3 deviations, 1 open, 1 not shown to be fixed in time",
			"2 holes: 1 still open, which can be mended now",
			"3 controls left out",
			"last seen good 2026-01-05 00:00 UTC, first seen bad 2026-01-06 00:00 UTC; seen within 1 d",
			"between 1 d and 2 d, of 30 d: in time",
			"a decision that is not in the store",
			"explains it and shortens nothing",
			"failed when first looked at, seen bad 2026-01-11 00:00 UTC; since when is not known",
			"open: it is out of scope since, and was not seen good",
			"last seen not to exist 2026-01-10 00:00 UTC",
			"it disappeared, it was not fixed",
			"late, 2026-04-06 by marie (identity not verified); lacks evidence files",
			"catalogue; 1 controls added, 0 removed, 0 changed",
			"no occurrence CC6.2",
		} {
			require.Contains(t, words, says)
		}
		require.NotContains(t, b.String(), "\x1b")
		require.NotContains(t, b.String(), "\u202e")
		require.NotRegexp(t, `(?i)compliant|: met|passed`, words)
	}
}

func TestStateOfADay(t *testing.T) {
	t.Parallel()
	p := halfYear()
	p.Asked.Type = soc2.TypeI
	p.Controls[0].Standing = soc2.Standing{Known: true, State: soc2.Fail, Failing: 7}
	p.Controls[0].Designs = []soc2.DesignConclusion{{By: "kofi", Conclusion: "suitably designed", At: p.Until}}
	var b bytes.Buffer
	require.NoError(t, report.PeriodText(&b, p, report.Options{}))
	words := strings.Join(strings.Fields(b.String()), " ")
	for _, says := range []string{"State as of 2026-06-30", "not judged", "none recorded for 1 control", "kofi, identity not verified"} {
		require.Contains(t, words, says)
	}
}

func TestPeriodJSON(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	require.NoError(t, report.PeriodJSON(&b, halfYear()))
	require.NotContains(t, b.String(), ": null,\n      \"holes\"", "lists are lists")
	dec := json.NewDecoder(&b)
	dec.DisallowUnknownFields()
	var r report.PeriodReport
	require.NoError(t, dec.Decode(&r))
	require.Equal(t, report.PeriodV1, r.Schema)
	d := r.Controls[0].Deviations
	require.EqualValues(t, 86400, *d[0].DetectAtMost)
	require.Equal(t, soc2.FixedInTime, d[0].InTime)
	require.Nil(t, d[1].DetectAtMost)
	require.Nil(t, d[1].FirstGood)
	require.Equal(t, []string{"open", "unseen", "out-of-scope"}, []string{d[1].End, d[1].Before, d[1].Left})
	require.Equal(t, soc2.FixNotShown, d[1].InTime)
	require.EqualValues(t, 88*86400, r.Controls[0].SeenFor)
	require.Nil(t, r.Controls[0].Standing)
}

func TestPeriodCSV(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	require.NoError(t, report.PeriodCSV(&b, halfYear()))
	rows, err := csv.NewReader(&b).ReadAll()
	require.NoError(t, err)
	kinds := map[string]int{}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	for _, row := range rows[1:] {
		kinds[row[column["row"]]]++
		if row[column["row"]] == "deviation" {
			require.Equal(t, `'=cmd()\u001b[31m\u202eada`, row[column["name"]], "no formula, nothing unseen")
		}
	}
	require.Equal(t, map[string]int{"control": 2, "deviation": 3, "hole": 2, "attestation": 1}, kinds)
}
