package report_test

import (
	"bytes"
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// reviewOf is a review of accounts of some names.
func reviewOf(names ...string) *soc2.Review {
	list := soc2.NewAccessList()
	for _, name := range names {
		f := evidence.Fact{
			Resource: evidence.Resource{Provider: "github", Account: "acme", Kind: "User", Type: "github.member", ID: "id " + name, Name: name},
			Body:     &evidence.User{Admin: new(false), Person: new(name), Status: new(evidence.UserActive)},
		}
		list.Add(f, soc2.Scope{}.Asset(f))
	}
	access := list.Access(nil, time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC))
	return &soc2.Review{Name: "=q3", Start: soc2.StartReview(&access, soc2.AccessFilter{}, []string{"Olga"}, 7)}
}

var sheets = map[string]func(io.Writer, *soc2.Review) error{"csv": report.ReviewSheetCSV, "xlsx": report.ReviewSheetXLSX}

// edited is a sheet with something done to its rows.
func edited(t require.TestingT, form string, r *soc2.Review, edit func([][]string) [][]string) []byte {
	var b bytes.Buffer
	require.NoError(t, sheets[form](&b, r))
	if form == "csv" {
		rows, err := csv.NewReader(&b).ReadAll()
		require.NoError(t, err)
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		require.NoError(t, w.WriteAll(edit(rows)))
		return out.Bytes()
	}
	book, err := excelize.OpenReader(&b)
	require.NoError(t, err)
	defer book.Close()
	rows, err := book.GetRows("Review")
	require.NoError(t, err)
	for i := range rows {
		for len(rows[i]) < len(rows[0]) {
			rows[i] = append(rows[i], "")
		}
	}
	had := len(rows)
	rows = edit(rows)
	for i, row := range rows {
		for j, value := range row {
			cell, err := excelize.CoordinatesToCellName(j+1, i+1)
			require.NoError(t, err)
			require.NoError(t, book.SetCellStr("Review", cell, value))
		}
	}
	for range had - len(rows) {
		require.NoError(t, book.RemoveRow("Review", len(rows)+1))
	}
	var out bytes.Buffer
	require.NoError(t, book.Write(&out))
	return out.Bytes()
}

func decideAll(rows [][]string) [][]string {
	for _, row := range rows[1:] {
		row[len(row)-2], row[len(row)-1] = " KEEP ", "=1+1"
	}
	return rows
}

var hostileNames = []string{
	"=cmd|' /C calc'!A0", "+1", "@sum", "-1", "\"quoted\", \"cells\"", "line\nbreak", "line\r\nbreak", "tab\tbed", "'already", "<script>alert(1)</script>",
	"\u202egnol", "\u05d0\u05d3\u05d4", "\u9ed2\u7530", "\x00nul", "\ufeffbom", "\xff\xfe not text", "", " ", strings.Repeat("long", 10_000),
}

func TestReviewSheetComesBackAsItWasGivenOut(t *testing.T) {
	t.Parallel()
	for form := range sheets {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			r := reviewOf(hostileNames...)
			b := edited(t, form, r, decideAll)
			name, err := report.ReviewOfSheet(b)
			require.NoError(t, err)
			require.Equal(t, "=q3", name)
			decisions, err := report.ReadReviewSheet(b, r)
			require.NoError(t, err)
			require.Len(t, decisions, len(hostileNames))
			for _, d := range decisions {
				require.Equal(t, soc2.ReviewKeep, d.Decision)
				require.Equal(t, "=1+1", d.Note)
				require.NotEmpty(t, d.Context)
			}
			require.NoError(t, r.Refusal("Olga", decisions))
		})
	}
	t.Run("no cell of a workbook is a formula, and none of a CSV begins as one", func(t *testing.T) {
		t.Parallel()
		var b bytes.Buffer
		r := reviewOf(hostileNames...)
		require.NoError(t, report.ReviewSheetXLSX(&b, r))
		book, err := excelize.OpenReader(&b)
		require.NoError(t, err)
		defer book.Close()
		rows, err := book.GetRows("Review")
		require.NoError(t, err)
		for i, row := range rows {
			for j := range row {
				cell, err := excelize.CoordinatesToCellName(j+1, i+1)
				require.NoError(t, err)
				formula, err := book.GetCellFormula("Review", cell)
				require.NoError(t, err)
				require.Empty(t, formula)
			}
		}
		b.Reset()
		require.NoError(t, report.ReviewSheetCSV(&b, r))
		records, err := csv.NewReader(&b).ReadAll()
		require.NoError(t, err)
		for _, record := range records {
			for _, cell := range record {
				require.False(t, cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r"), cell)
			}
		}
	})
}

func TestReviewSheetIsReadStrictly(t *testing.T) {
	t.Parallel()
	for form := range sheets {
		for want, edit := range map[string]func([][]string) [][]string{
			"is missing": func(rows [][]string) [][]string { return rows[:len(rows)-1] },
			"is there twice": func(rows [][]string) [][]string {
				rows[1] = slices.Clone(rows[2])
				return rows
			},
			"the review has no item":     func(rows [][]string) [][]string { rows[1][1] = "x"; return rows },
			"privilege is not as it was": func(rows [][]string) [][]string { rows[1][10] = "read"; return rows },
			"context is not as it was":   func(rows [][]string) [][]string { rows[1][2] = strings.Repeat("0", 64); return rows },
			"review is not as it was":    func(rows [][]string) [][]string { rows[2][0] = "q4"; return rows },
			"is no decision":             func(rows [][]string) [][]string { rows[1][len(rows[1])-2] = "maybe"; return rows },
			"the first row is not":       func(rows [][]string) [][]string { rows[0][3] = "who"; return rows },
			"something behind the last":  func(rows [][]string) [][]string { rows[1] = append(rows[1], "x"); return rows },
		} {
			t.Run(form+": "+want, func(t *testing.T) {
				t.Parallel()
				r := reviewOf("ada", "grace", "linus")
				_, err := report.ReadReviewSheet(edited(t, form, r, edit), r)
				require.ErrorContains(t, err, want)
			})
		}
	}
	for _, b := range []string{"", "PK\x03\x04 not a workbook", "a,b\n\"", "\xff\xff"} {
		_, err := report.ReadReviewSheet([]byte(b), reviewOf("ada"))
		require.Error(t, err)
		_, err = report.ReviewOfSheet([]byte(b))
		require.Error(t, err)
	}
}

// Any name goes out and comes back, and any other cell is noticed.
func TestReviewSheetOfAnyName(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.String(), 1, 4, rapid.ID[string]).Draw(t, "names")
		r := reviewOf(names...)
		decisions, err := report.ReadReviewSheet(edited(t, "csv", r, decideAll), r)
		require.NoError(t, err)
		require.Len(t, decisions, len(r.Start.Items))
		row := rapid.IntRange(1, len(r.Start.Items)).Draw(t, "row")
		column := rapid.IntRange(0, len(soc2.ReviewColumns)+2).Draw(t, "column")
		_, err = report.ReadReviewSheet(edited(t, "csv", r, func(rows [][]string) [][]string {
			rows[row][column] += "x"
			return rows
		}), r)
		require.Error(t, err)
	})
}
