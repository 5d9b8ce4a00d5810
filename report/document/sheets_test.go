package document

import (
	"archive/zip"
	"bytes"
	stdcsv "encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/controlwatch/controlwatch/report"
)

func TestXLSXIsReadBack(t *testing.T) {
	t.Parallel()
	file := written(t, "xlsx", whole(60), Options{})
	book, err := excelize.OpenReader(bytes.NewReader(file))
	require.NoError(t, err)
	require.Equal(t, []string{"report", "by-series", "risk-matrix", "burn-down", "spark", "by-owner", "findings", "nothing", "owners"}, book.GetSheetList())
	for _, sheet := range book.GetSheetList() {
		layout, err := book.GetPageLayout(sheet)
		require.NoError(t, err)
		require.NotNil(t, layout.FitToHeight)
		require.Equal(t, 0, *layout.FitToHeight, "%s: as many pages as it takes, each as wide as the sheet", sheet)
		props, err := book.GetSheetProps(sheet)
		require.NoError(t, err)
		require.True(t, props.FitToPage != nil && *props.FitToPage, sheet)
	}
	rows, err := book.GetRows("findings")
	require.NoError(t, err)
	require.Len(t, rows, 1+60+1)
	for i, name := range nasty {
		require.Equal(t, strings.ReplaceAll(visibleInSheet(name), "\r", ""), strings.ReplaceAll(rows[i+1][1], "\r", ""), "row %d", i)
		kind, err := book.GetCellType("findings", "B"+rowName(i+2))
		require.NoError(t, err)
		require.Equal(t, excelize.CellTypeInlineString, kind)
	}
	require.Equal(t, "✕ gap seen", rows[1][2])
	require.Equal(t, "2026-11-15", rows[2][4])
	require.Equal(t, "2026-11-16 00:01 UTC", rows[2][5])
	raw, err := book.GetCellValue("findings", "G3", excelize.Options{RawCellValue: true})
	require.NoError(t, err)
	require.Equal(t, "37", raw)
	raw, err = book.GetCellValue("findings", "E3", excelize.Options{RawCellValue: true})
	require.NoError(t, err)
	require.Equal(t, "46341", raw) // days since the end of 1899: 2026-11-15

	cover, err := book.GetRows("report")
	require.NoError(t, err)
	text := ""
	for _, row := range cover {
		text += strings.Join(row, " ") + "\n"
	}
	for _, block := range []string{"Sample data.", "17 show a gap", "1. Rotate the two keys.", "sheet findings", "aws iam update-login-profile", "A web server that sends data"} {
		require.Contains(t, text, block)
	}
}

// Without a height of its own, a row shows the first line of its text in some
// programs, and the rest lies over the rows below.
func TestRowsOfASheetAreAsHighAsTheirText(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Nobody answers for it. ", 20)
	d := Document{Kind: "x", Title: "x", Sections: []Section{{ID: "a", Heading: "x", Blocks: []Block{
		P(long), P("short"),
		KeyValues{{Key: "All", Value: P(strings.Repeat(long, 20))}},
		Table{Name: "t", Columns: []Column{{Name: "Short"}, {Name: "Long", Weight: 4}}, Rows: RowsOf([][]Cell{{Text("a"), Text(long)}, {Text("b"), Text("c")}, {Text("名前名前名前名前名前名前名前名前"), Text("d\ne\nf")}})},
	}}}}
	book, err := excelize.OpenReader(bytes.NewReader(written(t, "xlsx", d, Options{})))
	require.NoError(t, err)
	high := func(sheet string, row int) float64 {
		h, err := book.GetRowHeight(sheet, row)
		require.NoError(t, err)
		return h
	}
	one := high("t", 3)
	require.Greater(t, high("t", 2), 7*one, "of %d characters in a column of 48", len(long))
	require.Greater(t, high("t", 4), 2.5*one)
	rows, err := book.GetRows("report")
	require.NoError(t, err)
	for i, row := range rows {
		switch text := strings.Join(row, ""); {
		case text == "short":
			require.InDelta(t, one, high("report", i+1), 0.1)
		case len(text) > 4000:
			require.InDelta(t, 409, high("report", i+1), 0.1, "the most there is")
		case len(text) > 200:
			require.Greater(t, high("report", i+1), 3*one)
		}
	}
}

// TestNoCellIsAFormula looks at the parts of the workbook themselves.
func TestNoCellIsAFormula(t *testing.T) {
	t.Parallel()
	file := written(t, "xlsx", whole(60), Options{})
	parts, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	sheets, frozen, filters := 0, 0, map[string]int{}
	for _, part := range parts.File {
		if !strings.HasPrefix(part.Name, "xl/worksheets/sheet") {
			continue
		}
		sheets++
		r, err := part.Open()
		require.NoError(t, err)
		b, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NotContains(t, string(b), "<f>")
		require.NotContains(t, string(b), "<f ")
		require.NotContains(t, string(b), "<hyperlink")
		filters[attributeOf(string(b), "autoFilter ref")]++
		frozen += strings.Count(string(b), `state="frozen"`)
	}
	require.Equal(t, 9, sheets)
	require.Equal(t, 8, frozen)
	require.Equal(t, 1, filters["$A$1:$G$61"], "the findings have no filter, or it takes in their total")
	require.Equal(t, 1, filters[""], "only the first sheet has none")
}

func attributeOf(part, name string) string {
	_, after, _ := strings.Cut(part, "<"+name+`="`)
	value, _, _ := strings.Cut(after, `"`)
	return value
}

func TestCSVWritesOneTableSafely(t *testing.T) {
	t.Parallel()
	rows, err := stdcsv.NewReader(bytes.NewReader(written(t, "csv", whole(60), Options{}))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 61)
	require.Equal(t, []string{"Resource", "Name", "State", "Severity", "First seen", "Last seen", "Bytes"}, rows[0])
	require.Equal(t, []string{"arn:aws:s3:::bucket-00002", "'" + nasty[2], "no gap seen", "high", "2026-11-14", "2026-11-16T00:02:00Z", "74"}, rows[3])
	for _, row := range rows {
		for _, cell := range row[:6] {
			require.False(t, strings.ContainsRune("=+-@\t\r", firstOf(cell)), "%q", cell)
		}
	}
	rows, err = stdcsv.NewReader(bytes.NewReader(written(t, "csv", whole(1), Options{Table: "owners"}))).ReadAll()
	require.NoError(t, err)
	require.Equal(t, [][]string{{"Team", "Gaps"}, {"Platform", "9"}, {"People", "5"}}, rows)

	f, _ := FormatOf("csv")
	require.EqualError(t, f.Write(io.Discard, whole(1), Options{Table: "x"}),
		`write CSV: "x" is not a table of this report; expected findings, by-series, risk-matrix, burn-down, spark, by-owner, nothing, owners`)
	require.EqualError(t, f.Write(io.Discard, Document{Title: "x"}, Options{}), "write CSV: this report has no table")
}

// TestNoFormatLosesAnError: rows that end early are an error in every format, and
// so is a row that does not fit.
func TestNoFormatLosesAnError(t *testing.T) {
	t.Parallel()
	gone := errors.New("the store is gone")
	for _, f := range Formats {
		for _, n := range []int{0, 3, measured + 5} {
			table := Table{Name: "t", Columns: []Column{{Name: "a"}}, Rows: func(yield func([]Cell, error) bool) {
				for range n {
					if !yield([]Cell{Text("x")}, nil) {
						return
					}
				}
				yield(nil, gone)
			}}
			d := Document{Title: "x", Sections: []Section{{ID: "a", Heading: "A", Blocks: []Block{table}}}}
			require.ErrorIs(t, f.Write(io.Discard, d, Options{}), gone, "%s after %d", f.Name, n)
			table.Rows = RowsOf([][]Cell{{Text("a"), Text("b")}})
			d.Sections[0].Blocks = []Block{table}
			require.ErrorContains(t, f.Write(io.Discard, d, Options{}), "row 1 has 2 cells for 1 columns", f.Name)
		}
	}
}

func TestCheckSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	d := Document{Main: "z", Sections: []Section{
		{ID: "A b", Heading: "A", Level: 2}, {ID: "x", Blocks: []Block{Paragraph{{To: "nowhere"}}, Table{Name: "Über"}, Table{Name: "t", Columns: []Column{{}}, Rows: RowsOf(nil), Total: []Cell{{}, {}}}}}, {ID: "x", Heading: "X"},
	}}
	err := d.Check()
	for _, says := range []string{"needs a title", "is no anchor", "has no heading", "level 2 after 0", "two sections have the id x", "cannot be one", "no columns", "a column without a name", "2 cells of totals for 1", "main table z", `"nowhere"`} {
		require.ErrorContains(t, err, says)
	}
	require.NoError(t, whole(1).Check())
}

func visibleInSheet(s string) string { return report.XLSXCell(s) }

func rowName(n int) string {
	name, _ := excelize.CoordinatesToCellName(1, n)
	return name[1:]
}

func firstOf(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}
