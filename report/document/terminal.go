package document

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/controlwatch/controlwatch/report"
)

// terminal writes for a person at one: tables fit its width, or stand as records
// where they cannot.
func terminal(w io.Writer, d Document, o Options) error {
	s := &screen{w: w, Options: o}
	s.Width = max(s.Width, report.MinWidth)
	s.line(0, text.Colors{text.Bold}, oneLine(d.Title))
	s.line(2, nil, visible(d.Subtitle))
	for _, p := range d.made() {
		s.hang(2, fmt.Sprintf("%-13s", p[0]), nil, visible(p[1]))
	}
	for _, n := range d.Notices {
		s.line(0, nil, "")
		s.line(0, s.colour(n.Tone), n.Tone.mark()+oneLine(n.Title))
		s.line(2, nil, visible(n.Text))
	}
	if len(d.Summary) > 0 {
		s.line(0, nil, "")
		wide := 0
		for _, t := range d.Summary {
			wide = max(wide, report.Columns(oneLine(t.Value)))
		}
		for _, t := range d.Summary {
			value := oneLine(t.Value)
			label := t.Tone.mark() + oneLine(t.Label)
			if t.Note != "" {
				label += " · " + oneLine(t.Note)
			}
			s.hang(2, strings.Repeat(" ", wide-report.Columns(value))+value+"  ", s.colour(t.Tone), label)
		}
	}
	for _, section := range d.Sections {
		s.line(0, nil, "")
		s.line(0, text.Colors{text.Bold}, oneLine(section.Heading))
		for _, b := range section.Blocks {
			if err := s.block(b); err != nil {
				return err
			}
		}
	}
	return s.err
}

type screen struct {
	Options
	w   io.Writer
	err error
}

func (s *screen) colour(t Tone) text.Colors {
	switch t {
	case Bad, Critical, High:
		return text.Colors{text.FgRed, text.Bold}
	case Unseen, Medium:
		return text.Colors{text.FgYellow}
	case Good:
		return text.Colors{text.FgGreen}
	case None, Low:
		return text.Colors{text.Faint}
	case Sample:
		return text.Colors{text.FgMagenta, text.Bold}
	case Info:
		return text.Colors{text.FgBlue}
	case Plain:
	}
	return nil
}

func (s *screen) paint(c text.Colors, words string) string {
	if !s.Colour || len(c) == 0 || words == "" {
		return words
	}
	return c.EscapeSeq() + words + text.EscapeReset
}

func (s *screen) put(line string) {
	if s.err == nil {
		_, s.err = io.WriteString(s.w, strings.TrimRight(line, " ")+"\n")
	}
}

func (s *screen) line(indent int, c text.Colors, words string) { s.hang(indent, "", c, words) }

// hang writes text folded under a label.
func (s *screen) hang(indent int, label string, c text.Colors, words string) {
	pad := strings.Repeat(" ", indent)
	for paragraph := range strings.SplitSeq(words, "\n") {
		for _, line := range report.Wrap(leftward(paragraph), s.Width-indent-report.Columns(label)) {
			s.put(pad + label + s.paint(c, line))
			label = strings.Repeat(" ", report.Columns(label))
		}
	}
}

// leftward ends the reach of right-to-left letters, so that they cannot reorder
// what follows on the line.
func leftward(s string) string {
	if slices.ContainsFunc([]rune(s), func(r rune) bool {
		return r >= 0x0590 && r <= 0x08ff || r >= 0xfb1d && r <= 0xfdff || r >= 0xfe70 && r <= 0xfefe || r >= 0x10800 && r <= 0x10fff || r >= 0x1e800 && r <= 0x1efff
	}) {
		return s + "\u200e"
	}
	return s
}

func (s *screen) block(b Block) error {
	switch b := b.(type) {
	case Paragraph:
		s.line(2, nil, visible(b.String()))
	case List:
		for i, item := range b.Items {
			bullet := "• "
			if b.Ordered {
				bullet = fmt.Sprintf("%2d. ", i+1)
			}
			s.hang(2, bullet, nil, visible(item.String()))
		}
	case KeyValues:
		wide := 0
		for _, p := range b {
			wide = max(wide, report.Columns(oneLine(p.Key)))
		}
		wide = min(wide, 30)
		for _, p := range b {
			key := oneLine(p.Key)
			s.hang(2, key+strings.Repeat(" ", max(wide-report.Columns(key), 0)+2), nil, visible(p.Value.String()))
		}
	case Callout:
		s.line(2, s.colour(b.Tone), b.Tone.mark()+oneLine(b.Title))
		s.line(4, nil, visible(b.Text.String()))
	case Code:
		for line := range strings.SplitSeq(strings.TrimRight(string(b), "\n"), "\n") {
			s.put("    " + leftward(visible(line))) // not folded: it is copied
		}
	case Table:
		return s.table(b)
	case Chart:
		s.line(2, nil, visible(b.Says))
		return s.table(b.Table())
	case Figure:
		s.line(2, nil, visible(b.Caption+": "+b.Alt+" (the picture is in the HTML form)"))
		if b.Data != nil {
			return s.table(*b.Data)
		}
	}
	return s.err
}
