package report

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/controlwatch/controlwatch/soc2"
)

// reviewSheetColumns are the columns of the sheet that a reviewer decides on.
var reviewSheetColumns = append(append([]string{"review", "item", "context"}, soc2.ReviewColumns...), "decision", "note")

func reviewSheetRows(r *soc2.Review) [][]string {
	items := slices.Clone(r.Start.Items)
	people(items)
	rows := make([][]string, 0, len(items))
	for i := range items {
		word, _ := r.Word(items[i].Key)
		rows = append(rows, append(append([]string{r.Name, items[i].Key, items[i].Context()}, items[i].Shown()...), word.Decision, word.Note))
	}
	return rows
}

// ReviewSheetCSV writes the sheet as CSV, guarded as CSV is.
func ReviewSheetCSV(w io.Writer, r *soc2.Review) error {
	var b strings.Builder
	b.Write(csvRow(reviewSheetColumns))
	for _, row := range reviewSheetRows(r) {
		b.Write(csvRow(row))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// reviewSheet is the name of the sheet that is read back.
const reviewSheet = "Review"

// ReviewSheetXLSX writes the sheet as a workbook. Every cell is text; a decision is
// picked from a list.
func ReviewSheetXLSX(w io.Writer, r *soc2.Review) (err error) {
	book := excelize.NewFile()
	defer func() { err = errors.Join(err, book.Close()) }()
	rows := reviewSheetRows(r)
	choices := excelize.NewDataValidation(true)
	column, err := excelize.ColumnNumberToName(slices.Index(reviewSheetColumns, "decision") + 1)
	if err == nil {
		err = book.SetSheetName(book.GetSheetName(0), reviewSheet)
	}
	if err == nil {
		choices.Sqref = fmt.Sprintf("%s2:%s%d", column, column, len(rows)+1)
		choices.SetError(excelize.DataValidationErrorStyleStop, "decision", "keep, revoke or change; empty where it is not decided")
		err = choices.SetDropList(soc2.ReviewWords)
	}
	if err == nil && len(rows) > 0 {
		err = book.AddDataValidation(reviewSheet, choices)
	}
	if err == nil {
		err = sheet{reviewSheet, reviewSheetColumns, rows}.write(book)
	}
	if err == nil {
		err = aboutReview(book, r)
	}
	if err == nil {
		err = book.Write(w)
	}
	if err != nil {
		return fmt.Errorf("write XLSX: %w", err)
	}
	return nil
}

// aboutReview is a second sheet: what the list is, and what it may be short of.
func aboutReview(book *excelize.File, r *soc2.Review) error {
	const name = "About"
	if _, err := book.NewSheet(name); err != nil {
		return err
	}
	s := r.Start
	rows := [][]string{
		{"review", r.Name},
		{"as of", csvTime(&s.At)},
		{"items", fmt.Sprint(s.Count)},
		{"digest of the list", "sha256:" + s.Digest},
		{"reviewers", strings.Join(s.Reviewers, "\n")},
		{"complete", fmt.Sprint(s.Complete)},
		{"decide", "keep, revoke or change in the column decision; leave the other columns and rows as they are"},
	}
	for _, h := range s.Holes {
		rows = append(rows, []string{"may be missing", h})
	}
	for _, l := range s.Lists {
		rows = append(rows, []string{"list", fmt.Sprintf("%s of %s: %d records", l.Type, l.Scope, l.Records)})
	}
	return sheet{name, []string{"what", "value"}, rows}.write(book)
}

// mostSheet bounds what is read of a sheet, in bytes.
const mostSheet = 64 << 20

// ReviewOfSheet is the name of the review that a sheet is of, as its first row has it.
func ReviewOfSheet(b []byte) (string, error) {
	rows, err := sheetRows(b)
	if err != nil {
		return "", err
	}
	if len(rows) < 2 || len(rows[1]) == 0 || !slices.Equal(trimmed(rows[0]), reviewSheetColumns) {
		return "", fmt.Errorf("it is no sheet of a review: its first row should be %s, and items should follow", strings.Join(reviewSheetColumns, ", "))
	}
	return strings.TrimPrefix(plain(rows[1][0]), "'"), nil
}

// ReadReviewSheet reads the decisions out of a sheet that came back. Rows that are
// missing, twice, unknown or other than they were given out are errors; all are told.
func ReadReviewSheet(b []byte, r *soc2.Review) ([]soc2.ReviewDecision, error) {
	rows, err := sheetRows(b)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 || !slices.Equal(trimmed(rows[0]), reviewSheetColumns) {
		return nil, fmt.Errorf("the first row is not that of a review's sheet: expected %s", strings.Join(reviewSheetColumns, ", "))
	}
	all := reviewSheetRows(r)
	given := map[string][]string{} // by the forms that the two sorts of sheets give a key
	for _, row := range all {
		given[plain(csvCell(row[1]))], given[plain(xlsxCell(row[1]))] = row, row
	}
	var errs []error
	var out []soc2.ReviewDecision
	seen := map[string]bool{}
	for i, cells := range rows[1:] {
		wrong := func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("row %d: %w", i+2, fmt.Errorf(format, args...)))
		}
		for len(cells) < len(reviewSheetColumns) {
			cells = append(cells, "")
		}
		if strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue
		}
		was, known := given[plain(cells[1])]
		switch {
		case len(cells) > len(reviewSheetColumns) && strings.TrimSpace(strings.Join(cells[len(reviewSheetColumns):], "")) != "":
			wrong("there is something behind the last column")
			continue
		case !known:
			wrong("the review has no item %s", Safe(cells[1]))
			continue
		case seen[was[1]]:
			wrong("the item %s is there twice", Safe(cells[1]))
			continue
		}
		seen[was[1]] = true
		for j, column := range reviewSheetColumns[:len(reviewSheetColumns)-2] {
			if !sameCell(cells[j], was[j]) {
				wrong("%s is not as it was given out for %s", column, Safe(cells[1]))
			}
		}
		decision := strings.ToLower(strings.TrimSpace(cells[len(reviewSheetColumns)-2]))
		if decision == "" {
			continue
		}
		if !slices.Contains(soc2.ReviewWords, decision) {
			wrong("%s is no decision: expected %s, or nothing", Safe(decision), strings.Join(soc2.ReviewWords, ", "))
		}
		out = append(out, soc2.ReviewDecision{Item: was[1], Context: was[2], Decision: decision, Note: strings.TrimSpace(cells[len(reviewSheetColumns)-1])})
	}
	for _, row := range all {
		if !seen[row[1]] {
			errs = append(errs, fmt.Errorf("the item %s is missing: leave the decision empty where there is none", Safe(row[1])))
		}
	}
	return out, errors.Join(firstOf(errs)...)
}

// mostSaid bounds how many mistakes of a sheet are told.
const mostSaid = 20

func firstOf(errs []error) []error {
	if more := len(errs) - mostSaid; more > 0 {
		return append(errs[:mostSaid:mostSaid], fmt.Errorf("and %d more", more))
	}
	return errs
}

// sameCell compares what came back with what was given out, in the form that either
// sort of sheet has it.
func sameCell(back, given string) bool {
	back = plain(back)
	return back == plain(csvCell(given)) || back == plain(xlsxCell(given))
}

// plain leaves line ends and outer space aside, which spreadsheets change.
func plain(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"))
}

func trimmed(cells []string) []string {
	out := make([]string, 0, len(cells))
	for _, c := range cells {
		out = append(out, strings.TrimPrefix(strings.TrimSpace(c), "\ufeff"))
	}
	for len(out) > 0 && out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	return out
}

func sheetRows(b []byte) (_ [][]string, err error) {
	if len(b) > mostSheet {
		return nil, fmt.Errorf("it is larger than %d MiB", mostSheet>>20)
	}
	if !bytes.HasPrefix(b, []byte("PK\x03\x04")) {
		read := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
		read.FieldsPerRecord = -1
		rows, err := read.ReadAll()
		if err != nil {
			return nil, fmt.Errorf("read CSV: %w", err)
		}
		return rows, nil
	}
	book, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{UnzipSizeLimit: 4 * mostSheet, UnzipXMLSizeLimit: mostSheet, RawCellValue: true})
	if err != nil {
		return nil, fmt.Errorf("read XLSX: %w", err)
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	rows, err := book.GetRows(reviewSheet)
	if err != nil {
		return nil, fmt.Errorf("read XLSX: %w", err)
	}
	return rows, nil
}
