package document

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/peertest"
)

func named(names ...string) Document {
	d := Document{Kind: "names", Title: "Names", AsOf: time.Unix(0, 0), Made: time.Unix(0, 0)}
	var blocks []Block
	for _, n := range names {
		blocks = append(blocks, P(n))
	}
	d.Sections = []Section{{ID: "names", Heading: "Names", Blocks: blocks}}
	return d
}

func textOf(t *testing.T, d Document, o Options) string {
	t.Helper()
	peertest.Need(t, "pdftotext")
	file := filepath.Join(t.TempDir(), "names.pdf")
	require.NoError(t, os.WriteFile(file, written(t, "pdf", d, o), 0o600))
	out, err := exec.CommandContext(t.Context(), "pdftotext", file, "-").Output()
	require.NoError(t, err)
	return string(out)
}

func TestLettersOfAnotherFont(t *testing.T) {
	t.Parallel()
	const hebrew, armenian, arabic = "נועה כהן", "Անի Սարգսյան", "نور"
	d := named("Owner "+hebrew+" answers", armenian, arabic, "plain")
	without := textOf(t, d, Options{})
	require.NotContains(t, without, armenian)
	require.Contains(t, without, "[U+05E0")
	require.Contains(t, without, "--font FILE.ttf")

	font, err := os.ReadFile("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
	if err != nil && os.Getenv("CI") == "" {
		t.Skip("DejaVu Sans is not installed: apt-get install fonts-dejavu-core")
	}
	require.NoError(t, err)
	with := textOf(t, d, Options{Font: font})
	require.Contains(t, with, armenian)
	require.Contains(t, with, "plain")
	require.Contains(t, with, hebrew, "a reader turns it around again")
	require.NotContains(t, with, "[U+05E0")
	require.Contains(t, with, "[U+0646", "Arabic letters would have to join")
	require.NotContains(t, with, "--font FILE.ttf")
	require.Less(t, len(written(t, "pdf", d, Options{Font: font})), 400_000, "only what is used of a font is embedded")
}

func TestFontsThatCannotBeEmbedded(t *testing.T) {
	t.Parallel()
	pdf, _ := FormatOf("pdf")
	for _, font := range []string{"OTTO\x00\x01 outlines", "ttcf\x00\x01\x00\x00 a collection", "x", "\x00\x01\x00\x00 and nothing of it"} {
		require.ErrorContains(t, pdf.Write(&bytes.Buffer{}, named("a"), Options{Font: []byte(font)}), "font", "%q", font)
	}
}

func TestLeftToRight(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "abc": "abc", "אב": "בא", "a אב גד b": "a דג בא b", "אב 12": "בא 12", "אב-גד.": "דג-בא."} {
		require.Equal(t, want, string(leftToRight(in)), "%q", in)
	}
}
