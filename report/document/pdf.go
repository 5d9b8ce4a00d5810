package document

import (
	"fmt"
	"io"
	"strings"

	"codeberg.org/go-pdf/fpdf"
)

// Measures of a page, in millimetres.
const (
	paperShort, paperLong = 210.0, 297.0
	marginSide            = 17.0
	marginTop             = 20.0
	marginBottom          = 19.0
)

// pdf writes pages: a cover with what must be known first, contents with page
// numbers, and the sections. Text is set in fonts that are part of the program;
// what they have no glyph for is set in the font that the user gave, and else written
// as its number in Unicode, and the cover says so.
func pdf(w io.Writer, d Document, o Options) error {
	p, err := newPrinted(d, o.Font)
	if err != nil {
		return err
	}
	p.cover()
	p.reserveContents()
	p.newPage(len(d.Sections) > 0 && d.Sections[0].Wide) // so that figures do not stand on a page alone
	p.tiles()
	for _, s := range d.Sections {
		if err := p.section(s); err != nil {
			return err
		}
	}
	p.fillContents()
	p.unsetGlyphs()
	p.edges()
	if err := p.f.Error(); err != nil {
		return err
	}
	return p.f.Output(w)
}

// printed is the pages so far. Pages break where this package says, never by
// themselves.
type printed struct {
	f        *fpdf.Fpdf
	d        Document
	glyphs   typesetter
	y        float64
	wide     bool // the page lies on its long side
	heights  []float64
	contents []entry
	reserved int // first page of the contents
	targets  map[string]int
	indent   float64
}

// entry is a line of the contents.
type entry struct {
	text  string
	level int
	page  int
	id    string
}

func newPrinted(d Document, font []byte) (*printed, error) {
	f := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: paperShort, Ht: paperLong}})
	f.SetAutoPageBreak(false, 0)
	f.SetMargins(0, 0, 0)
	f.SetCompression(true)
	f.SetCatalogSort(true)
	f.SetTitle(oneLine(d.Title), true)
	f.SetSubject(oneLine(d.Subtitle), true)
	f.SetAuthor(oneLine(d.Organization), true)
	f.SetCreator(oneLine(d.PreparedBy), true)
	f.SetProducer("controlwatch", true)
	f.SetLang("en")
	f.SetCreationDate(d.Made.UTC())
	f.SetModificationDate(d.Made.UTC())
	p := &printed{f: f, d: d, targets: map[string]int{}, heights: []float64{0}}
	if err := p.glyphs.load(f); err != nil {
		return nil, err
	}
	if err := p.glyphs.loadOther(font); err != nil {
		return nil, err
	}
	for _, s := range d.Sections {
		p.targets[s.ID] = f.AddLink()
	}
	return p, nil
}

func (p *printed) width() float64 {
	if p.wide {
		return paperLong - 2*marginSide
	}
	return paperShort - 2*marginSide
}

func (p *printed) pageHeight() float64 {
	if p.wide {
		return paperShort
	}
	return paperLong
}

func (p *printed) bottom() float64 { return p.pageHeight() - marginBottom }

func (p *printed) newPage(wide bool) {
	orientation := "P"
	if wide {
		orientation = "L"
	}
	p.wide = wide
	p.f.AddPageFormat(orientation, fpdf.SizeType{Wd: paperShort, Ht: paperLong})
	p.heights = append(p.heights, p.pageHeight())
	p.y = marginTop
}

// room begins a new page where less than so much is left on this one.
func (p *printed) room(height float64) {
	if p.y+height > p.bottom() {
		p.newPage(p.wide)
	}
}

// on draws on a page that was made before. The library counts from the foot of the
// newest page, so what is drawn on a page of another height is moved.
func (p *printed) on(page int, draw func(move float64)) {
	newest := p.f.PageCount()
	p.f.SetPage(page)
	draw(p.heights[newest] - p.heights[page])
	p.f.SetPage(newest)
}

func (p *printed) cover() {
	p.newPage(false)
	p.ground(rgb{0x17, 0x30, 0x4f})
	p.f.Rect(0, 0, paperShort, 118, "F")
	p.ground(rgb{0x3f, 0x7d, 0xdb})
	p.f.Rect(0, 118, paperShort, 2.2, "F")
	p.y = 42
	white, pale := rgb{255, 255, 255}, rgb{0xc5, 0xd3, 0xe6}
	if p.d.Organization != "" {
		p.text(oneLine(p.d.Organization), setting{style: bold, size: 11.5, colour: pale})
		p.y += 3
	}
	p.text(oneLine(p.d.Title), setting{style: bold, size: 30, colour: white, leading: 1.12})
	p.y += 4
	p.text(visible(p.d.Subtitle), setting{size: 12.5, colour: pale, width: 150})
	p.y = max(p.y+10, 130)
	for _, m := range p.d.made() {
		if m[0] == "Organisation" {
			continue
		}
		top := p.y
		p.text(m[0], setting{size: 9, colour: grey, width: 32})
		p.y = top
		p.text(visible(m[1]), setting{size: 9.5, indent: 32})
		p.y += 1.2
	}
	p.y += 6
	for _, n := range p.d.Notices {
		p.box(n.Tone, n.Title, P(n.Text))
	}
}

// contentsLines is how many lines a page of contents holds.
const contentsLines = 36

// listed are the sections that stand in the contents.
func (d Document) listed() []Section {
	var out []Section
	for _, s := range d.Sections {
		if s.level() <= 2 {
			out = append(out, s)
		}
	}
	return out
}

func (p *printed) reserveContents() {
	n := len(p.d.listed())
	if n == 0 {
		return
	}
	p.reserved = p.f.PageCount() + 1
	for ; n > 0; n -= contentsLines {
		p.newPage(false)
	}
}

func (p *printed) fillContents() {
	for i := 0; i < len(p.contents); i += contentsLines {
		part := p.contents[i:min(i+contentsLines, len(p.contents))]
		p.on(p.reserved+i/contentsLines, func(move float64) {
			y := marginTop + 8 + move
			p.line("Contents", marginSide, y, setting{style: bold, size: 19, colour: brand})
			y += 12
			right := paperShort - marginSide
			for _, e := range part {
				s := setting{size: 10.5, colour: ink1}
				x := marginSide
				if e.level == 1 {
					s.style = bold
				} else {
					x += 6
				}
				number := fmt.Sprint(e.page)
				wide := p.glyphs.width(number, regular, 10.5)
				text := p.glyphs.lines(oneLine(e.text), s.style, s.size, right-x-wide-8)
				label := text[0]
				if len(text) > 1 {
					label = strings.TrimRight(label, " ") + " …"
				}
				p.line(label, x, y, s)
				p.line(number, right-wide, y, setting{size: 10.5, colour: ink1})
				from := x + p.glyphs.width(label, s.style, s.size) + 2
				if to := right - wide - 2; to > from {
					p.stroke(hair)
					p.f.SetLineWidth(0.2)
					p.f.SetDashPattern([]float64{0.3, 1.2}, 0)
					p.f.Line(from, y, to, y)
					p.f.SetDashPattern(nil, 0)
				}
				p.f.Link(x, y-4.5, right-x, 6, p.targets[e.id])
				y += 6.3
			}
		})
	}
}

// unsetGlyphs says on the cover what could not be set.
func (p *printed) unsetGlyphs() {
	if p.glyphs.missing == 0 {
		return
	}
	fonts, what := "(Latin, Greek and Cyrillic)", "--font FILE.ttf sets most of them in a font of yours; the"
	if p.glyphs.other != nil {
		fonts, what = "and in the one given by --font, or belong to a script whose letters join", "The"
	}
	says := fmt.Sprintf("%d characters have no glyph in this file's fonts %s. They stand as their numbers in Unicode, such as %s. %s HTML and XLSX forms of this report show them as they are.",
		p.glyphs.missing, fonts, p.glyphs.example, what)
	p.on(1, func(move float64) {
		y := paperLong - 30 + move
		for _, line := range p.glyphs.lines(says, regular, 8.5, paperShort-2*marginSide) {
			p.line(line, marginSide, y, setting{size: 8.5, colour: colourOf(Unseen)})
			y += 4
		}
	})
}

// edges writes the head and foot of every page but the cover.
func (p *printed) edges() {
	of := p.f.PageCount()
	head := oneLine(p.d.Title)
	loud := ""
	for _, n := range p.d.Notices {
		if n.Tone == Sample {
			loud = oneLine(n.Title)
		}
	}
	for page := 2; page <= of; page++ {
		p.on(page, func(move float64) {
			wide := paperShort
			if p.heights[page] == paperShort {
				wide = paperLong
			}
			right := wide - marginSide
			s := setting{size: 8, colour: grey}
			p.line(p.short(head, s, (right-marginSide)*0.6), marginSide, 12+move, s)
			if loud != "" {
				label := setting{size: 8, style: bold, colour: colourOf(Sample)}
				text := p.short(loud, label, (right-marginSide)*0.35)
				p.line(text, right-p.glyphs.width(text, bold, 8), 12+move, label)
			}
			p.stroke(hair)
			p.f.SetLineWidth(0.2)
			p.f.Line(marginSide, 14+move, right, 14+move)
			foot := p.heights[page] - 10 + move
			p.line(p.short(oneLine(p.d.footer()), s, (right-marginSide)*0.8), marginSide, foot, s)
			number := fmt.Sprintf("page %d of %d", page, of)
			p.line(number, right-p.glyphs.width(number, regular, 8), foot, s)
		})
	}
}

// short is the first line of a text, with a mark where there is more. It is for
// heads and feet: what they say stands in full on the cover.
func (p *printed) short(text string, s setting, width float64) string {
	lines := p.glyphs.lines(text, s.style, s.size, width-3)
	if len(lines) > 1 {
		return lines[0] + "…"
	}
	return lines[0]
}
