package files

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/controlwatch/controlwatch/evidence"
)

// largestWorkbook bounds what a workbook may become when it is unpacked. All of
// it stays in memory: these rows are of people, and belong into no temporary file.
const largestWorkbook = 512 << 20

// readXLSX reads one sheet of a workbook: a header in its first row, a row for
// each fact. Cells are taken as they are stored, never computed: a formula is
// refused, because what it showed depended on who opened it last.
func (s set) readXLSX(in io.Reader, each func(row) error) (err error) {
	book, err := excelize.OpenReader(in, excelize.Options{UnzipSizeLimit: largestWorkbook, UnzipXMLSizeLimit: largestWorkbook})
	if err != nil {
		return fmt.Errorf("is no workbook that can be read: %w", err)
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	name, err := s.sheetOf(book)
	if err != nil {
		return err
	}
	merged, err := book.GetMergeCells(name)
	if err != nil {
		return fmt.Errorf("sheet %s: %w", name, err)
	}
	if len(merged) > 0 {
		return fmt.Errorf("sheet %s: the cells %s are merged, so it cannot be said which rows they are of; part them", name, merged[0][0])
	}
	w, err := newWorksheet(book, name)
	if err != nil {
		return err
	}
	rows, err := book.Rows(name)
	if err != nil {
		return fmt.Errorf("sheet %s: %w", name, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	return s.readRows(w, rows, each)
}

func (s set) readRows(w *worksheet, rows *excelize.Rows, each func(row) error) error {
	var header []string
	var id, name int
	var columns []column
	info, _ := evidence.KindOf(s.Kind)
	for line := 1; rows.Next(); line++ {
		raw, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return fmt.Errorf("sheet %s, row %d: %w", w.name, line, err)
		}
		if line == 1 {
			if header, err = w.header(raw); err != nil {
				return err
			}
			if id, name, columns, err = s.plan(header); err != nil {
				return fmt.Errorf("sheet %s: %w", w.name, err)
			}
			continue
		}
		cells, empty, err := w.cells(raw, line, header)
		if empty && err == nil {
			continue // rows that were emptied stay in a workbook
		}
		got := row{line: line, body: info.New(), err: err}
		if err == nil {
			got.id = strings.TrimSpace(cells[id])
			if name >= 0 {
				got.name = strings.TrimSpace(cells[name])
			}
			got.err = w.fill(reflect.ValueOf(got.body), columns, cells, line)
		}
		if err := each(got); err != nil {
			return err
		}
	}
	if err := rows.Error(); err != nil {
		return fmt.Errorf("sheet %s: %w", w.name, err)
	}
	if header == nil {
		return fmt.Errorf("sheet %s: is empty; expected a header and rows below it", w.name)
	}
	return nil
}

// sheetOf is the sheet the record names, or the only one that is not hidden.
func (s set) sheetOf(book *excelize.File) (string, error) {
	var visible []string
	for _, name := range book.GetSheetList() {
		if name == s.Sheet {
			return name, nil
		}
		shown, err := book.GetSheetVisible(name)
		if err != nil {
			return "", fmt.Errorf("sheet %s: %w", name, err)
		}
		if shown {
			visible = append(visible, name)
		}
	}
	all := strings.Join(book.GetSheetList(), ", ")
	switch {
	case s.Sheet != "":
		return "", fmt.Errorf("has no sheet %q; it has %s", s.Sheet, all)
	case len(visible) != 1:
		return "", fmt.Errorf("has the sheets %s; say under sheet which holds the rows", all)
	}
	return visible[0], nil
}

// fill puts the cells of a row into a body, and says where one does not fit.
func (w *worksheet) fill(body reflect.Value, columns []column, cells []string, line int) error {
	for i, c := range columns {
		if err := fill(body, columns[i:i+1], cells); err != nil {
			return fmt.Errorf("%s: %w", w.place(c.index, line), err)
		}
	}
	return nil
}
