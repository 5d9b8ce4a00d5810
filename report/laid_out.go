package report

// What package document lays out, it lays out as this package does.

// Wrap breaks text into lines of at most width columns of a terminal.
func Wrap(s string, width int) []string { return wrap(s, width) }

// Columns is how many columns of a terminal a text takes.
func Columns(s string) int { return columnsOf(s) }

// XLSXCell is text that a cell of a workbook can hold: what cannot be seen is
// spelt out, and what is too long is cut and says so.
func XLSXCell(s string) string { return xlsxCell(s) }
