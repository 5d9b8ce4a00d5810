package document

import (
	"io"

	"github.com/controlwatch/controlwatch/report"
)

// csv writes one table, as RFC 4180 has it: the one asked for, or the main one.
// Cells that a spreadsheet would take for a formula begin with an apostrophe.
func csv(w io.Writer, d Document, o Options) error {
	t, err := d.table(o.Table)
	if err != nil {
		return err
	}
	cells := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		cells[i] = c.Name
	}
	if _, err := w.Write(report.CSVRow(cells...)); err != nil {
		return err
	}
	n := 0
	for row, err := range t.Rows {
		n++
		if err := t.row(n, row, err); err != nil {
			return err
		}
		for i, c := range row {
			cells[i] = c.machine()
		}
		if _, err := w.Write(report.CSVRow(cells...)); err != nil {
			return err
		}
	}
	return nil
}
