package document

import (
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/controlwatch/controlwatch/report"
)

// measured is how many rows decide the widths of a table's columns; the rest
// stream into them.
const measured = 200

// narrowest is the least width a column of text is folded to; a table that would
// need less stands as records.
const narrowest = 9

func (s *screen) table(t Table) error {
	if t.Caption != "" {
		s.line(2, text.Colors{text.Faint}, visible(t.Caption))
	}
	var first [][]string
	var tones [][]Tone
	widths := []int(nil)
	put := func(row []string, tone []Tone) { s.cells(t, widths, row, tone, nil) }
	begin := func() {
		sized := first
		if t.Total != nil {
			total, _ := s.texts(t.Total)
			sized = append(slices.Clone(first), total)
		}
		widths = s.fit(t, sized)
		if widths != nil && tooTall(widths, sized) {
			widths = nil
		}
		if widths != nil {
			names := make([]string, len(t.Columns))
			for i, c := range t.Columns {
				names[i] = oneLine(c.Name)
			}
			s.cells(t, widths, names, make([]Tone, len(names)), text.Colors{text.Faint})
		}
		for i := range first {
			put(first[i], tones[i])
		}
	}
	n := 0
	for row, err := range t.Rows {
		n++
		if err := t.row(n, row, err); err != nil {
			return err
		}
		cells, tone := s.texts(row)
		switch {
		case n < measured:
			first, tones = append(first, cells), append(tones, tone)
			continue
		case n == measured:
			begin()
		}
		put(cells, tone)
	}
	if n < measured {
		if n == 0 {
			s.line(2, nil, visible(t.empty()))
			return s.err
		}
		begin()
	}
	if t.Total != nil {
		cells, _ := s.texts(t.Total)
		s.cells(t, widths, cells, make([]Tone, len(cells)), text.Colors{text.Bold})
	}
	return s.err
}

func (s *screen) texts(row []Cell) ([]string, []Tone) {
	cells, tones := make([]string, len(row)), make([]Tone, len(row))
	for i, c := range row {
		cells[i] = visible(c.String())
		if c.kind == StateKind {
			cells[i], tones[i] = c.tone.mark()+cells[i], c.tone
		}
	}
	return cells, tones
}

// fit gives each column the width it needs, and takes from the widest until the
// table fits; nil: it cannot.
func (s *screen) fit(t Table, rows [][]string) []int {
	widths, sum := make([]int, len(t.Columns)), 2
	for i, c := range t.Columns {
		widths[i] = report.Columns(oneLine(c.Name))
		for _, row := range rows {
			for line := range strings.SplitSeq(row[i], "\n") {
				widths[i] = max(widths[i], report.Columns(line))
			}
		}
		sum += widths[i] + 2
	}
	for ; sum-2 > s.Width; sum-- {
		widest := 0
		for i := range widths {
			if widths[i] > widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= narrowest {
			return nil
		}
		widths[widest]--
	}
	return widths
}

// tallest is how many lines a row may have; a table that would need more stands as
// records, since columns so narrow are read word by word.
const tallest = 10

func tooTall(widths []int, rows [][]string) bool {
	for _, row := range rows {
		for i, cell := range row {
			lines := 0
			for paragraph := range strings.SplitSeq(cell, "\n") {
				lines += len(report.Wrap(leftward(paragraph), widths[i]))
			}
			if lines > tallest {
				return true
			}
		}
	}
	return false
}

// cells writes one row, each cell folded in its column; without widths as a record.
func (s *screen) cells(t Table, widths []int, row []string, tones []Tone, c text.Colors) {
	if widths == nil {
		for i, cell := range row {
			if cell == "" {
				continue
			}
			label := oneLine(t.Columns[i].Name) + ": "
			if i == 0 {
				label = "- "
			}
			colour := s.colour(tones[i])
			s.hang(2+2*min(i, 1), label, colour, cell)
		}
		return
	}
	lines := make([][]string, len(row))
	height := 1
	for i, cell := range row {
		for paragraph := range strings.SplitSeq(cell, "\n") {
			lines[i] = append(lines[i], report.Wrap(leftward(paragraph), widths[i])...)
		}
		height = max(height, len(lines[i]))
	}
	for n := range height {
		var b strings.Builder
		for i := range row {
			cell := ""
			if n < len(lines[i]) {
				cell = lines[i][n]
			}
			pad := strings.Repeat(" ", max(widths[i]-report.Columns(cell), 0))
			colour := c
			if tones[i] != Plain {
				colour = s.colour(tones[i])
			}
			b.WriteString("  ")
			if t.Columns[i].Kind == NumberKind {
				b.WriteString(pad + s.paint(colour, cell))
			} else {
				b.WriteString(s.paint(colour, cell) + pad)
			}
		}
		s.put(b.String())
	}
}
