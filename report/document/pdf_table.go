package document

import "strings"

// cellSize is the size of text in tables, in points; pad is between columns.
const (
	cellSize = 8.3
	cellPad  = 3.0
)

// defaultWeights are the shares of columns that ask for none.
var defaultWeights = map[Kind]float64{TextKind: 3, NumberKind: 1.1, DateKind: 1.7, StateKind: 2, IDKind: 2.6}

// table sets rows, breaking between them, and repeats the head on each page. A row
// that is higher than a page goes on on the next.
func (p *printed) table(t Table) error {
	widths := p.columns(t)
	if t.Caption != "" {
		p.room(26)
		p.text(visible(t.Caption), setting{style: bold, size: 9.5})
		p.y++
	}
	n := 0
	for row, err := range t.Rows {
		n++
		if err := t.row(n, row, err); err != nil {
			return err
		}
		if n == 1 {
			p.room(20)
			p.tableHead(t, widths)
		}
		p.row(t, widths, row, false)
		if n%1000 == 0 && p.f.Err() {
			return p.f.Error()
		}
	}
	switch {
	case n == 0:
		p.text(visible(t.empty()), setting{size: 9.5, colour: grey})
	case t.Total != nil:
		p.row(t, widths, t.Total, true)
	}
	p.y += 5
	return p.f.Error()
}

// columns shares the width by weight; none is narrower than the longest word of its head.
func (p *printed) columns(t Table) []float64 {
	widths, sum := make([]float64, len(t.Columns)), 0.0
	for i, c := range t.Columns {
		widths[i] = c.Weight
		if c.Weight <= 0 {
			widths[i] = defaultWeights[c.Kind]
		}
		sum += widths[i]
	}
	room := p.width() - p.indent
	least, needed := make([]float64, len(t.Columns)), 0.0
	for i, c := range t.Columns {
		for word := range strings.FieldsSeq(oneLine(c.Name)) {
			least[i] = max(least[i], p.glyphs.width(p.glyphs.settable(word, bold), bold, cellSize)+cellPad+0.5)
		}
		switch c.Kind {
		case DateKind:
			least[i] = max(least[i], p.glyphs.width("2026-00-00 00:00", regular, cellSize)+cellPad+0.5)
		case StateKind:
			least[i] = max(least[i], 27)
		case TextKind, NumberKind, IDKind:
		}
		widths[i] *= room / sum
		needed += least[i]
	}
	lack, over := 0.0, 0.0
	for i := range widths {
		least[i] *= min(room/needed, 1)
		lack += max(least[i]-widths[i], 0)
		over += max(widths[i]-least[i], 0)
	}
	for i := range widths { // what is too narrow takes from those that have more than they need
		if widths[i] < least[i] {
			widths[i] = least[i]
		} else if over > 0 {
			widths[i] -= lack * (widths[i] - least[i]) / over
		}
	}
	return widths
}

func (p *printed) tableHead(t Table, widths []float64) {
	how := setting{style: bold, size: cellSize, colour: brand, leading: 1.3}
	lines := make([][]string, len(t.Columns))
	high := 0
	for i, c := range t.Columns {
		lines[i] = p.glyphs.lines(oneLine(c.Name), bold, cellSize, widths[i]-cellPad)
		high = max(high, len(lines[i]))
	}
	p.y++
	x := marginSide + p.indent
	for i, c := range t.Columns {
		for j, line := range lines[i] {
			at := x
			if c.Kind == NumberKind {
				at = x + widths[i] - cellPad - p.glyphs.width(line, bold, cellSize)
			}
			p.line(line, at, p.y+cellSize*points+float64(j+high-len(lines[i]))*how.line(), how)
		}
		x += widths[i]
	}
	p.y += float64(high)*how.line() + 1
	p.stroke(brand)
	p.f.SetLineWidth(0.35)
	p.f.Line(marginSide+p.indent, p.y, marginSide+p.width(), p.y)
	p.y += 0.9
}

// set is a cell broken into lines.
type set struct {
	lines []string
	how   setting
	mark  Tone
	to    string
}

func (p *printed) row(t Table, widths []float64, row []Cell, total bool) {
	cells, high := make([]set, len(row)), 1
	for i, c := range row {
		cells[i] = p.setCell(c, widths[i], total || i == 0 && c.kind == TextKind)
		high = max(high, len(cells[i].lines))
	}
	step := setting{size: cellSize, leading: 1.34}.line()
	if full := int((p.bottom() - marginTop - 14) / step); float64(high)*step+2 > p.bottom()-p.y && high < full {
		p.newPage(p.wide)
		p.tableHead(t, widths)
	}
	if total {
		p.hairline(p.y - 0.4)
	}
	for from := 0; from < high; {
		fits := int((p.bottom() - p.y - 2) / step)
		if fits < 1 {
			p.newPage(p.wide)
			p.tableHead(t, widths)
			continue
		}
		to := min(high, from+fits)
		x := marginSide + p.indent
		p.y += 0.9
		for i, c := range cells {
			for j := from; j < min(to, len(c.lines)); j++ {
				at, y := x, p.y+cellSize*points+float64(j-from)*step
				switch {
				case row[i].kind == NumberKind && row[i].filled:
					at = x + widths[i] - cellPad - p.glyphs.width(c.lines[j], c.how.style, c.how.size)
				case row[i].kind == StateKind && row[i].filled && markOf(c.mark) != nil:
					if j == 0 {
						p.draw(placed(markOf(c.mark), x, y-2.45, 2.8/16), 1, 0, 0)
					}
					at += 3.9
				}
				p.line(c.lines[j], at, y, c.how)
				if c.to != "" {
					p.link(c.to, at, y-3, widths[i]-cellPad, step)
				}
			}
			x += widths[i]
		}
		p.y += float64(to-from)*step + 0.9
		from = to
	}
	p.hairline(p.y)
}

func (p *printed) setCell(c Cell, width float64, strong bool) set {
	how := setting{size: cellSize, colour: ink1, leading: 1.34}
	text := visible(c.String())
	if strong {
		how.style = bold
	}
	width -= cellPad
	switch c.kind {
	case StateKind:
		how.style, how.colour = bold, colourOf(c.tone)
		if markOf(c.tone) != nil {
			width -= 3.9
		}
	case IDKind:
		how.style, how.size = mono, cellSize*0.92
	case NumberKind:
		text = strings.ReplaceAll(grouped(text), "\u202f", " ")
	case TextKind, DateKind:
	}
	if c.to != "" {
		how.colour = hex(paper[Info][0])
	}
	return set{lines: p.glyphs.lines(text, how.style, how.size, max(width, 4)), how: how, mark: c.tone, to: c.to}
}
