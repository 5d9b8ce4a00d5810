package report_test

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

func table(t *testing.T, a soc2.Assessment, o report.Options) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, report.Table(&b, a, o))
	return b.String()
}

func TestTable(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		of soc2.Assessment
		o  report.Options
	}{
		"80-columns":   {assessment(), report.Options{}},
		"140-columns":  {assessment(), report.Options{Width: 140}},
		"colour":       {assessment(), report.Options{Colour: true}},
		"many-bounded": {many(30), report.Options{Findings: 2, Unseen: 3}},
		"nothing":      {soc2.Assessment{}, report.Options{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden(t, []byte(table(t, c.of, c.o)), "testdata", name+".golden")
		})
	}
}

func TestTableFitsTheWidth(t *testing.T) {
	t.Parallel()
	a := many(30)
	a.Findings[1].Resource.Name = strings.Repeat("ada漢字", 60)
	a.Controls[0].ID = strings.Repeat("long-", 30)
	a.Holes[0].Hole.Detail = strings.Repeat("x", 500)
	for _, width := range []int{1, 80, 81, 99, 100, 133, 200} {
		for line := range strings.Lines(table(t, a, report.Options{Width: width, Colour: true})) {
			require.LessOrEqual(t, text.StringWidthWithoutEscSequences(strings.TrimRight(line, "\n")), max(width, report.MinWidth), line)
		}
	}
}

func TestTableNeverClaims(t *testing.T) {
	t.Parallel()
	claim := regexp.MustCompile(`(?i)\b(met|compliant|compliance|certified)\b`)
	for _, a := range []soc2.Assessment{assessment(), {}} {
		require.Empty(t, claim.FindAllString(table(t, a, report.Options{}), -1))
	}
}

func TestTableLabelsSampleData(t *testing.T) {
	t.Parallel()
	heading := regexp.MustCompile(`(?m)^[A-Z][^\n]*$`) // only headings, of sections and of the table, begin at the margin
	headings := 0
	for _, line := range heading.FindAllString(table(t, assessment(), report.Options{}), -1) {
		if strings.HasPrefix(line, "STATE") {
			continue
		}
		headings++
		require.Contains(t, line, "SAMPLE DATA")
	}
	require.Equal(t, 5, headings)

	real := assessment()
	real.SampleData = false
	require.NotContains(t, table(t, real, report.Options{}), "SAMPLE DATA")
}

func TestTableKeepsHostileNamesOnTheirLine(t *testing.T) {
	t.Parallel()
	for name, shown := range map[string]string{
		"eve\x1b[2K\rpass":           `"eve\x1b[2K\rpass"`,
		"two\nlines":                 `"two\nlines"`,
		"over\u202eride":             `"over\u202eride"`,
		"zero\u200bwidth":            `"zero\u200bwidth"`,
		"bad\xffutf8":                `"bad\xffutf8"`,
		" padded ":                   `" padded "`,
		"\u05d0\u05d1":               "\"\u05d0\u05d1\"\u200e",
		"quote\" and \\ backslash\b": `"quote\" and \\ backslash\b"`,
		"zoë":                        "zoë",
		"漢字":                         "漢字",
	} {
		a := assessment()
		a.Findings[1].Resource.Name = name
		a.Findings[1].Observed = nil
		out := table(t, a, report.Options{Width: 200})
		require.Contains(t, out, "aws.iam.user "+shown+" in aws")
		require.NotRegexp(t, "[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\u200b]", out)
	}
}

func TestTableIsColouredOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	require.NotContains(t, table(t, assessment(), report.Options{}), "\x1b")
	require.Contains(t, table(t, assessment(), report.Options{Colour: true}), "\x1b[")
}

func TestTableTellsWhenItCannotWrite(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, report.Table(full{}, assessment(), report.Options{}), "write the summary: no space left")
	require.ErrorContains(t, report.JSON(full{}, assessment()), "no space left")
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestUnknownReasonsAreShown(t *testing.T) {
	t.Parallel()
	a := assessment()
	a.Holes[0].Hole.Reason = "eclipse"
	require.Contains(t, table(t, a, report.Options{}), "eclipse (1)")
}
