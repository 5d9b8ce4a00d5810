package matrix

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/controlwatch/controlwatch/collectors/files"
)

// field is something that a column can hold, and the headings it usually has.
type field struct {
	name     string
	needed   bool
	headings []string // in lower case, letters and digits only, parted by one space
}

// Taken says what became of a column.
type Taken struct {
	Column string `json:"column"`
	Field  string `json:"field"` // empty: it was left aside
}

// sheet is a table whose columns are known.
type sheet struct {
	file  string
	table files.Table
	at    map[string]int // columns by field
	taken []Taken
}

// heading is a heading as headings are compared.
func heading(title string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(title), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), " ")
}

// take pairs columns with fields: those that are told first, then by their headings.
// Of two columns that could hold one field neither is taken.
func take(file string, table files.Table, fields []field, told map[string]string) (*sheet, []Problem) {
	s := &sheet{file: file, table: table, at: map[string]int{}}
	var problems []Problem
	wrong := func(column, text string, args ...any) {
		problems = append(problems, Problem{File: file, Column: column, Expected: fmt.Sprintf(text, args...)})
	}
	var names []string
	for _, f := range fields {
		names = append(names, f.name)
	}
	byTold := map[int]string{}
	for _, column := range slices.Sorted(maps.Keys(told)) {
		name := told[column]
		i := slices.IndexFunc(table.Header, func(h string) bool { return strings.EqualFold(h, strings.TrimSpace(column)) })
		switch {
		case i < 0:
			wrong("", "--map: there is no column %q; there is %s", column, strings.Join(table.Header, ", "))
		case name != "" && !slices.Contains(names, name):
			wrong(column, "--map: %q is no field; expected %s, or nothing to leave the column aside", name, strings.Join(names, ", "))
		default:
			byTold[i] = name
		}
	}
	found := map[string][]int{}
	for i, title := range table.Header {
		name, isTold := byTold[i]
		if !isTold {
			if at := slices.IndexFunc(fields, func(f field) bool { return f.name == heading(title) || slices.Contains(f.headings, heading(title)) }); at >= 0 {
				name = fields[at].name
				if slices.ContainsFunc(slices.Collect(maps.Values(byTold)), func(t string) bool { return t == name }) {
					name = "" // another column was told to hold it
				}
			}
		}
		if name != "" {
			found[name] = append(found[name], i)
		}
		s.taken = append(s.taken, Taken{Column: title, Field: name})
	}
	for _, f := range fields {
		switch at := found[f.name]; {
		case len(at) > 1:
			var columns []string
			for _, i := range at {
				columns = append(columns, fmt.Sprintf("%q", table.Header[i]))
			}
			wrong("", "the columns %s could all hold the %s; say which with --map %s=%s", strings.Join(columns, " and "), f.name, table.Header[at[0]], f.name)
		case len(at) == 1:
			s.at[f.name] = at[0]
		case f.needed:
			wrong("", "no column holds the %s: none has a heading such as %s; say which does with --map COLUMN=%s", f.name, strings.Join(f.headings[:min(4, len(f.headings))], ", "), f.name)
		}
	}
	return s, problems
}

// cell is what a row holds of a field; nothing where no column does.
func (s *sheet) cell(r files.Row, field string) string {
	i, ok := s.at[field]
	if !ok || i >= len(r.Cells) {
		return ""
	}
	return strings.TrimSpace(r.Cells[i])
}

// problem is of one cell.
func (s *sheet) problem(r files.Row, field, text string, args ...any) Problem {
	p := Problem{File: s.file, Row: r.Line, Expected: fmt.Sprintf(text, args...)}
	if i, ok := s.at[field]; ok {
		p.Column = s.table.Header[i]
	}
	return p
}
