package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"github.com/controlwatch/controlwatch/soc2"
)

// sheet is one sheet of a workbook: a header and rows of text.
type sheet struct {
	name    string
	columns []string
	rows    [][]string
}

// PopulationXLSX writes a population as a workbook: how it was made, its lists,
// holes and exports, and the items. Every cell is text, so that nothing in it can
// be a formula.
func PopulationXLSX(w io.Writer, p soc2.Population) error {
	return writeXLSX(w, []sheet{
		{"Population", []string{"what", "value"}, populationMade(p)},
		{"Items", populationColumns, populationRows(p)},
		{"Lists", listColumns, listRows(p)},
		{"Holes", []string{"type", "scope", "from", "to", "reason", "operation", "detail"}, holeRows(p)},
		{"Exports", []string{"system", "query", "preparer", "extracted_at", "data", "rows", "read", "digest", "confirmed"}, exportRows(p)},
	})
}

// writeXLSX streams sheets into a workbook. A sheet holds at most 1,048,576 rows;
// more are refused, not cut.
func writeXLSX(w io.Writer, sheets []sheet) (err error) {
	book := excelize.NewFile()
	defer func() {
		if closed := book.Close(); err == nil && closed != nil {
			err = fmt.Errorf("write XLSX: %w", closed)
		}
	}()
	for i, sh := range sheets {
		if i == 0 {
			err = book.SetSheetName(book.GetSheetName(0), sh.name)
		} else {
			_, err = book.NewSheet(sh.name)
		}
		if err == nil {
			err = sh.write(book)
		}
		if err != nil {
			return fmt.Errorf("write sheet %s: %w", sh.name, err)
		}
	}
	if err := book.Write(w); err != nil {
		return fmt.Errorf("write XLSX: %w", err)
	}
	return nil
}

func (s sheet) write(book *excelize.File) error {
	if len(s.rows)+1 > excelize.TotalRows {
		return fmt.Errorf("%d rows, and a sheet holds %d: use csv or json", len(s.rows), excelize.TotalRows-1)
	}
	stream, err := book.NewStreamWriter(s.name)
	if err != nil {
		return err
	}
	for i, row := range append([][]string{s.columns}, s.rows...) {
		cells := make([]any, len(row))
		for j, text := range row {
			cells[j] = xlsxCell(text)
		}
		if err := stream.SetRow(fmt.Sprintf("A%d", i+1), cells); err != nil {
			return err
		}
	}
	return stream.Flush()
}

// cutMark ends a text that is longer than a cell can be.
const cutMark = " … (cut: a cell holds no more; JSON has all of it)"

// xlsxCell escapes what cannot be seen, and says so where a text is too long for a
// cell, which the library would cut without a word.
func xlsxCell(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r != '\n' && r != '\t' && unseenRune(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
	s = b.String()
	if units := utf16.Encode([]rune(s)); len(units) > excelize.TotalCellChars {
		s = string(utf16.Decode(units[:excelize.TotalCellChars-len(utf16.Encode([]rune(cutMark)))])) + cutMark
	}
	return s
}
