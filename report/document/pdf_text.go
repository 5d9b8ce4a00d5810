package document

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// rgb is a colour.
type rgb struct{ r, g, b int }

var (
	ink1  = rgb{0x18, 0x20, 0x2b}
	grey  = rgb{0x55, 0x61, 0x6f}
	hair  = rgb{0xd3, 0xd9, 0xe2}
	brand = rgb{0x1f, 0x3a, 0x63}
	well  = rgb{0xf4, 0xf6, 0xf9}
)

func hex(s string) rgb {
	v, _ := strconv.ParseUint(s, 16, 32) // the constants of paper
	return rgb{int(v >> 16 & 255), int(v >> 8 & 255), int(v & 255)}
}

func colourOf(t Tone) rgb {
	if c, ok := paper[t]; ok {
		return hex(c[0])
	}
	return hex(paper[Unseen][0])
}

func groundOf(t Tone) rgb {
	if c, ok := paper[t]; ok {
		return hex(c[1])
	}
	return hex(paper[Unseen][1])
}

// setting is how a text is set.
type setting struct {
	style   face
	size    float64
	colour  rgb
	leading float64 // of the size; 0: 1.42
	indent  float64 // from the left margin
	width   float64 // 0: to the right margin
}

func (s setting) line() float64 {
	if s.leading == 0 {
		s.leading = 1.42
	}
	return s.size * s.leading * points
}

func (p *printed) ink(c rgb)    { p.f.SetTextColor(c.r, c.g, c.b) }
func (p *printed) stroke(c rgb) { p.f.SetDrawColor(c.r, c.g, c.b) }
func (p *printed) ground(c rgb) { p.f.SetFillColor(c.r, c.g, c.b) }

// line sets one line that was broken before, its baseline at y.
func (p *printed) line(s string, x, y float64, how setting) {
	if s == "" {
		return
	}
	p.ink(how.colour)
	for _, r := range p.glyphs.runs(p.glyphs.settable(s, how.style), how.style) {
		if r.in == other {
			p.f.SetFont("other", "", how.size)
		} else {
			p.f.SetFont(faces[r.in].family, faces[r.in].style, how.size)
		}
		p.f.Text(x, y, r.text)
		x += p.glyphs.width(r.text, how.style, how.size)
	}
}

// text sets a text below what is there.
func (p *printed) text(s string, how setting) {
	if s == "" {
		return
	}
	width := how.width
	if width == 0 {
		width = p.width() - how.indent - p.indent
	}
	if (how.colour == rgb{}) {
		how.colour = ink1
	}
	for _, line := range p.glyphs.lines(s, how.style, how.size, width) {
		p.room(how.line())
		p.line(line, marginSide+p.indent+how.indent, p.y+how.size*points, how)
		p.y += how.line()
	}
}

// piece is a word of a paragraph.
type piece struct {
	text  string
	style face
	to    string
	space bool // before it
	ends  bool // the line ends after it
}

// spans sets a paragraph of several looks.
func (p *printed) spans(paragraph Paragraph, how setting) {
	if (how.colour == rgb{}) {
		how.colour = ink1
	}
	width := p.width() - how.indent - p.indent
	if how.width > 0 {
		width = how.width
	}
	left := marginSide + p.indent + how.indent
	space := p.glyphs.width(" ", regular, how.size)
	x := 0.0
	begun := false
	feed := func() {
		p.y += how.line()
		x, begun = 0, false
	}
	for _, w := range p.pieces(paragraph, how) {
		size := how.size
		if w.style == mono {
			size *= 0.92
		}
		for i, part := range p.glyphs.lines(w.text, w.style, size, width) {
			long := p.glyphs.width(part, w.style, size)
			gap := 0.0
			if w.space && begun && i == 0 {
				gap = space
			}
			if begun && (i > 0 || x+gap+long > width) {
				feed()
				gap = 0
			}
			if !begun {
				p.room(how.line())
			}
			at := how
			at.style, at.size = w.style, size
			if w.to != "" {
				at.colour = hex(paper[Info][0])
			}
			p.line(part, left+x+gap, p.y+how.size*points, at)
			if w.to != "" {
				p.link(w.to, left+x+gap, p.y, long, how.line())
			}
			x += gap + long
			begun = true
		}
		if w.ends && begun {
			feed()
		}
	}
	if begun {
		feed()
	}
}

func (p *printed) link(to string, x, y, width, height float64) {
	if web(to) {
		p.f.LinkString(x, y, width, height, to)
		return
	}
	p.f.Link(x, y, width, height, p.targets[to])
}

// pieces are the words of a paragraph.
func (p *printed) pieces(paragraph Paragraph, how setting) []piece {
	var out []piece
	space := false
	for _, s := range paragraph {
		style := how.style
		switch {
		case s.Code:
			style = mono
		case s.Strong:
			style = bold
		}
		word := ""
		flush := func() {
			if word != "" {
				out = append(out, piece{text: word, style: style, to: s.To, space: space})
				word, space = "", false
			}
		}
		for _, r := range p.glyphs.settable(visible(s.Text), style) {
			switch r {
			case '\n':
				flush()
				if len(out) > 0 {
					out[len(out)-1].ends = true
				}
				space = false
			case ' ':
				if last, _ := utf8.DecodeLastRuneInString(word); p.glyphs.other != nil && fromRight(last) {
					word += " " // stays with the next, if that is read from right to left too
					continue
				}
				flush()
				space = true
			default:
				if strings.HasSuffix(word, " ") && !fromRight(r) {
					word = strings.TrimSuffix(word, " ")
					flush()
					space = true
				}
				word += string(r)
			}
		}
		flush()
	}
	return out
}
