package page_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon/page"
	"github.com/controlwatch/controlwatch/soc2"
)

// section is one part of the page, by its id.
func section(t *testing.T, out, id string) string {
	t.Helper()
	_, after, found := strings.Cut(out, `<section id="`+id+`"`)
	require.True(t, found, id)
	inside, _, found := strings.Cut(after, "</section>")
	require.True(t, found, id)
	return inside
}

func TestOneEventPerResourceWhateverTheNumberOfControls(t *testing.T) {
	t.Parallel()
	in := input(4)
	other := in.Recent[0]
	other.Control, other.Severity = "people-use-multi-factor-sign-in", soc2.Low
	in.Recent = append(in.Recent, other)
	drift := section(t, render(t, in), "drift")
	require.Equal(t, 3, strings.Count(drift, `<li class="event `))
	require.Contains(t, drift, `>users-have-mfa</a>, <a href="#control-people-use-multi-factor-sign-in">`)
	require.Contains(t, drift, "<dt>system <b>3</b></dt>")
	require.Contains(t, drift, `<div class="none"><dt>scope <b>0</b></dt>`)
	require.Contains(t, drift, "cause: sight")
}

func TestEarlierDriftIsAskedFor(t *testing.T) {
	t.Parallel()
	in := input(4)
	for i := range 9 {
		d := in.Recent[2]
		d.Resource.ID = strconv.Itoa(i)
		in.Recent = append(in.Recent, d)
	}
	drift := section(t, render(t, in), "drift")
	require.Contains(t, drift, "<summary>4 earlier</summary>")
	require.Equal(t, 12, strings.Count(drift, `<li class="event `))
}

func TestWorstGapsAreOfDifferentControls(t *testing.T) {
	t.Parallel()
	in := input(80)
	for i := range in.Assessment.Findings {
		if i%7 == 3 {
			in.Assessment.Findings[i].Remediation = "Something else."
		}
	}
	gaps := section(t, render(t, in), "gaps")
	headings := regexp.MustCompile(`<h3><a href="(#control-[^"]+)"`).FindAllStringSubmatch(gaps, -1)
	require.Len(t, headings, 6)
	seen := map[string]bool{}
	for _, h := range headings {
		require.False(t, seen[h[1]], h[1])
		seen[h[1]] = true
	}
	require.Contains(t, gaps, "1 more of this control, mended otherwise")
	require.Contains(t, gaps, "and 3 more")
	require.Contains(t, gaps, "98 more findings fail", "14 controls of 7 that are not shown")
	require.Contains(t, gaps, "Ask the person to enrol a second factor.\nThen deny")
}

func TestNothingFailsIsSaidWithCare(t *testing.T) {
	t.Parallel()
	in := input(4)
	in.Assessment.Findings = nil
	in.Assessment.Outcomes = map[soc2.Outcome]int{soc2.Pass: 3}
	out := render(t, in)
	require.Contains(t, section(t, out, "gaps"), "What was not seen may hide some.")
	require.Contains(t, out, "No finding fails")
	require.Contains(t, section(t, render(t, page.Input{Now: now, Assessment: &soc2.Assessment{At: now}}), "gaps"), "Nothing was judged.")
}

func TestTheBarIsFilledByItsParts(t *testing.T) {
	t.Parallel()
	out := render(t, input(4))
	end := 0
	for _, m := range regexp.MustCompile(`<rect class="(?:fail|unobserved|pass|not_applicable)" x="(\d+)" width="(\d+)"`).FindAllStringSubmatch(out, -1) {
		x, _ := strconv.Atoi(m[1])
		width, _ := strconv.Atoi(m[2])
		require.Equal(t, end, x)
		end = x + width
	}
	require.Equal(t, 1000, end)
}

// A page that loads itself again closes what the reader has opened.
func TestThePageStaysStillUnlessAsked(t *testing.T) {
	t.Parallel()
	in := input(4)
	require.NotContains(t, render(t, in), `http-equiv="refresh"`)
	in.Follow = true
	require.Contains(t, render(t, in), `http-equiv="refresh" content="15"`)
	require.Contains(t, render(t, page.Input{Now: now}), `http-equiv="refresh" content="3"`, "there is nothing to lose yet")
}

func TestEveryLinkOnThePageLeadsSomewhere(t *testing.T) {
	t.Parallel()
	out := render(t, input(80))
	for _, m := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(out, -1) {
		if !strings.HasPrefix(m[1], "control-") { // a control that is gone has drift still
			require.Contains(t, out, ` id="`+m[1]+`"`)
		}
	}
}

func TestWhatIsToBeTypedLooksLikeIt(t *testing.T) {
	t.Parallel()
	in := input(1)
	for said, want := range map[string]string{
		"Run `a <b>`, then `c`.": "<bdi>Run <code>a &lt;b&gt;</code>, then <code>c</code>.</bdi>",
		"Never `closed":          "<bdi>Never `closed</bdi>",
		"`a` and `b":             "<bdi><code>a</code> and `b</bdi>",
		"``":                     "",
	} {
		in.Assessment.Findings[0].Remediation = said
		require.Contains(t, section(t, render(t, in), "gaps"), want)
	}
}

func TestALongStateIsCutOnItsCardOnly(t *testing.T) {
	t.Parallel()
	in := input(1)
	long := strings.Repeat("ж", 150)
	observed := `{"a":"` + long + `","b":"` + long + `"}`
	for i := range in.Assessment.Findings {
		in.Assessment.Findings[i].Observed = []byte(observed)
	}
	out := render(t, in)
	require.NotContains(t, section(t, out, "gaps"), "b: "+long)
	require.Contains(t, section(t, out, "gaps"), "…</bdi>")
	require.Contains(t, section(t, out, "controls"), "b: "+long)
}
