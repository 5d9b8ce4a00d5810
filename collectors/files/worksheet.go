package files

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// worksheet reads the cells of one sheet as text.
type worksheet struct {
	book   *excelize.File
	name   string
	epoch  bool         // days are counted from 1904, as old Macs did
	dates  map[int]bool // by style: it shows a number as a date
	titles []string
}

func newWorksheet(book *excelize.File, name string) (*worksheet, error) {
	props, err := book.GetWorkbookProps()
	if err != nil {
		return nil, fmt.Errorf("read the workbook's properties: %w", err)
	}
	return &worksheet{book: book, name: name, epoch: props.Date1904 != nil && *props.Date1904, dates: map[int]bool{}}, nil
}

// place names a cell as a spreadsheet does, with its column's title.
func (w *worksheet) place(column, line int) string {
	cell, err := excelize.CoordinatesToCellName(column+1, line)
	if err != nil {
		cell = fmt.Sprintf("column %d, row %d", column+1, line)
	}
	if column < len(w.titles) && w.titles[column] != "" {
		return fmt.Sprintf("sheet %s, %s (%s)", w.name, cell, w.titles[column])
	}
	return fmt.Sprintf("sheet %s, %s", w.name, cell)
}

func (w *worksheet) header(raw []string) ([]string, error) {
	titles := make([]string, 0, len(raw))
	for i := range raw {
		title, err := w.text(raw[i], i, 1)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", w.place(i, 1), err)
		}
		titles = append(titles, strings.TrimSpace(title))
	}
	for len(titles) > 0 && titles[len(titles)-1] == "" {
		titles = titles[:len(titles)-1]
	}
	if i := slices.Index(titles, ""); i >= 0 {
		return nil, fmt.Errorf("%s: the column has no title", w.place(i, 1))
	}
	if len(titles) == 0 {
		return nil, fmt.Errorf("sheet %s: its first row is empty; expected a header and rows below it", w.name)
	}
	w.titles = titles
	return titles, nil
}

// cells are the texts of a row, one for each column of the header. Rows end at
// their last cell in a workbook, so those that are short are filled up.
func (w *worksheet) cells(raw []string, line int, header []string) (cells []string, empty bool, err error) {
	cells, empty = make([]string, max(len(header), len(raw))), true
	var errs []error
	for i := range cells { // a formula that was never computed has no value
		value := ""
		if i < len(raw) {
			value = raw[i]
		}
		if cells[i], err = w.text(value, i, line); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", w.place(i, line), err))
		}
		if strings.TrimSpace(cells[i]) != "" {
			empty = false
			if i >= len(header) {
				errs = append(errs, fmt.Errorf("%s: the column has no title", w.place(i, line)))
			}
		}
	}
	return cells[:len(header)], empty, errors.Join(errs...)
}

// text is what a cell holds, in the form a cell of CSV would have.
func (w *worksheet) text(raw string, column, line int) (string, error) {
	cell, err := excelize.CoordinatesToCellName(column+1, line)
	if err != nil {
		return "", err
	}
	formula, err := w.book.GetCellFormula(w.name, cell)
	if err != nil {
		return "", err
	}
	kind, err := w.book.GetCellType(w.name, cell)
	if err != nil {
		return "", err
	}
	if formula != "" {
		return "", errors.New("is a formula, which is not computed here; paste the column as values")
	}
	if kind == excelize.CellTypeError {
		return "", fmt.Errorf("holds the error %s", raw)
	}
	if raw == "" {
		return "", nil
	}
	if kind == excelize.CellTypeBool {
		return map[string]string{"1": "true", "TRUE": "true", "0": "false", "FALSE": "false"}[raw], nil
	}
	switch kind {
	case excelize.CellTypeInlineString, excelize.CellTypeSharedString,
		excelize.CellTypeFormula, // a text that some programs mark as a result, without a formula
		excelize.CellTypeDate:    // ISO 8601 already
		return raw, nil
	case excelize.CellTypeUnset, excelize.CellTypeNumber, excelize.CellTypeBool, excelize.CellTypeError:
	}
	number, err := strconv.ParseFloat(raw, 64)
	if err != nil {
		return "", fmt.Errorf("holds %q, which is no number", raw)
	}
	style, err := w.book.GetCellStyle(w.name, cell)
	if err != nil {
		return "", err
	}
	date, err := w.showsDates(style)
	if err != nil {
		return "", err
	}
	if date {
		return w.day(number)
	}
	return plain(number)
}

// day is a date as days since an epoch. A time of day has no zone in a workbook,
// and nobody can say later which moment was meant.
func (w *worksheet) day(number float64) (string, error) {
	if number < 1 {
		return "", errors.New("is a time of day or a length of time; expected a date")
	}
	at, err := excelize.ExcelDateToTime(number, w.epoch)
	if err != nil {
		return "", err
	}
	if day := at.Round(time.Second); day.Equal(day.Truncate(24 * time.Hour)) {
		return day.Format(time.DateOnly), nil
	}
	return "", errors.New("is a time without a zone; write it as text such as 2026-11-15T18:00:00Z, or as a day")
}

// mostExact is from where on a workbook keeps whole numbers rounded.
const mostExact = 1e15

func plain(number float64) (string, error) {
	if math.Abs(number) >= mostExact {
		return "", errors.New("is a number of more than fifteen digits, which a workbook keeps rounded; make the column text")
	}
	return strconv.FormatFloat(number, 'f', -1, 64), nil
}

// showsDates says whether a style shows numbers as dates. The numbers are those of
// ECMA-376 part 1, 18.8.30, those of East Asian locales included.
func (w *worksheet) showsDates(style int) (bool, error) {
	if known, ok := w.dates[style]; ok {
		return known, nil
	}
	of, err := w.book.GetStyle(style)
	if err != nil {
		return false, fmt.Errorf("read its format: %w", err)
	}
	n := of.NumFmt
	date := n >= 14 && n <= 22 || n >= 27 && n <= 36 || n >= 45 && n <= 47 || n >= 50 && n <= 58
	if of.CustomNumFmt != nil {
		date = datePattern(*of.CustomNumFmt)
	}
	w.dates[style] = date
	return date, nil
}

// datePattern says whether a format of somebody's own shows dates: a letter of a
// date that is neither quoted, escaped nor the name of a colour or locale.
func datePattern(format string) bool {
	quoted, bracket, skip := false, false, false
	for _, r := range strings.ToLower(format) {
		switch {
		case skip:
			skip = false
		case r == '\\' || r == '_' || r == '*':
			skip = true
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '[':
			bracket = true
		case r == ']':
			bracket = false
		case bracket:
		case strings.ContainsRune("ymdhs", r):
			return true
		}
	}
	return false
}
