package document

import (
	"strconv"
	"time"
)

// Cell is one value of a table. It knows what it is, so that a sheet gets numbers
// and dates and not text that looks like them. The zero value is an empty cell.
type Cell struct {
	kind   Kind
	text   string
	number float64
	time   time.Time
	tone   Tone
	to     string
	filled bool
}

// Text is a cell of text.
func Text(s string) Cell { return Cell{kind: TextKind, text: s, filled: s != ""} }

// ID is a cell that holds an identifier.
func ID(s string) Cell { return Cell{kind: IDKind, text: s, filled: s != ""} }

// Number is a cell of a number.
func Number[N int | int64 | float64](n N) Cell {
	return Cell{kind: NumberKind, number: float64(n), filled: true}
}

// Date is a cell that holds a day, or with a time of day a moment in UTC. The zero
// time is an empty cell.
func Date(t time.Time) Cell { return Cell{kind: DateKind, time: t.UTC(), filled: !t.IsZero()} }

// State is a cell with a state: a shape and a word. Without a word it says that
// none was stated, in the tone of what was not seen.
func State(tone Tone, word string) Cell {
	if word == "" {
		tone, word = Unseen, "not stated"
	}
	return Cell{kind: StateKind, text: word, tone: tone, filled: true}
}

// Linked is the cell as a link to a section of the document.
func (c Cell) Linked(id string) Cell {
	c.to = id
	return c
}

// String is the cell as text; a number without grouping.
func (c Cell) String() string {
	if !c.filled {
		return ""
	}
	switch c.kind {
	case NumberKind:
		return strconv.FormatFloat(c.number, 'f', -1, 64)
	case DateKind:
		if c.wholeDay() {
			return c.time.Format(time.DateOnly)
		}
		return c.time.Format("2006-01-02 15:04 UTC")
	case TextKind, StateKind, IDKind:
	}
	return c.text
}

func (c Cell) wholeDay() bool { return c.time.Equal(c.time.Truncate(24 * time.Hour)) }

// machine is the cell as programs read it: moments as RFC 3339 has them.
func (c Cell) machine() string {
	if c.kind == DateKind && c.filled && !c.wholeDay() {
		return c.time.Format(time.RFC3339)
	}
	return c.String()
}
