package document

import (
	"iter"
	"strings"
)

// Block is one thing in a section. Its kinds are those of this file, and every
// renderer has a case for each.
type Block interface{ block() }

// Paragraph is running text.
type Paragraph []Span

// Span is a stretch of text of one look.
type Span struct {
	Text   string
	Strong bool
	Code   bool
	To     string // id of a section of this document, or an https address
}

// List is a list of items, numbered when Ordered.
type List struct {
	Ordered bool
	Items   []Paragraph
}

// Rows gives the rows of a table in order. It can be run more than once, and gives
// the same rows each time; an error ends the document with that error.
type Rows = iter.Seq2[[]Cell, error]

// Table is rows under named columns.
type Table struct {
	Name    string // unique in the document, of lower-case letters, digits and hyphens, at most 28: a sheet, --table
	Caption string
	Columns []Column
	Rows    Rows
	Total   []Cell // last row, set apart; nil: none
	Empty   string // said in place of rows when there are none
	Folded  bool   // on a screen its rows show on demand; on paper always
}

// Column is one column of a table.
type Column struct {
	Name   string
	Kind   Kind
	Weight float64 // share of the width; 0: by kind
}

// Kind is what the cells of a column are.
type Kind int

// The kinds of cells.
const (
	TextKind Kind = iota
	NumberKind
	DateKind
	StateKind
	IDKind // an identifier: fixed-width where there is such a thing
)

// KeyValues are facts with their names.
type KeyValues []Pair

// Pair is one of them.
type Pair struct {
	Key   string
	Value Paragraph
}

// Figure is a picture made elsewhere. Where a format cannot show it, its text is
// shown, with Data.
type Figure struct {
	SVG     []byte
	Alt     string // what it shows, in words
	Caption string
	Data    *Table // the same as a table; nil: none
}

// Callout is a paragraph set apart.
type Callout struct {
	Tone  Tone
	Title string
	Text  Paragraph
}

// Code is commands or configuration, kept as it is.
type Code string

func (Paragraph) block() {}
func (List) block()      {}
func (Table) block()     {}
func (KeyValues) block() {}
func (Chart) block()     {}
func (Figure) block()    {}
func (Callout) block()   {}
func (Code) block()      {}

// P is a paragraph of plain text.
func P(text string) Paragraph { return Paragraph{{Text: text}} }

// RowsOf gives rows that are in memory.
func RowsOf(rows [][]Cell) Rows {
	return func(yield func([]Cell, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// String is the text without its looks.
func (p Paragraph) String() string {
	var b strings.Builder
	for _, s := range p {
		b.WriteString(s.Text)
	}
	return b.String()
}

func (t Table) empty() string {
	if t.Empty == "" {
		return "No rows."
	}
	return t.Empty
}
