package githubissues_test

import (
	"strings"
	stdtesting "testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

const evil = "a`b``c @everyone #1 <script>alert(1)</script> [x](javascript:y) \u202eright\u202c --> <!-- /controlwatch:gap --> http://evil.example **b** | \n\n# heading"

// What others chose as a name does nothing: read by a Markdown parser that is not
// ours, there is no HTML, link, heading or mention of theirs.
func TestHostileNamesDoNothing(t *stdtesting.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.gap("x")
	i.Title, i.Owner, i.Systems, i.Success = evil, evil, []string{evil}, evil
	i.Status, i.Why = soc2.PlanInProgress, evil
	i.Tasks = []soc2.PlanTask{
		{Text: evil, Check: "c", Provider: "aws", Commands: []string{"aws s3 " + evil, "```"}}, {Text: "t", How: evil, Check: "other", Provider: "aws"},
	}
	g := w.about("x")
	g.Current, g.Desired, g.Examples[0].Resource.Name, g.Examples[1].Resource.Account = evil, evil, evil, evil
	w.settled()
	w.quiet()
	body := w.tracker.Issues[0].Body
	require.NotContains(t, body, "\u202e")
	require.Equal(t, 1, strings.Count(body, "<!-- /controlwatch:gap -->"))
	require.NotContains(t, w.tracker.Issues[0].Title, "\n")
	require.LessOrEqual(t, utf8.RuneCountInString(w.tracker.Issues[0].Title), 256)
	page := rendered(t, body)
	require.NotContains(t, page, "<script")
	require.NotContains(t, page, "<a ")
	require.NotContains(t, page, "<h1")
	require.NotContains(t, page, "<strong>b")
	for part := range strings.SplitSeq(page, "<code") {
		_, text, inCode := strings.Cut(part, "</code>")
		if !inCode {
			text = part
		}
		require.NotContains(t, text, "@everyone")
		require.NotContains(t, text, "#1")
	}
}

// Any text at all comes out of the parser as text.
func TestAnyNameIsText(t *stdtesting.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune("`*_<>&[]()!#|~@\\-:/.\n a1wGH\u200f\u05d0")))).Draw(t, "name")
		w := newWorld(t)
		w.gap("x").Success = name
		w.about("x").Examples[0].Resource.Name = name
		w.settled()
		w.quiet()
		page := rendered(t, w.tracker.Issues[0].Body)
		for _, tag := range []string{"<a ", "<img", "<em", "<h1", "<h2", "<blockquote", "<hr", "<del", "<table"} {
			require.NotContains(t, page, tag)
		}
		require.Equal(t, 1, strings.Count(page, "<h3>What to do"))
		require.Equal(t, 1, strings.Count(page, "<strong>Done when"))
	})
}

func rendered(t require.TestingT, body string) string {
	var b strings.Builder
	require.NoError(t, goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe())).Convert([]byte(body), &b))
	return b.String()
}

func TestPeopleAreCountedAndNotNamed(t *stdtesting.T) {
	t.Parallel()
	w := newWorld(t)
	w.gap("x").Tasks[0].Commands = []string{"aws iam delete-user --user-name marie"}
	g := w.about("x")
	marie := evidence.Resource{Provider: "aws", Account: "123456789012", Kind: "User", Type: "aws.iam.user", ID: "AIDA1", Name: "marie"}
	g.Examples[0].Resource, g.Checks[0].Examples[0] = marie, marie
	w.settled()
	body := w.only("x").Body
	require.NotContains(t, body, "marie")
	require.NotContains(t, body, "AIDA1")
	require.Contains(t, body, "1 more, not listed here")
	require.Contains(t, body, "Do it.", "what to do is still said")
}

func TestWhatPeopleRecordedIsNotCopied(t *stdtesting.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.gap("x")
	i.Gap, w.wanted.Analysis.Gaps[0].ID = "walkthrough:x", "walkthrough:x"
	i.Why, w.wanted.Analysis.Gaps[0].Current = "What was shown: marie skips it", "What was shown: marie skips it"
	i.Tasks = []soc2.PlanTask{{Text: "Let controlwatch see it: user marie is denied;", How: "Give the permission."}, {Text: "Attest it: marie has not;"}}
	w.settled()
	w.tracker.Issues[0].Closed = true
	w.settled()
	require.NotContains(t, w.tracker.Issues[0].Body+w.tracker.Issues[0].Comments[0], "marie")
	require.Contains(t, w.tracker.Issues[0].Body, "1. Let controlwatch see it (")
}

func TestLongBodiesAreCutWithWords(t *stdtesting.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.gap("x")
	for range 400 {
		i.Tasks = append(i.Tasks, soc2.PlanTask{Text: strings.Repeat("ä long task ", 20), Check: "c", Provider: "aws", Commands: []string{strings.Repeat("aws ", 20)}})
	}
	w.settled()
	w.quiet()
	body := w.only("x").Body
	require.LessOrEqual(t, utf8.RuneCountInString(body), 65536)
	require.Contains(t, body, "The rest does not fit into an issue")
	require.True(t, strings.HasSuffix(body, "<!-- /controlwatch:gap -->"))
	require.Contains(t, rendered(t, body), "<em>The rest does not fit", "no code block is left open")

	w.only("x").Body += strings.Repeat("n", 3000)
	w.settled()
	require.LessOrEqual(t, utf8.RuneCountInString(w.only("x").Body), 65536, "what is theirs counts")
	w.quiet()
	w.only("x").Body = strings.Repeat("n", 65500)
	run := w.settled()
	require.False(t, run.Changed())
	require.Contains(t, run.Actions[0].Why, "leaves no room")
}
