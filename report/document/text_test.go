package document

import (
	"regexp"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestTerminalFitsItsWidth(t *testing.T) {
	t.Parallel()
	for _, width := range []int{80, 100, 200} {
		out := string(written(t, "table", whole(2*measured), Options{Width: width}))
		require.NotContains(t, out, "\x1b")
		require.NotContains(t, out, "\u202e")
		for line := range strings.SplitSeq(out, "\n") {
			require.LessOrEqual(t, text.StringWidthWithoutEscSequences(line), width, line)
		}
		all := []string{"◐ Not all was observed.", "No risk was accepted.", "1234567"}
		if width == 200 { // narrower, these are folded in their columns
			all = append(all, "bucket-00399", "✕ gap seen")
		}
		for _, says := range all {
			require.Contains(t, strings.Join(strings.Fields(out), " "), says)
		}
	}
	require.Contains(t, string(written(t, "table", whole(1), Options{Width: 80, Colour: true})), "\x1b[")
}

// TestMarkdownIsOnlyText: whatever a name is, it begins no link, picture, HTML,
// mention or block of its own.
func TestMarkdownIsOnlyText(t *testing.T) {
	t.Parallel()
	live := regexp.MustCompile("(^|[^\\\\])([\\]`*_|<>~\\[]|https?:|@[a-z])|(?m)^(#|\\+|-|=|\\d+[.)])")
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.SampledFrom(nasty), rapid.StringOf(rapid.RuneFrom([]rune("ab1.)#-+=*_`[]()<>!|~@&\\ \nhttps://")))).Draw(t, "name")
		out := escapeMarkdown(visible(s))
		require.NotRegexp(t, live, strings.ReplaceAll(out, `\\`, "%"))
	})
	md := string(written(t, "md", whole(60), Options{}))
	require.NotContains(t, md, "<script")
	require.Contains(t, md, "| --- |")
	rows := 0
	for line := range strings.SplitSeq(md, "\n") {
		if strings.HasPrefix(line, "| arn:") {
			rows++
			require.Equal(t, 8, strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"), line)
		}
	}
	require.Equal(t, 60, rows)
}

func TestStatesAreNeverColourAlone(t *testing.T) {
	t.Parallel()
	require.Equal(t, "not stated", State(Good, "").String())
	require.Equal(t, Unseen, State(Good, "").tone)
	require.Equal(t, "unseen", Tone(99).String())
	for tone := Bad; tone <= Sample; tone++ {
		require.NotEmpty(t, markOf(tone), tone.String())
		require.Contains(t, paper, tone)
	}
	shapes := map[string]Tone{}
	for tone := Bad; tone <= Low; tone++ {
		require.NotContains(t, shapes, tone.mark())
		shapes[tone.mark()] = tone
	}
}

func TestJSONNamesItsSchema(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	require.EqualError(t, JSON(&b, map[string]int{"a": 1}), "write JSON: map[string]int does not name its schema")
	require.NoError(t, JSON(&b, map[string]string{"schema": "controlwatch.x/v1", "name": "<b>"}))
	require.Contains(t, b.String(), `"name": "<b>"`)
}
