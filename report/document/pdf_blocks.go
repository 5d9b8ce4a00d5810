package document

import (
	"fmt"
	"strings"

	"codeberg.org/go-pdf/fpdf"
)

func (p *printed) section(s Section) error {
	level := s.level()
	top := p.y <= marginTop
	switch {
	case s.Wide != p.wide, s.Fresh && !top:
		p.newPage(s.Wide)
	case !top:
		p.y += []float64{0, 9, 7, 5}[level]
		p.room(p.opening(s))
	}
	p.contents = appendEntry(p.contents, entry{text: s.Heading, level: level, page: p.f.PageCount(), id: s.ID})
	p.f.SetLink(p.targets[s.ID], p.y, p.f.PageCount())
	p.f.SetFont(faces[bold].family, faces[bold].style, 10)
	p.f.Bookmark(oneLine(s.Heading), level-1, p.y) // in the reader's fonts
	how := setting{style: bold, size: []float64{0, 17, 13, 11}[level], colour: brand, leading: 1.25}
	if level > 1 {
		how.colour = ink1
	}
	p.text(oneLine(s.Heading), how)
	p.y += []float64{0, 2.4, 1.6, 1}[level]
	for _, b := range s.Blocks {
		if err := p.block(b); err != nil {
			return err
		}
	}
	return nil
}

// opening is how much a heading needs below it, so that it does not stand alone.
func (p *printed) opening(s Section) float64 {
	need := 34.0
	if len(s.Blocks) > 0 {
		if c, ok := s.Blocks[0].(Chart); ok {
			need = 40 + c.layout().height*p.chartScale()
		}
	}
	return min(need, p.bottom()-marginTop)
}

// chartScale is how many millimetres a unit of a chart is.
func (p *printed) chartScale() float64 { return min(p.width()-p.indent, 168) / chartWidth }

func appendEntry(entries []entry, e entry) []entry {
	if e.level > 2 {
		return entries
	}
	return append(entries, e)
}

var running = setting{size: 10}

func (p *printed) block(b Block) error {
	switch b := b.(type) {
	case Paragraph:
		p.spans(b, running)
		p.y += 2.2
	case List:
		for i, item := range b.Items {
			bullet := "•"
			if b.Ordered {
				bullet = fmt.Sprintf("%d.", i+1)
			}
			p.room(running.line())
			p.line(bullet, marginSide+p.indent+1, p.y+running.size*points, setting{size: 10, colour: grey})
			how := running
			how.indent = 6.5
			p.spans(item, how)
			p.y++
		}
		p.y += 1.4
	case KeyValues:
		p.pairs(b)
	case Callout:
		p.box(b.Tone, b.Title, b.Text)
	case Code:
		p.code(string(b))
	case Table:
		return p.table(b)
	case Chart:
		return p.chart(b)
	case Figure:
		p.text(visible(b.Caption), setting{style: bold, size: 10})
		p.text(visible(b.Alt)+" (The picture is in the HTML form.)", setting{size: 9.5, colour: grey})
		p.y += 2
		if b.Data != nil {
			return p.table(*b.Data)
		}
	}
	return p.f.Error()
}

func (p *printed) pairs(pairs KeyValues) {
	const wide = 46.0
	for _, kv := range pairs {
		key := setting{size: 9.5, colour: grey}
		keys := p.glyphs.lines(oneLine(kv.Key), regular, key.size, wide-4)
		how := setting{size: 9.5, indent: wide}
		values := len(p.glyphs.lines(visible(kv.Value.String()), regular, how.size, p.width()-p.indent-wide))
		if height := float64(max(len(keys), values)) * how.line(); height < (p.bottom()-marginTop)/3 {
			p.room(height) // one piece, where it is no long one
		} else {
			p.room(running.line())
		}
		top, page := p.y, p.f.PageCount()
		for i, line := range keys {
			p.line(line, marginSide+p.indent, top+key.size*points+float64(i)*key.line(), key)
		}
		p.spans(kv.Value, how)
		if p.f.PageCount() == page {
			p.y = max(p.y, top+float64(len(keys))*key.line())
		}
		p.y += 0.8
		p.hairline(p.y)
		p.y += 1.2
	}
	p.y += 2
}

func (p *printed) hairline(y float64) {
	p.stroke(hair)
	p.f.SetLineWidth(0.18)
	p.f.Line(marginSide+p.indent, y, marginSide+p.width(), y)
}

// box sets a text apart, with a bar of its tone at its side. The bar follows it
// from page to page.
func (p *printed) box(t Tone, title string, text Paragraph) {
	const pad = 4.0
	how := setting{size: 9.5, indent: pad}
	heading := setting{style: bold, size: 9.5, colour: colourOf(t), indent: pad}
	body := p.glyphs.lines(visible(text.String()), regular, how.size, p.width()-p.indent-2*pad)
	height := 2*2.4 + heading.line() + float64(len(body))*how.line()
	p.room(min(height, p.bottom()-marginTop))
	if p.y+height <= p.bottom() { // it is one piece: it gets a ground
		p.ground(groundOf(t))
		p.f.RoundedRect(marginSide+p.indent, p.y, p.width()-p.indent, height, 1.6, "1234", "F")
		p.ground(colourOf(t))
		p.f.Rect(marginSide+p.indent, p.y, 1.1, height, "F")
	}
	p.y += 2.4
	if m := markOf(t); m != nil {
		p.draw(placed(m, marginSide+p.indent+pad, p.y+0.35, 3.2/16), 1, 0, 0)
		heading.indent += 4.8
	}
	p.text(oneLine(title), heading)
	how.width = p.width() - p.indent - 2*pad
	p.spans(text, how)
	p.y += 2.4 + 2.4
}

func (p *printed) code(text string) {
	how := setting{style: mono, size: 8.2, colour: ink1, leading: 1.4}
	const pad = 3.0
	width := p.width() - p.indent - 2*pad
	p.room(3 * how.line())
	p.y++
	for line := range strings.SplitSeq(strings.TrimRight(visible(text), "\n"), "\n") {
		blanks := line[:len(line)-len(strings.TrimLeft(line, " "))]
		for i, part := range p.glyphs.lines(line, mono, how.size, width-p.glyphs.width(blanks, mono, how.size)) {
			p.room(how.line())
			p.ground(well)
			p.f.Rect(marginSide+p.indent, p.y-0.4, p.width()-p.indent, how.line()+0.45, "F")
			x := marginSide + p.indent + pad + p.glyphs.width(blanks, mono, how.size)
			if i > 0 {
				x += 2
			}
			p.line(part, x, p.y+how.size*points, how)
			p.y += how.line()
		}
	}
	p.y += 3
}

// tiles are the figures of the summary, beside each other.
func (p *printed) tiles() {
	if len(p.d.Summary) == 0 {
		return
	}
	p.text("Summary", setting{style: bold, size: 17, colour: brand, leading: 1.25})
	p.y += 3
	const gap = 3.5
	columns := map[int]int{1: 3, 2: 3, 3: 3, 5: 5, 6: 3, 9: 3}[len(p.d.Summary)]
	if columns == 0 {
		columns = 4
	}
	wide := (p.width() - gap*float64(columns-1)) / float64(columns)
	for i := 0; i < len(p.d.Summary); i += columns {
		rowOf := p.d.Summary[i:min(i+columns, len(p.d.Summary))]
		high := 0.0
		for _, t := range rowOf {
			high = max(high, p.tile(t, 0, wide, false))
		}
		p.room(high)
		for j, t := range rowOf {
			x := marginSide + float64(j)*(wide+gap)
			p.stroke(hair)
			p.f.SetLineWidth(0.25)
			p.ground(rgb{255, 255, 255})
			p.f.RoundedRect(x, p.y, wide, high, 1.6, "1234", "FD")
			p.ground(colourOf(t.Tone))
			p.f.Rect(x, p.y, wide, 1, "F")
			p.tile(t, x, wide, true)
		}
		p.y += high + gap
	}
	p.y += 4
}

// tile sets a figure, or only says how high it is.
func (p *printed) tile(t Tile, x, wide float64, set bool) float64 {
	const pad = 3.6
	y := p.y + 4.2
	put := func(text string, s setting, indent float64) {
		for _, line := range p.glyphs.lines(text, s.style, s.size, wide-2*pad-indent) {
			if set {
				p.line(line, x+pad+indent, y+s.size*points, s)
			}
			y += s.line()
		}
	}
	indent := 0.0
	if m := markOf(t.Tone); m != nil {
		indent = 4.4
		if set {
			p.draw(placed(m, x+pad, y+0.2, 3.1/16), 1, 0, 0)
		}
	}
	put(oneLine(t.Label), setting{style: bold, size: 9, colour: ink1, leading: 1.3}, indent)
	y += 0.8
	colour := colourOf(t.Tone)
	put(oneLine(t.Value), setting{style: bold, size: 20, colour: colour, leading: 1.15}, 0)
	if t.Note != "" {
		put(oneLine(t.Note), setting{size: 7.8, colour: grey, leading: 1.3}, 0)
	}
	return y - p.y + 2.6
}

func (p *printed) chart(c Chart) error {
	d := c.layout()
	k := p.chartScale()
	p.room(min(d.height*k+14, p.bottom()-marginTop))
	p.text(oneLine(c.Title), setting{style: bold, size: 10})
	p.text(visible(c.Says), setting{size: 9, colour: grey})
	p.y += 2
	cut := (c.Kind == Lines || c.Kind == Sparkline) && !c.Told // their figures are not all written in them
	p.draw(d.shapes, k, marginSide+p.indent, p.y)
	for _, s := range d.shapes {
		cut = cut || s.kind == words && strings.HasSuffix(s.text, "…")
	}
	p.y += d.height*k + 4
	if !cut {
		return p.f.Error()
	}
	return p.table(c.Table())
}

// draw puts shapes on the page, scaled and moved.
func (p *printed) draw(shapes []shape, k, x, y float64) {
	for _, s := range shapes {
		colour := colourOf(s.tone)
		switch s.ink {
		case back:
			colour = groundOf(s.tone)
		case page:
			colour = rgb{255, 255, 255}
		case soft:
			colour = grey
		case rule:
			colour = hair
		case fore:
			colour = ink1
		case front:
		}
		p.ground(colour)
		p.stroke(colour)
		p.f.SetLineWidth(max(s.width*k, 0.15))
		p.f.SetLineCapStyle("round")
		at := func(i int) (float64, float64) { return x + s.points[i]*k, y + s.points[i+1]*k }
		px, py := at(0)
		switch s.kind {
		case rectangle:
			if s.round > 0 {
				p.f.RoundedRect(px, py, s.points[2]*k, s.points[3]*k, min(s.round, s.points[2]/2)*k, "1234", "F")
				continue
			}
			p.f.Rect(px, py, s.points[2]*k, s.points[3]*k, "F")
		case circle:
			p.f.Circle(px, py, s.points[2]*k, "F")
		case ring:
			p.f.Circle(px, py, s.points[2]*k, "D")
		case area:
			var polygon []fpdf.PointType
			for i := 0; i+1 < len(s.points); i += 2 {
				ax, ay := at(i)
				polygon = append(polygon, fpdf.PointType{X: ax, Y: ay})
			}
			p.f.Polygon(polygon, "F")
		case stroke:
			if s.dash > 0 {
				p.f.SetDashPattern([]float64{float64(8-2*min(s.dash, 3)) * k, 4 * k}, 0)
			}
			p.f.MoveTo(px, py)
			for i := 2; i+1 < len(s.points); i += 2 {
				p.f.LineTo(at(i))
			}
			p.f.DrawPath("D")
			if s.dash > 0 {
				p.f.SetDashPattern(nil, 0)
			}
		case words:
			style := regular
			if s.bold {
				style = bold
			}
			size := s.size * k / points
			text := p.glyphs.settable(s.text, style)
			wide := p.glyphs.width(text, style, size)
			px -= wide * []float64{0, 0.5, 1}[s.anchor]
			p.line(text, px, py, setting{style: style, size: size, colour: colour})
		}
	}
	p.f.SetLineCapStyle("butt")
}
