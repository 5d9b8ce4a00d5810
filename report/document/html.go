package document

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"
)

//go:embed style.css
var style string

// html writes one file that needs nothing else: no script, no font, no picture from
// elsewhere, and a policy that forbids all of these, so that it can be mailed,
// archived and served under the strictest policy.
func html(w io.Writer, d Document, _ Options) error {
	h := &hypertext{markup: markup{w: w}, d: d, ids: map[string]bool{}}
	for _, s := range d.Sections {
		h.ids[s.ID] = true
	}
	h.head()
	h.raw(`<body>`)
	h.marks()
	h.raw(`<a class="skip" href="#main">Skip to the report</a>`)
	h.cover()
	h.raw("\n<div class=\"frame\">\n")
	h.contents()
	h.raw("<main id=\"main\" tabindex=\"-1\">\n")
	h.front()
	if err := h.sections(); err != nil {
		return err
	}
	h.raw("</main>\n</div>\n")
	h.raw("<footer>")
	h.element("p", d.footer())
	h.raw("</footer>\n</body>\n</html>\n")
	return h.err
}

type hypertext struct {
	markup
	d      Document
	charts int
	ids    map[string]bool // of sections
}

// footer is the last line of every page.
func (d Document) footer() string {
	parts := []string{d.Title}
	if d.Organization != "" {
		parts = append([]string{d.Organization}, parts...)
	}
	if !d.AsOf.IsZero() {
		parts = append(parts, "as of "+Date(d.AsOf).String())
	}
	return strings.Join(parts, " · ")
}

func (h *hypertext) head() {
	sum := sha256.Sum256([]byte(style))
	h.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
	h.raw(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src 'sha256-` +
		base64.StdEncoding.EncodeToString(sum[:]) + `'">` + "\n")
	h.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n")
	title := oneLine(h.d.Title)
	if h.d.Organization != "" {
		title += " · " + oneLine(h.d.Organization)
	}
	h.element("title", title)
	h.raw("\n<style>" + style + "</style>\n</head>\n")
}

// marks are the shapes of tones, drawn once and used by name.
func (h *hypertext) marks() {
	h.raw(`<svg class="marks" width="0" height="0" aria-hidden="true" focusable="false">`)
	for t := range tones {
		if shapes := markOf(Tone(t)); shapes != nil {
			h.open("symbol", "id", "mark-"+Tone(t).String(), "viewBox", "0 0 16 16")
			for _, s := range shapes {
				h.shape(s)
			}
			h.close("symbol")
		}
	}
	h.raw("</svg>\n")
}

func (h *hypertext) mark(t Tone) {
	if markOf(t) != nil {
		h.raw(`<svg class="mark" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><use href="#mark-` + t.String() + `"></use></svg>`)
	}
}

func (h *hypertext) cover() {
	h.raw("<header class=\"cover\"><div class=\"inner\">\n")
	if h.d.Organization != "" {
		h.element("p", h.d.Organization, "class", "org", "dir", "auto")
	}
	h.element("h1", h.d.Title, "dir", "auto")
	if h.d.Subtitle != "" {
		h.element("p", h.d.Subtitle, "class", "lead")
	}
	h.raw("<dl class=\"made\">")
	for _, p := range h.d.made() {
		if p[0] == "Organisation" {
			continue
		}
		h.raw("<div>")
		h.element("dt", p[0])
		h.element("dd", p[1])
		h.raw("</div>")
	}
	h.raw("</dl>\n</div></header>\n")
}

func (h *hypertext) contents() {
	if len(h.d.Sections) == 0 {
		return
	}
	h.raw("<nav class=\"contents\" aria-labelledby=\"contents-h\"><h2 id=\"contents-h\">Contents</h2>\n<ol>")
	for _, s := range h.d.Sections {
		if s.level() > 2 {
			continue
		}
		h.raw(`<li class="l` + strconv.Itoa(s.level()) + `">`)
		h.element("a", s.Heading, "href", "#"+s.ID)
		h.raw("</li>")
	}
	h.raw("</ol></nav>\n")
}

// front is what is read first: notices, then figures.
func (h *hypertext) front() {
	for _, n := range h.d.Notices {
		h.raw(`<div class="notice c-` + n.Tone.String() + `" role="note"><p>`)
		h.mark(n.Tone)
		h.element("strong", n.Title)
		h.raw(" ")
		h.text(n.Text)
		h.raw("</p></div>\n")
	}
	if len(h.d.Summary) == 0 {
		return
	}
	h.raw("<section class=\"summary\" aria-label=\"Key figures\"><dl class=\"tiles\">")
	for _, t := range h.d.Summary {
		h.raw(`<div class="tile c-` + t.Tone.String() + `"><dt>`)
		h.mark(t.Tone)
		h.element("span", t.Label)
		h.raw(`</dt><dd>`)
		h.text(t.Value)
		h.raw("</dd>")
		if t.Note != "" {
			h.element("dd", t.Note, "class", "note")
		}
		h.raw("</div>")
	}
	h.raw("</dl></section>\n")
}

func (h *hypertext) sections() error {
	depth := 0
	for _, s := range h.d.Sections {
		for ; depth >= s.level(); depth-- {
			h.raw("</section>\n")
		}
		class := "l" + strconv.Itoa(s.level())
		if s.Fresh {
			class += " fresh"
		}
		if s.Wide {
			class += " wide"
		}
		attributes := []string{"id", s.ID, "class", class}
		if s.level() == 1 { // a landmark; below it, headings lead, and names may come twice
			attributes = append(attributes, "aria-labelledby", s.ID+"-h")
		}
		h.open("section", attributes...)
		depth++
		h.element("h"+strconv.Itoa(s.level()+1), s.Heading, "id", s.ID+"-h", "dir", "auto")
		h.raw("\n")
		for _, b := range s.Blocks {
			if err := h.block(b); err != nil {
				return err
			}
		}
	}
	for ; depth > 0; depth-- {
		h.raw("</section>\n")
	}
	return h.err
}

func (h *hypertext) block(b Block) error {
	switch b := b.(type) {
	case Paragraph:
		h.raw("<p>")
		h.spans(b)
		h.raw("</p>\n")
	case List:
		tag := "ul"
		if b.Ordered {
			tag = "ol"
		}
		h.raw("<" + tag + " class=\"list\">")
		for _, item := range b.Items {
			h.raw("<li>")
			h.spans(item)
			h.raw("</li>")
		}
		h.raw("</" + tag + ">\n")
	case KeyValues:
		h.raw("<dl class=\"facts\">")
		for _, p := range b {
			h.raw("<div>")
			h.element("dt", p.Key)
			h.raw("<dd>")
			h.spans(p.Value)
			h.raw("</dd></div>")
		}
		h.raw("</dl>\n")
	case Callout:
		h.raw(`<div class="callout c-` + b.Tone.String() + `" role="note"><p>`)
		h.mark(b.Tone)
		h.element("strong", b.Title)
		h.raw("</p><p>")
		h.spans(b.Text)
		h.raw("</p></div>\n")
	case Code:
		h.raw(`<pre tabindex="0" role="group" aria-label="Commands">`)
		h.element("code", strings.TrimRight(string(b), "\n"))
		h.raw("</pre>\n")
	case Table:
		return h.table(b, b.Folded)
	case Chart:
		return h.chart(b)
	case Figure:
		h.raw("<figure>")
		h.raw(`<img alt="`)
		h.raw(escapes.Replace(oneLine(b.Alt)))
		h.raw(`" src="data:image/svg+xml;base64,` + base64.StdEncoding.EncodeToString(b.SVG) + `">`)
		h.element("figcaption", b.Caption)
		if b.Data != nil {
			if err := h.table(*b.Data, true); err != nil {
				return err
			}
		}
		h.raw("</figure>\n")
	}
	return h.err
}

func (h *hypertext) spans(p Paragraph) {
	for _, s := range p {
		if s.To != "" {
			to := s.To
			if !web(to) {
				to = "#" + to
			}
			h.open("a", "href", to)
		}
		switch {
		case s.Code:
			h.element("code", s.Text)
		case s.Strong:
			h.element("strong", s.Text)
		default:
			h.text(s.Text)
		}
		if s.To != "" {
			h.close("a")
		}
	}
}

func (h *hypertext) chart(c Chart) error {
	h.charts++
	id := fmt.Sprintf("chart-%d", h.charts)
	h.open("figure", "class", "chart")
	h.element("figcaption", c.Title)
	h.open("div", "class", "scroll", "tabindex", "0", "role", "group", "aria-label", c.Title)
	h.svg(c.layout(), id, "drawing", c.Title, c.Says)
	h.raw("</div>\n")
	t := c.Table()
	t.Caption = "The figures of the chart: " + c.Title
	if err := h.table(t, true); err != nil {
		return err
	}
	h.raw("</figure>\n")
	return h.err
}
