package page_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon/page"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

var now = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

// criteria are the ids of all 61, by series.
var criteria = []struct {
	prefix, category string
	count            int
}{
	{"CC1", "Security", 5},
	{"CC2", "Security", 3},
	{"CC3", "Security", 4},
	{"CC4", "Security", 2},
	{"CC5", "Security", 3},
	{"CC6", "Security", 8},
	{"CC7", "Security", 5},
	{"CC8", "Security", 1},
	{"CC9", "Security", 2},
	{"A1", "Availability", 3},
	{"C1", "Confidentiality", 2},
	{"PI1", "Processing Integrity", 5},
	{"P1", "Privacy", 1},
	{"P2", "Privacy", 1},
	{"P3", "Privacy", 2},
	{"P4", "Privacy", 3},
	{"P5", "Privacy", 2},
	{"P6", "Privacy", 7},
	{"P7", "Privacy", 1},
	{"P8", "Privacy", 1},
}

// input is a page with as many controls as asked for, and something of everything.
func input(controls int) page.Input {
	a := soc2.Assessment{ID: "a", At: now.Add(-4 * time.Minute), Outcomes: map[soc2.Outcome]int{soc2.Fail: 23, soc2.Unobserved: 11, soc2.Pass: 314, soc2.NotApplicable: 6}, SampleData: true}
	i := 0
	for _, s := range criteria {
		for n := range s.count {
			state := []soc2.CriterionState{soc2.EvidenceIncomplete, soc2.GapSeen, soc2.EvidenceIncomplete, soc2.NoGapSeen, soc2.EvidenceIncomplete}[i%5]
			if s.category == "Privacy" {
				state = soc2.OutOfScope
			}
			a.Criteria = append(a.Criteria, soc2.CriterionResult{
				ID: fmt.Sprintf("%s.%d", s.prefix, n+1), Category: s.category, Title: "A criterion in a few words", State: state,
				Residual: "Whether the people who answer for it know that they do.", Controls: []string{"control-0"},
			})
			i++
		}
	}
	names := []string{"users-have-mfa", "datastores-are-encrypted", "default-branch-requires-review", "access-keys-are-rotated", "datastores-are-not-public"}
	for n := range controls {
		state := soc2.Outcomes[n%4]
		c := soc2.ControlResult{
			ID: fmt.Sprintf("%s-%d", names[n%5], n), Title: strings.ReplaceAll(names[n%5], "-", " "), Adoption: "adopted", State: state,
			Severity: soc2.Severities[n/3%4], Criteria: []soc2.Mapping{{ID: "CC6.1"}, {ID: "CC6.6"}}, Passing: 7 + n,
		}
		if state == soc2.Fail {
			c.Failing, c.Accepted, c.Excluded = 7, 1, n%2
			for k := range 7 {
				a.Findings = append(a.Findings, soc2.Finding{
					Control: c.ID, Check: "c", Outcome: soc2.Fail, Severity: c.Severity,
					Resource: evidence.Resource{Provider: "aws", Account: "111122223333", Region: "eu-west-1", Kind: "User", Type: "aws.iam.user", ID: fmt.Sprint(k), Name: fmt.Sprintf("person-%d", k)},
					Observed: json.RawMessage(`{"mfa.enrolled":false}`), Desired: "A second factor is enrolled.",
					Remediation: "Ask the person to enrol a second factor.\nThen deny what is done without one.",
				})
			}
		}
		if state == soc2.Unobserved {
			c.Unobserved = 3
		}
		a.Controls = append(a.Controls, c)
	}
	a.Holes = []soc2.ScopedHole{
		{Lack: &soc2.Lack{Provider: "aws", Account: "111122223333", Collector: "aws_s3_buckets", Hole: evidence.Hole{Type: "aws.s3.bucket", Field: "encryption.enabled", Reason: evidence.Denied, Operation: "s3:GetEncryptionConfiguration", Detail: "AccessDenied; grant s3:GetEncryptionConfiguration"}}, Resource: "logs"},
		{Lack: &soc2.Lack{Provider: "github", Account: "acme-robotics", Collector: "github_members", Hole: evidence.Hole{Type: "github.member", Reason: evidence.Throttled, Operation: "GET /orgs/{org}/members"}}},
	}
	populations := []evidence.Population{{Kind: "User", Type: "t"}}
	for n := range 9 {
		f := evidence.FeedState{Source: "aws/111122223333", ID: evidence.FeedID{Collector: fmt.Sprint(n)}, Populations: populations}
		f.Last = &evidence.Pull{StartedAt: now.Add(-time.Hour), FinishedAt: now, Populations: populations}
		f.Complete = map[string]time.Time{"t": f.Last.StartedAt}
		a.Feeds = append(a.Feeds, f)
	}
	a.Feeds = append(a.Feeds, evidence.FeedState{Source: "github/acme-robotics", Populations: populations})
	drift := func(ago time.Duration, change soc2.Change, cause soc2.Cause, from, to soc2.Outcome, name string) soc2.Drift {
		return soc2.Drift{
			At: now.Add(-ago), Change: change, Cause: cause, Control: "users-have-mfa", From: from, To: to, Severity: soc2.High,
			Resource: evidence.Resource{Provider: "aws", Account: "111122223333", Type: "aws.iam.user", ID: "u", Name: name},
		}
	}
	return page.Input{
		Assessment: &a, Now: now, Version: "1.0.0",
		Recent: []soc2.Drift{
			drift(4*time.Minute, soc2.Opened, soc2.CauseSystem, soc2.Pass, soc2.Fail, "ada"),
			drift(3*time.Hour, soc2.LostSight, soc2.CauseSight, soc2.Pass, soc2.Unobserved, "acme-robotics-logs"),
			drift(70*time.Hour, soc2.Resolved, soc2.CauseSystem, soc2.Fail, soc2.Pass, "linus"),
		},
		Sources: []page.Source{
			{Name: "github/acme-robotics", Provider: "github", Next: now.Add(time.Hour), Running: true, LastRun: now},
			{Name: "aws/111122223333", Provider: "aws", Next: now.Add(2 * time.Hour), LastRun: now.Add(-time.Hour)},
			{Name: "okta/acme-robotics", Provider: "okta", Next: now.Add(2 * time.Hour), Failed: true, LastRun: now.Add(-time.Hour)},
		},
	}
}

func render(t *testing.T, in page.Input) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, page.Write(&b, in))
	if file := os.Getenv("CONTROLWATCH_PAGE"); file != "" && in.Assessment != nil && len(in.Assessment.Controls) == 80 {
		require.NoError(t, os.WriteFile(file, b.Bytes(), 0o600)) // for a person to look at
	}
	return b.String()
}

func TestPage(t *testing.T) {
	t.Parallel()
	out := render(t, input(80))
	require.Equal(t, 61, strings.Count(out, `<span class="cell `))
	require.Equal(t, 20, strings.Count(out, `<details class="group">`), "one for each series")
	require.Equal(t, 80, strings.Count(out, `<tr role="row" id="control-`))
	require.Contains(t, out, "and 2 more, all in the")
	require.Contains(t, out, "Sample data.")
	require.Contains(t, out, "9 of 9 pulls")
	require.Contains(t, out, "0 of 1 pulls")
	require.Contains(t, out, "some never")
	require.Contains(t, out, "not planned yet")
	require.Contains(t, out, `<span class="pill">running</span>`)
	require.Contains(t, out, "Whether the people who answer for it know that they do.")
	require.Less(t, strings.Index(out, "users-have-mfa-0"), strings.Index(out, "access-keys-are-rotated-3"), "what fails comes first")
}

func TestPageLoadsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	out := render(t, input(10))
	require.NotRegexp(t, `(?i)<script|\son[a-z]+=|style=|javascript:|@import|url\(`, out+string(page.Style))
	for _, m := range regexp.MustCompile(`(?:href|src)="([^"]*)"`).FindAllStringSubmatch(out, -1) {
		require.Regexp(t, `^[/#]`, m[1])
		require.NotRegexp(t, `^//`, m[1])
	}
	require.NotContains(t, out, "ZgotmplZ", "the template found something unsafe in a place it cannot escape")
}

func TestColourIsNeverAlone(t *testing.T) {
	t.Parallel()
	out := render(t, input(8))
	cells := 0
	cell := regexp.MustCompile(`<span class="cell ([a-z-]+)"[^>]*><svg [^>]*><use href="#mark-([a-z-]+)"></use></svg><b>[^<]+</b> <i class="hidden">([^<]+)</i>`)
	for _, m := range cell.FindAllStringSubmatch(out, -1) {
		require.Equal(t, m[1], m[2], "the shape")
		require.Equal(t, strings.ReplaceAll(m[1], "-", " "), m[3], "the word")
		cells++
	}
	require.Equal(t, 61, cells)
	require.NotRegexp(t, `class="pill[^"]*"></span>`, out)
}

func TestPageNeverClaims(t *testing.T) {
	t.Parallel()
	require.NotRegexp(t, `(?i)\b(met|compliant|compliance|certified|100 ?%)\b`, render(t, input(80)))
}

func TestLongListsSayHowMuchIsNotShown(t *testing.T) {
	t.Parallel()
	in := input(4)
	for i := range 20 {
		h := in.Assessment.Holes[0]
		lack := *h.Lack
		h.Lack = &lack
		h.Hole.Field = fmt.Sprintf("field%d", i)
		in.Assessment.Holes = append(in.Assessment.Holes, h)
	}
	require.Contains(t, render(t, in), "and 9 more like these")
}

func TestPageWithoutAssessment(t *testing.T) {
	t.Parallel()
	out := render(t, page.Input{Now: now, Sources: []page.Source{{Name: "aws/1"}}, Problems: []string{"The last assessment failed; the log says why."}})
	require.Contains(t, out, "The first assessment is under way.")
	require.Contains(t, out, "Degraded.")
	require.Contains(t, out, "not planned yet")
	require.NotContains(t, out, "Nothing that was planned is missing.")
	require.NotContains(t, out, `class="cell`)
}

func TestAnEmptyAssessmentLooksLikeNothingSeen(t *testing.T) {
	t.Parallel()
	out := render(t, page.Input{Now: now, Assessment: &soc2.Assessment{At: now}})
	require.Contains(t, out, "Anything: no source has been planned yet.")
	require.NotContains(t, out, "Nothing that was planned is missing.")
	require.NotContains(t, out, "Sample data")
}

func TestHostileNames(t *testing.T) {
	t.Parallel()
	for _, evil := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, "a\u202eb", "line\nbreak", "null\x00byte", "javascript:alert(1)", `{{.Problems}}`, "\xff", "\u200b", "\u202e<bdi>",
	} {
		in := input(8)
		for i := range in.Assessment.Findings {
			f := &in.Assessment.Findings[i]
			f.Resource.Name, f.Resource.Account, f.Desired = evil, evil, evil
			f.Observed, _ = json.Marshal(map[string]string{"a": evil})
		}
		for i := range in.Assessment.Holes {
			in.Assessment.Holes[i].Account, in.Assessment.Holes[i].Hole.Detail, in.Assessment.Holes[i].Hole.Operation = evil, evil, evil
		}
		for i := range in.Recent {
			in.Recent[i].Resource.Name = evil
		}
		in.Sources[0].Name = evil
		in.Assessment.Controls[0].ID = evil
		in.Assessment.Criteria[0].Controls = []string{evil}
		out := render(t, in)
		require.NotRegexp(t, `(?i)<script|<img|<bdi>[^<]*<bdi`, out)
		require.NotRegexp(t, `href="javascript:`, out)
		require.NotContains(t, out, "\x00")
		require.True(t, strings.HasSuffix(strings.TrimSpace(out), "</html>"))
		require.NotRegexp(t, "[\u202a-\u202e\u2066-\u2069\u200b]", out)
	}
}
