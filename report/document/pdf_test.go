package document

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/peertest"
)

// poppler reads a PDF with programs of others.
func poppler(t *testing.T, program string, d Document, args ...string) string {
	t.Helper()
	peertest.Need(t, program)
	file := filepath.Join(t.TempDir(), "report.pdf")
	require.NoError(t, os.WriteFile(file, written(t, "pdf", d, Options{}), 0o600))
	args = append(args, file)
	if program == "pdftotext" {
		args = append(args, "-")
	}
	out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}

func TestPDFIsReadByAnotherProgram(t *testing.T) {
	t.Parallel()
	d := whole(200)
	text := poppler(t, "pdftotext", d, "-layout")
	info := poppler(t, "pdfinfo", d)
	require.NotContains(t, info, "Error")
	require.Contains(t, info, "Gap analysis <b>of</b> everything")
	pages := regexp.MustCompile(`Pages:\s+(\d+)`).FindStringSubmatch(info)[1]

	sheets := strings.Split(strings.TrimSuffix(text, "\f"), "\f")
	require.Equal(t, pages, fmt.Sprint(len(sheets)))
	heads := 0
	for i, sheet := range sheets {
		if i > 0 {
			require.Contains(t, sheet, fmt.Sprintf("page %d of %s", i+1, pages))
			require.Contains(t, sheet, "Sample data.", "page %d does not say that it is a sample", i+1)
		}
		if strings.Contains(sheet, "arn:aws:s3:::bucket-") {
			heads++
			require.Contains(t, sheet, "First seen", "page %d has rows and no head", i+1)
		}
	}
	require.Greater(t, heads, 5)
	for i := range 200 {
		require.Contains(t, text, fmt.Sprintf("bucket-%05d", i))
	}
	for _, block := range []string{"Executive summary", "Act first on access keys", "Rotate the two keys.", "aws iam update-login-profile", "No risk was accepted.", "A web server that sends data", "Nothing unobserved counts"} {
		require.Contains(t, text, block)
	}

	// The page that the contents name is the one that the heading stands on.
	for _, s := range d.listed() {
		m := regexp.MustCompile(`(?m)^ *` + regexp.QuoteMeta(s.Heading) + ` +(\d+)$`).FindStringSubmatch(sheets[1])
		require.NotNil(t, m, "the contents do not list %s", s.Heading)
		var page int
		_, err := fmt.Sscan(m[1], &page)
		require.NoError(t, err)
		require.Contains(t, sheets[page-1], s.Heading)
	}
}

func TestPDFSaysWhichLettersItCannotSet(t *testing.T) {
	t.Parallel()
	text := strings.Join(strings.Fields(poppler(t, "pdftotext", whole(60))), " ")
	require.Contains(t, text, "[U+674E U+5C0F U+9F8D]")
	require.Contains(t, text, "characters have no glyph in this file's fonts")
	require.Contains(t, text, "Привет")
	require.Contains(t, text, `evil\u202egnp.exe`)

	latin := Document{Title: "Räport", Sections: []Section{{ID: "a", Heading: "Ω", Blocks: []Block{P("Grüße, Привет, Ἑ is not there")}}}}
	text = strings.Join(strings.Fields(poppler(t, "pdftotext", latin)), " ")
	require.Contains(t, text, "1 characters have no glyph")
	latin.Sections[0].Blocks = []Block{P("Grüße, Привет")}
	require.NotContains(t, poppler(t, "pdftotext", latin), "no glyph")
}

func TestPDFSetsARowHigherThanAPage(t *testing.T) {
	t.Parallel()
	var words strings.Builder
	for i := range 4000 {
		fmt.Fprintf(&words, "word%04d ", i)
	}
	d := Document{Title: "Long", Sections: []Section{{ID: "a", Heading: "A", Blocks: []Block{
		Table{Name: "t", Columns: []Column{{Name: "Id", Kind: IDKind}, {Name: "Text"}}, Rows: RowsOf([][]Cell{{ID("x"), Text(words.String())}})},
		Callout{Tone: Bad, Title: "Long", Text: P(words.String())},
		Code(words.String()),
		Paragraph{{Text: words.String(), Strong: true}},
	}}}}
	text := poppler(t, "pdftotext", d)
	for i := range 4000 {
		require.Equal(t, 4, strings.Count(text, fmt.Sprintf("word%04d", i)))
	}
}

func TestContentsOfManySections(t *testing.T) {
	t.Parallel()
	d := Document{Title: "Many"}
	for i := range 100 {
		d.Sections = append(d.Sections, Section{ID: fmt.Sprintf("s%d", i), Heading: fmt.Sprintf("Section number %d", i), Fresh: i%10 == 0, Wide: i%20 == 0, Blocks: []Block{P("text")}})
	}
	sheets := strings.Split(poppler(t, "pdftotext", d, "-layout"), "\f")
	for i := range 100 {
		require.Contains(t, strings.Join(sheets[1:4], ""), fmt.Sprintf("Section number %d ", i))
	}
}

// What those who do not see the pages go by: language, outline, and text in the order
// in which it is read.
func TestPDFCanBeReadAloud(t *testing.T) {
	t.Parallel()
	d := whole(60)
	d.Sections[0].Heading = "Summary for 李小龍"
	require.Contains(t, string(written(t, "pdf", d, Options{})), "/Lang (en)")
	_, outline, found := strings.Cut(poppler(t, "pdftohtml", d, "-xml", "-i", "-stdout"), "<outline>")
	require.True(t, found)
	text := strings.ReplaceAll(poppler(t, "pdftotext", d, "-raw"), "\f", "\n")
	read := strings.LastIndex(text, "\nContents\n")
	require.Positive(t, read)
	for _, s := range d.Sections {
		require.Contains(t, outline, ">"+s.Heading+"</item>", "letters that the fonts lack are the reader's in the outline")
		if s.ID != "summary" {
			at := strings.LastIndex(text, "\n"+s.Heading+"\n")
			require.Greater(t, at, read, "%s comes before what stands above it", s.Heading)
			read = at
		}
	}
	require.Less(t, strings.Index(text, "17 show a gap"), strings.Index(text, "Rotate the two keys."))
}
