package report

// CSVRow is one record as RFC 4180 has it, each cell defused as those of CSV are:
// what a spreadsheet would take for a formula begins with an apostrophe.
func CSVRow(cells ...string) []byte { return csvRow(cells) }
