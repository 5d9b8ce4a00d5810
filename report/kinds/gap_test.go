package kinds

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

// hostile are names that others can choose.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `=HYPERLINK("http://evil","x")`, "+1+1", "@SUM(A1)", "\t=1", "evil\u202egnp.exe", "李小龍", "שלום", "null\x00byte",
	"a|b`c*d_e[f](javascript:alert(1))", "</style></script>", "line\nbreak", "", strings.Repeat("x", 500),
}

// analysedWorld is a company of n findings, a third of which fail, are unobserved and
// pass; names are those that name gives.
func analysedWorld(n int, name func(int) string) Analysed {
	cat, a := world()
	for i := range cat.Criteria {
		cat.Criteria[i].Category, cat.Criteria[i].Series = map[string]string{"A1.2": "Availability", "P1.1": "Privacy"}[cat.Criteria[i].ID], cat.Criteria[i].ID[:2]
		if cat.Criteria[i].Category == "" {
			cat.Criteria[i].Category = "Security"
		}
		cat.Criteria[i].Residual = "What remains of " + cat.Criteria[i].ID
	}
	for i := range cat.Controls {
		cat.Controls[i].Checks = []soc2.Check{{ID: "check", Effort: "low"}}
	}
	cat.Controls[1].After = []string{"users-have-mfa"}
	a.ID, a.Narrowings = "a1", []soc2.Narrowing{{Kind: soc2.LeaveOut, Leaves: "Privacy"}}
	a.Outcomes, a.Findings = map[soc2.Outcome]int{}, nil
	for c := range a.Controls {
		a.Controls[c].State, a.Controls[c].Criteria = soc2.Pass, cat.Controls[c].Criteria
	}
	for i := range n {
		c := i % len(a.Controls)
		r := &a.Controls[c]
		o := []soc2.Outcome{soc2.Fail, soc2.Unobserved, soc2.Pass}[i/2%3]
		a.Outcomes[o]++
		r.State = soc2.RollUp(r.State, o)
		switch o {
		case soc2.Fail:
			r.Failing++
		case soc2.Unobserved:
			r.Unobserved++
		case soc2.Pass, soc2.NotApplicable:
			r.Passing++
			continue
		}
		a.Findings = append(a.Findings, soc2.Finding{
			Control: r.ID, Check: "check", Outcome: o, Reason: name(i), Desired: "It is so. " + name(i), Remediation: "Run `do it --to NAME`. " + name(i), LastChanged: at.AddDate(0, 0, -i%90),
			Resource: evidence.Resource{Provider: "aws", Account: "111122223333", Region: "eu-west-1", Kind: "Datastore", Type: "aws.s3.bucket", ID: fmt.Sprintf("arn:%d", i), Name: name(i)},
			Observed: json.RawMessage(fmt.Sprintf(`{"encrypted":false,"name":%q}`, strings.ToValidUTF8(strings.ReplaceAll(name(i), "\x00", ""), ""))),
		})
	}
	soc2.SortFindings(a.Findings)
	for i := range n / 10 {
		a.Holes = append(a.Holes, soc2.ScopedHole{Lack: &soc2.Lack{Provider: "aws", Account: "111122223333", Region: "eu-west-1", Collector: "aws_s3", Hole: evidence.Hole{Type: "aws.s3.bucket", Field: "encryption", Reason: evidence.Reasons[i%len(evidence.Reasons)], Detail: name(i)}}, Resource: name(i)})
	}
	a.Feeds = nil
	for i := range 3 {
		f := evidence.FeedState{ID: evidence.FeedID{Collector: "aws_s3", Scope: evidence.Scope{Provider: "aws", Account: "111122223333", Region: fmt.Sprint(i)}}, Populations: []evidence.Population{{Kind: "Datastore", Type: "aws.s3.bucket"}}}
		if i > 0 {
			f.Last = &evidence.Pull{Items: 10, FinishedAt: at, Principal: name(i)}
			if i == 1 {
				f.Complete = map[string]time.Time{"aws.s3.bucket": at}
			}
		}
		a.Feeds = append(a.Feeds, f)
	}
	scope := soc2.Scope{Organization: name(1), Categories: []string{"Security", "Availability"}, Systems: []soc2.System{{ID: "shop", Title: name(2), Owner: name(3)}}, Commitments: []soc2.Commitment{{ID: "c", Text: name(4), Criteria: []string{"CC6.1"}, Law: name(5)}}}
	in := soc2.GapInputs{Assessment: &a, Catalogue: cat, Scope: scope, Began: at.AddDate(0, 0, -100)}
	analysis := soc2.AnalyseGaps(in)
	return Analysed{
		Catalogue: cat, Assessment: &a, Scope: scope, Analysis: analysis, Plan: soc2.PlanOf(soc2.PlanInputs{Analysis: analysis, Catalogue: cat, Scope: scope}),
		Progress: soc2.ProgressOf(&a, nil, in.Began, soc2.GapSeverities(analysis.Gaps)),
	}
}

func plain(i int) string { return fmt.Sprintf("name-%d", i) }

func nasty(i int) string { return hostile[i%len(hostile)] }

// written is a document in a format.
func written(t interface {
	require.TestingT
	Helper()
}, d document.Document, format, table string,
) string {
	t.Helper()
	var b bytes.Buffer
	f, ok := document.FormatOf(format)
	require.True(t, ok)
	require.NoError(t, f.Write(&b, d, document.Options{Width: 100, Table: table}))
	return b.String()
}

// table is a table of a document as rows of fields, its head left out.
func table(t interface {
	require.TestingT
	Helper()
}, d document.Document, name string,
) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(written(t, d, "csv", name))).ReadAll()
	require.NoError(t, err)
	return rows[1:]
}

// TestNumbersOfTheGapReportAgree: whatever was judged, each section's numbers are
// those of the assessment and of each other.
func TestNumbersOfTheGapReportAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := analysedWorld(rapid.IntRange(0, 200).Draw(t, "findings"), plain)
		r := GapOf(in)
		f := r.Figures
		require.Equal(t, len(in.Analysis.Gaps), f.Gaps+f.OutOfScope)
		require.Equal(t, f.Gaps, f.ToClose+f.Accepted)
		require.Equal(t, f.ToClose, f.Failing+f.Blind)
		require.Equal(t, f.Gaps, sum(f.Severity))
		require.Equal(t, f.Gaps, sum(f.Kinds))
		require.Equal(t, f.Gaps, r.Inherent.Total())
		require.Equal(t, f.Gaps, r.Residual.Total())
		require.Equal(t, len(in.Catalogue.Criteria), sum(f.Criteria))
		owned, overdue := 0, 0
		for _, o := range r.Owners {
			owned, overdue = owned+o.Gaps, overdue+o.Overdue
		}
		require.Equal(t, [2]int{f.ToClose, f.Overdue}, [2]int{owned, overdue})
		for _, o := range soc2.Outcomes {
			require.Equal(t, in.Assessment.Outcomes[o], r.Findings[o.String()])
		}
		failing, unseen := 0, 0
		for _, c := range r.Controls {
			failing, unseen = failing+c.Failing, unseen+c.Unobserved
		}
		require.Equal(t, [2]int{in.Assessment.Outcomes[soc2.Fail], in.Assessment.Outcomes[soc2.Unobserved]}, [2]int{failing, unseen})
		reasons, accounts, pieces := 0, 0, 0
		for _, x := range r.Observed.Reasons {
			reasons += x.Holes
		}
		for _, x := range r.Observed.Accounts {
			accounts += x.Holes
		}
		for _, x := range r.Observed.Unseen {
			pieces += x.Holes
		}
		require.Equal(t, []int{len(in.Assessment.Holes), len(in.Assessment.Holes), len(in.Assessment.Holes)}, []int{reasons, accounts, pieces})

		d := GapDocument(in.Head, r, in.Assessment)
		require.Len(t, table(t, d, "gaps"), len(in.Analysis.Gaps))
		require.Len(t, table(t, d, "criteria"), len(in.Catalogue.Criteria))
		findings := 0
		if len(in.Assessment.Findings) > 0 {
			findings = len(table(t, d, "findings"))
		}
		require.Equal(t, len(in.Assessment.Findings), findings)
		for i := range r.Gaps {
			require.NotNil(t, r.Gaps[i].Plan, "%s is in no plan", r.Gaps[i].ID)
		}
	})
}

func sum[K comparable](counts map[K]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

// TestNothingOfAGapReportReadsAsWell: titles of controls are what should be true.
func TestNothingOfAGapReportReadsAsWell(t *testing.T) {
	t.Parallel()
	in := analysedWorld(90, plain)
	in.Assessment.Controls[1].Failing = 0
	text := written(t, GapDocument(in.Head, GapOf(in), in.Assessment), "md", "")
	require.NotRegexp(t, `(?im)^#+ (users|data|backups) `, text, "a heading is the control's statement")
	require.Contains(t, text, "Does not hold: users have mfa")
	require.Contains(t, text, "Not shown to hold: backups are made")
	require.NotRegexp(t, `(?i)\b(compliant|compliance|certified|passed the audit)\b`, text)
	require.NotRegexp(t, `(?i)\bmet\b`, text)
}

func TestGapReportNamesWhatNarrowsAndWhoWaits(t *testing.T) {
	t.Parallel()
	in := analysedWorld(90, plain)
	r := GapOf(in)
	require.Equal(t, []GapFirst{{"control:users-have-mfa", "users have mfa", []string{"control:data-is-encrypted"}}}, r.First)
	d := GapDocument(in.Head, r, in.Assessment)
	require.Equal(t, [][]string{{"no decision", "scope", "Privacy is left out of scope", ""}}, table(t, d, "narrowings"))
	require.Contains(t, written(t, d, "md", ""), "Narrowed without a decision")
	for _, c := range r.Criteria {
		if c.ID == "P1.1" {
			require.Equal(t, "The category Privacy is not in scope (taken out, and no decision is recorded).", c.Why)
		}
		if c.ID == "A1.2" { // the assessment did not speak of it
			require.False(t, c.Judged)
			require.Equal(t, soc2.EvidenceIncomplete, c.State)
		}
	}
	account := r.Observed.Accounts[0]
	require.Equal(t, [4]int{3, 1, 1, 1}, [4]int{account.Feeds, account.Complete, account.Incomplete, account.Never})
	require.Equal(t, [2]int{3, 1}, [2]int{r.Populations[0].Lists, r.Populations[0].Whole})
}

// TestAFeedThatListsNothingIsNotWhole: nothing was seen to its end.
func TestAFeedThatListsNothingIsNotWhole(t *testing.T) {
	t.Parallel()
	require.False(t, seenWhole(evidence.FeedState{Last: &evidence.Pull{}}, at))
}

// TestReportsOfNothingSayThatNothingWasSeen: an empty store shows nothing well.
func TestReportsOfNothingSayThatNothingWasSeen(t *testing.T) {
	t.Parallel()
	cat, _ := world()
	a := soc2.Assessment{At: at}
	analysis := soc2.AnalyseGaps(soc2.GapInputs{Assessment: &a, Catalogue: cat})
	in := Analysed{Catalogue: cat, Assessment: &a, Analysis: analysis, Plan: soc2.PlanOf(soc2.PlanInputs{Analysis: analysis, Catalogue: cat}), Progress: soc2.ProgressOf(&a, nil, time.Time{}, nil)}
	for kind, d := range analysedDocuments(in) {
		for _, f := range document.Formats {
			text := written(t, d, f.Name, "")
			if f.Binary || f.Name == "csv" {
				continue
			}
			require.NotContains(t, strings.ToLower(text), "no gap seen</span>", kind)
			require.Contains(t, text, "No source had been read", "%s %s", kind, f.Name)
		}
		require.NotEqual(t, document.Good, worstTile(d), kind)
	}
	require.Zero(t, GapOf(in).Figures.Holding)
	require.Equal(t, len(cat.Controls), GapOf(in).Figures.Blind)
	text := written(t, GapDocument(in.Head, GapOf(in), &a), "md", "")
	require.NotContains(t, text, "Nothing that was to be read was missing")
	require.Contains(t, text, "No scope is stated")
	require.Contains(t, text, "No system is stated")
}

func worstTile(d document.Document) document.Tone {
	for _, t := range d.Summary {
		if t.Tone == document.Good {
			return document.Good
		}
	}
	return document.Plain
}

// TestNamesOfOthersStayText: in every kind and format.
func TestNamesOfOthersStayText(t *testing.T) {
	t.Parallel()
	in := analysedWorld(120, nasty)
	for kind, d := range analysedDocuments(in) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			for _, f := range document.Formats {
				require.NotEmpty(t, written(t, d, f.Name, ""), f.Name)
			}
			noMarkup(t, written(t, d, "html", ""))
			for _, name := range d.Tables() {
				for _, row := range table(t, d, name) {
					for _, cell := range row {
						require.NotRegexp(t, `^[=+@\t\r]`, cell, "%s begins like a formula", name)
					}
				}
			}
			require.NotContains(t, written(t, d, "table", ""), "\u202e")
		})
	}
}

// noMarkup refuses elements and attributes that a report has none of.
func noMarkup(t *testing.T, text string) {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		switch z.Next() {
		case html.ErrorToken:
			require.ErrorIs(t, z.Err(), io.EOF)
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			require.NotContains(t, []string{"script", "iframe", "object"}, token.Data)
			for _, a := range token.Attr {
				require.False(t, strings.HasPrefix(a.Key, "on"), "%s of %s", a.Key, token.Data)
				require.NotContains(t, strings.ToLower(a.Val), "javascript:")
				if token.Data == "img" {
					require.True(t, strings.HasPrefix(a.Val, "data:") || a.Key != "src", a.Val)
				}
			}
		case html.TextToken, html.EndTagToken, html.CommentToken, html.DoctypeToken:
		}
	}
}

// analysedDocuments are the reports made from an analysis.
func analysedDocuments(in Analysed) map[string]document.Document {
	return map[string]document.Document{
		"gap": GapDocument(in.Head, GapOf(in), in.Assessment), "risk": RiskDocument(in.Head, RiskOf(in), in.Assessment), "plan": PlanDocument(in.Head, PlanReportOf(in), in.Assessment),
	}
}

// TestExamplesAreBoundedAndTotalsAreNot: what is not shown is counted.
func TestExamplesAreBoundedAndTotalsAreNot(t *testing.T) {
	t.Parallel()
	in := analysedWorld(50_000, plain)
	r := GapOf(in)
	affected := 0
	for i := range r.Gaps {
		require.LessOrEqual(t, len(r.Gaps[i].Examples), 5)
		affected += r.Gaps[i].Affected
	}
	require.Equal(t, len(in.Assessment.Findings), affected)
	b, err := json.Marshal(r)
	require.NoError(t, err)
	require.Less(t, len(b), 1<<20, "the value is bounded; the findings are in the scan's")
}
