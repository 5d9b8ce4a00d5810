package files

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Row is a row of a Table, with a cell for each column of its header.
type Row struct {
	Line  int // as a spreadsheet counts them
	Cells []string
	Err   error // why its cells cannot be read; all that is wrong with them
}

// Table is a sheet as it stands: a header and the rows below it. Rows that are empty
// are left out.
type Table struct {
	Sheet  string // empty: of CSV
	Header []string
	Rows   []Row
}

// mostRows bounds a table that is held in memory.
const mostRows = 200_000

// ReadTable reads all of a CSV file or of one sheet of a workbook, of any columns. CSV
// is in UTF-8 and parted by commas, or by semicolons where its header has no comma. A
// workbook is read as a set's is: cells as they are stored, and no formulas.
func ReadTable(in io.Reader, format, sheet string) (Table, error) {
	switch format {
	case "csv":
		if sheet != "" {
			return Table{}, errors.New("only a workbook (xlsx) has sheets")
		}
		return readCSVTable(in)
	case "xlsx":
		return readXLSXTable(in, sheet)
	}
	return Table{}, fmt.Errorf("%q is no format of a table; expected csv or xlsx", format)
}

func readCSVTable(in io.Reader) (Table, error) {
	b, err := io.ReadAll(io.LimitReader(in, largestWorkbook+1))
	if err != nil {
		return Table{}, err
	}
	switch {
	case len(b) > largestWorkbook:
		return Table{}, fmt.Errorf("is larger than %d MiB", largestWorkbook>>20)
	case !utf8.Valid(b):
		return Table{}, errors.New("is not in UTF-8; save it as \"CSV UTF-8\"")
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	r := csv.NewReader(bytes.NewReader(b))
	if first, _, _ := bytes.Cut(b, []byte("\n")); !bytes.Contains(first, []byte(",")) && bytes.Contains(first, []byte(";")) {
		r.Comma = ';'
	}
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return Table{}, errors.New("is empty; expected a header and rows below it")
	}
	if err != nil {
		return Table{}, err
	}
	t := Table{Header: header}
	if err := t.header(); err != nil {
		return t, err
	}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return t, err
		}
		line, _ := r.FieldPos(0)
		row := Row{Line: line, Cells: cells}
		if !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
			continue
		}
		if len(cells) != len(t.Header) {
			row.Err = fmt.Errorf("has %d columns and the header %d", len(cells), len(t.Header))
		}
		if t.Rows = append(t.Rows, row); len(t.Rows) > mostRows {
			return t, fmt.Errorf("has more than %d rows", mostRows)
		}
	}
}

// header refuses one by whose titles columns cannot be told apart.
func (t *Table) header() error {
	var errs []error
	seen := map[string]bool{}
	for i, title := range t.Header {
		title = strings.TrimSpace(title)
		t.Header[i] = title
		switch key := strings.ToLower(title); {
		case title == "":
			errs = append(errs, fmt.Errorf("row 1, column %d: it has no title; expected headings in the first row", i+1))
		case seen[key]:
			errs = append(errs, fmt.Errorf("row 1, column %d: %q is there twice", i+1, title))
		default:
			seen[key] = true
		}
	}
	return errors.Join(errs...)
}

func readXLSXTable(in io.Reader, sheet string) (t Table, err error) {
	book, err := excelize.OpenReader(in, excelize.Options{UnzipSizeLimit: largestWorkbook, UnzipXMLSizeLimit: largestWorkbook})
	if err != nil {
		return t, fmt.Errorf("is no workbook that can be read: %w", err)
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	if t.Sheet, err = (set{Sheet: sheet}).sheetOf(book); err != nil {
		return t, err
	}
	if err := unmerged(book, t.Sheet); err != nil {
		return t, err
	}
	w, err := newWorksheet(book, t.Sheet)
	if err != nil {
		return t, err
	}
	rows, err := book.Rows(t.Sheet)
	if err != nil {
		return t, fmt.Errorf("sheet %s: %w", t.Sheet, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for line := 1; rows.Next(); line++ {
		raw, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return t, fmt.Errorf("sheet %s, row %d: %w", t.Sheet, line, err)
		}
		if line == 1 {
			if t.Header, err = w.header(raw); err == nil {
				err = t.header()
			}
			if err != nil {
				return t, err
			}
			continue
		}
		cells, empty, err := w.cells(raw, line, t.Header)
		if empty && err == nil {
			continue
		}
		if t.Rows = append(t.Rows, Row{Line: line, Cells: cells, Err: err}); len(t.Rows) > mostRows {
			return t, fmt.Errorf("sheet %s: has more than %d rows", t.Sheet, mostRows)
		}
	}
	if err := rows.Error(); err != nil {
		return t, fmt.Errorf("sheet %s: %w", t.Sheet, err)
	}
	if t.Header == nil {
		return t, fmt.Errorf("sheet %s: is empty; expected a header and rows below it", t.Sheet)
	}
	return t, nil
}

// mostMerged is how many merged ranges are named.
const mostMerged = 10

// unmerged refuses merged cells: it cannot be said which rows what is in them is of.
func unmerged(book *excelize.File, sheet string) error {
	merged, err := book.GetMergeCells(sheet)
	if err != nil {
		return fmt.Errorf("sheet %s: %w", sheet, err)
	}
	if len(merged) == 0 {
		return nil
	}
	var places []string
	for i := range merged {
		if i == mostMerged {
			places = append(places, fmt.Sprintf("and %d more", len(merged)-i))
			break
		}
		places = append(places, merged[i][0])
	}
	return fmt.Errorf("sheet %s: the cells %s are merged, so it cannot be said which rows they are of; part them, and fill each", sheet, strings.Join(places, ", "))
}
