package document

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// markdown writes GitHub's flavour, for repositories and issue trackers. Text is
// escaped, so that a name cannot become a link, an image or HTML.
func markdown(w io.Writer, d Document, _ Options) error {
	m := &marked{w: w}
	m.line("# " + escapeMarkdown(oneLine(d.Title)))
	m.paragraph(escapeMarkdown(visible(d.Subtitle)))
	for _, p := range d.made() {
		m.line("- " + escapeMarkdown(p[0]) + ": " + escapeMarkdown(oneLine(p[1])))
	}
	for _, n := range d.Notices {
		m.line("")
		m.quote("**" + escapeMarkdown(oneLine(n.Title)) + "** " + escapeMarkdown(visible(n.Text)))
	}
	if len(d.Summary) > 0 {
		m.line("")
		m.line("| | |")
		m.line("| --- | ---: |")
		for _, t := range d.Summary {
			label := escapeMarkdown(t.Tone.mark() + oneLine(t.Label))
			if t.Note != "" {
				label += " (" + escapeMarkdown(oneLine(t.Note)) + ")"
			}
			m.line("| " + label + " | **" + escapeMarkdown(oneLine(t.Value)) + "** |")
		}
	}
	for _, s := range d.Sections {
		m.line("")
		m.line(`<a id="` + s.ID + `"></a>`) // an id is letters, digits and hyphens: Check
		m.line("")
		m.line(strings.Repeat("#", s.level()+1) + " " + escapeMarkdown(oneLine(s.Heading)))
		for _, b := range s.Blocks {
			if err := m.block(b); err != nil {
				return err
			}
		}
	}
	return m.err
}

type marked struct {
	w   io.Writer
	err error
}

func (m *marked) line(s string) {
	if m.err == nil {
		_, m.err = io.WriteString(m.w, s+"\n")
	}
}

func (m *marked) paragraph(s string) {
	if s != "" {
		m.line("")
		m.line(s)
		m.line("")
	}
}

func (m *marked) quote(s string) {
	for line := range strings.SplitSeq(s, "\n") {
		m.line("> " + line)
	}
}

func (m *marked) block(b Block) error {
	switch b := b.(type) {
	case Paragraph:
		m.paragraph(markedSpans(b))
	case List:
		m.line("")
		for i, item := range b.Items {
			bullet := "-"
			if b.Ordered {
				bullet = fmt.Sprintf("%d.", i+1)
			}
			m.line(bullet + " " + strings.ReplaceAll(markedSpans(item), "\n", "\n  "))
		}
		m.line("")
	case KeyValues:
		m.line("")
		for _, p := range b {
			m.line("- **" + escapeMarkdown(oneLine(p.Key)) + "**: " + strings.ReplaceAll(markedSpans(p.Value), "\n", "\n  "))
		}
		m.line("")
	case Callout:
		m.line("")
		m.quote("**" + escapeMarkdown(b.Tone.mark()+oneLine(b.Title)) + "**\n" + markedSpans(b.Text))
		m.line("")
	case Code:
		fence := "```"
		for strings.Contains(string(b), fence) {
			fence += "`"
		}
		m.line("")
		m.line(fence + "\n" + visible(strings.TrimRight(string(b), "\n")) + "\n" + fence)
		m.line("")
	case Table:
		return m.table(b)
	case Chart:
		m.paragraph(escapeMarkdown(visible(b.Says)))
		return m.table(b.Table())
	case Figure:
		m.paragraph(escapeMarkdown(visible(b.Caption + ": " + b.Alt + " (the picture is in the HTML form)")))
		if b.Data != nil {
			return m.table(*b.Data)
		}
	}
	return m.err
}

func (m *marked) table(t Table) error {
	m.line("")
	if t.Caption != "" {
		m.line("**" + escapeMarkdown(oneLine(t.Caption)) + "**")
		m.line("")
	}
	names, rules := make([]string, len(t.Columns)), make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i], rules[i] = escapeMarkdown(oneLine(c.Name)), "---"
		if c.Kind == NumberKind {
			rules[i] = "---:"
		}
	}
	n := 0
	for row, err := range t.Rows {
		n++
		if err := t.row(n, row, err); err != nil {
			return err
		}
		if n == 1 {
			m.line("| " + strings.Join(names, " | ") + " |")
			m.line("| " + strings.Join(rules, " | ") + " |")
		}
		m.row(row)
	}
	switch {
	case n == 0:
		m.line("_" + escapeMarkdown(oneLine(t.empty())) + "_")
	case t.Total != nil:
		m.row(t.Total)
	}
	m.line("")
	return m.err
}

func (m *marked) row(row []Cell) {
	cells := make([]string, len(row))
	for i, c := range row {
		text := c.String()
		if c.kind == StateKind {
			text = c.tone.mark() + text
		}
		text = strings.ReplaceAll(escapeMarkdown(visible(text)), "\n", "<br>")
		if c.to != "" {
			text = "[" + text + "](" + target(c.to) + ")"
		}
		cells[i] = text
	}
	m.line("| " + strings.Join(cells, " | ") + " |")
}

func markedSpans(p Paragraph) string {
	var b strings.Builder
	for _, s := range p {
		text := escapeMarkdown(visible(s.Text))
		switch {
		case s.Code:
			fence := "`"
			for strings.Contains(s.Text, fence) {
				fence += "`"
			}
			text = fence + " " + oneLine(s.Text) + " " + fence
			if fence == "`" {
				text = "`" + oneLine(s.Text) + "`"
			}
		case s.Strong:
			text = "**" + text + "**"
		}
		if s.To != "" {
			text = "[" + text + "](" + target(s.To) + ")"
		}
		b.WriteString(text)
	}
	return b.String()
}

// target is a link's address: of a section, or on the web with all escaped that
// could end it.
func target(to string) string {
	if !web(to) {
		return "#" + to
	}
	return strings.NewReplacer(" ", "%20", "(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "\n", "", "\"", "%22", "|", "%7C", "\\", "%5C").Replace(to)
}

// escapeMarkdown makes text that is only text. Letters, digits, spaces and marks
// that begin nothing inside a line stay; a line cannot begin a heading, a list or
// a quotation.
func escapeMarkdown(s string) string {
	var b strings.Builder
	begins, number := true, false // nothing but spaces and digits so far; digits
	for _, r := range s {
		switch {
		case strings.ContainsRune("\\`*_{}[]<>|~&$", r), r == '@':
			if r == '<' || r == '>' || r == '&' || r == '@' {
				fmt.Fprintf(&b, "&#%d;", r)
				break
			}
			b.WriteByte('\\')
			b.WriteRune(r)
		case begins && !number && strings.ContainsRune("+-=", r), begins && number && strings.ContainsRune(".)", r), r == '#', r == '!':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == ':' && strings.HasSuffix(b.String(), "http"), r == ':' && strings.HasSuffix(b.String(), "https"):
			b.WriteString("&#58;") // no link of its own
		default:
			b.WriteRune(r)
		}
		begins = r == '\n' || begins && (unicode.IsDigit(r) || r == ' ')
		number = begins && r != '\n' && (number || unicode.IsDigit(r))
	}
	return b.String()
}
