package catalogue

import (
	"encoding/csv"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Row is one thing that people in the field test or ask: a row of tests.csv,
// which a check may answer, or of manual.csv, which an attestation may. The
// lists are wider than the catalogue: a row that nothing answers is one that the
// program does not test.
type Row struct {
	ID       string
	Title    string
	Provider string // empty for what a person attests
	Priority string // "1" first; empty for what a person attests
	Group    string // the control it belongs to
	Criteria []string
	Peers    []string // what other tools call it: "prowler:iam_root_mfa_enabled"
	CIS      []string // sections of CIS benchmarks: "CIS AWS 5.0.0: 1.4"
	Attested bool
}

// Rows are all rows, technical tests first, in the order of the lists.
func Rows() ([]Row, error) {
	tests, err := readRows(embedded, "tests.csv", false)
	if err != nil {
		return nil, err
	}
	manual, err := readRows(embedded, "manual.csv", true)
	return append(tests, manual...), err
}

func readRows(fsys fs.FS, name string, attested bool) ([]Row, error) {
	records, err := table(fsys, name)
	if err != nil {
		return nil, err
	}
	column := map[string]int{}
	for i, title := range records[0] {
		column[title] = i
	}
	out := make([]Row, 0, len(records)-1)
	for _, r := range records[1:] {
		cell := func(title string) string {
			if i, ok := column[title]; ok {
				return r[i]
			}
			return ""
		}
		out = append(out, Row{
			ID: cell("id"), Title: cell("title"), Provider: cell("provider"), Priority: cell("priority"), Group: cell("group"),
			Criteria: list(cell("criteria")), Peers: list(cell("peers")), CIS: list(cell("cis")), Attested: attested,
		})
	}
	return out, nil
}

// list splits a cell; a lone dash stands for nothing.
func list(cell string) []string {
	var out []string
	for item := range strings.SplitSeq(cell, ";") {
		if item = strings.TrimSpace(item); item != "" && item != "-" {
			out = append(out, item)
		}
	}
	return out
}

// rowIDs are the ids of a table.
func rowIDs(fsys fs.FS, name string) (map[string]bool, error) {
	records, err := table(fsys, name)
	if err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	for i, r := range records[1:] {
		if ids[r[0]] {
			return nil, fmt.Errorf("%s: row %d: %q occurs twice", name, i+2, r[0])
		}
		ids[r[0]] = true
	}
	return ids, nil
}

// table reads a table whose first column is id, its header with it.
func table(fsys fs.FS, name string) ([][]string, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read catalogue: %w", err)
	}
	defer f.Close() //nolint:errcheck // read only
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(records) < 2 || records[0][0] != "id" {
		return nil, fmt.Errorf("%s: expected a header whose first column is id, and rows below it", name)
	}
	return slices.Clip(records), nil
}
