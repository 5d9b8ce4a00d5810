package document

import (
	"fmt"
	"slices"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

// style is one of the fonts.
type face int

const (
	regular face = iota
	bold
	mono
)

// faces are the fonts that are part of the program: the Go fonts, which hold Latin,
// Greek and Cyrillic letters and the usual signs.
var faces = []struct {
	family, style string
	ttf           []byte
}{
	{"go", "", goregular.TTF},
	{"go", "B", gobold.TTF},
	{"gomono", "", gomono.TTF},
}

// points is a point in millimetres.
const points = 25.4 / 72

// typesetter measures and breaks text, and counts what has no glyph.
type typesetter struct {
	f       *fpdf.Fpdf
	widths  [3]map[rune]float64 // in thousandths of the size; -1: no glyph
	fonts   [3]*sfnt.Font
	buffer  sfnt.Buffer
	missing int
	example string

	other       *sfnt.Font // that the user gave; nil: none
	otherWidths map[rune]float64
}

func (t *typesetter) load(f *fpdf.Fpdf) error {
	t.f = f
	for i, face := range faces {
		f.AddUTF8FontFromBytes(face.family, face.style, slices.Clone(face.ttf)) // fpdf 0.12 writes into it (getMetrics)
		font, err := sfnt.Parse(face.ttf)
		if err != nil {
			return fmt.Errorf("read the font %s%s: %w", face.family, face.style, err)
		}
		t.fonts[i], t.widths[i] = font, map[rune]float64{}
	}
	return f.Error()
}

// rune is how wide a character is, in thousandths of the size; -1: no font has a
// glyph for it.
func (t *typesetter) rune(r rune, in face) float64 {
	if w := t.own(r, in); w >= 0 {
		return w
	}
	return t.inOther(r)
}

// own is how wide it is in one of the program's fonts.
func (t *typesetter) own(r rune, in face) float64 {
	if w, ok := t.widths[in][r]; ok {
		return w
	}
	w := -1.0
	glyph, err := t.fonts[in].GlyphIndex(&t.buffer, r)
	if err == nil && glyph != 0 && r < 0x10000 {
		t.f.SetFont(faces[in].family, faces[in].style, 10)
		w = float64(t.f.GetStringSymbolWidth(string(r)))
	}
	t.widths[in][r] = w
	return w
}

// width is how wide a text is that was made settable before.
func (t *typesetter) width(s string, in face, size float64) float64 {
	w := 0.0
	for _, r := range s {
		w += max(t.rune(r, in), 0)
	}
	return w * size / 1000 * points
}

// settable is text that the font can show. What it cannot is written as numbers.
func (t *typesetter) settable(s string, in face) string {
	plain := true
	for _, r := range s {
		if r != '\n' && t.rune(r, in) < 0 {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	var b strings.Builder
	open := false
	for _, r := range s {
		if r == '\n' || t.rune(r, in) >= 0 {
			if open {
				b.WriteByte(']')
			}
			open = false
			b.WriteRune(r)
			continue
		}
		if r == '\u202f' || r == '\u2009' || r == '\u2007' {
			b.WriteByte(' ')
			continue
		}
		t.missing++
		if !open {
			b.WriteByte('[')
		} else {
			b.WriteByte(' ')
		}
		open = true
		fmt.Fprintf(&b, "U+%04X", r)
		if t.example == "" {
			t.example = fmt.Sprintf("[U+%04X]", r)
		}
	}
	if open {
		b.WriteByte(']')
	}
	return b.String()
}

// lines breaks text to a width: at spaces, and inside a longer word after a sign
// that people read as a break, or anywhere. There is at least one line.
func (t *typesetter) lines(s string, in face, size, width float64) []string {
	s = t.settable(s, in)
	var out []string
	space := t.width(" ", in, size)
	for paragraph := range strings.SplitSeq(s, "\n") {
		line, long := "", 0.0
		for word := range strings.FieldsSeq(paragraph) {
			w := t.width(word, in, size)
			if line != "" && long+space+w <= width {
				line, long = line+" "+word, long+space+w
				continue
			}
			if line != "" {
				out = append(out, line)
			}
			for w > width {
				head := t.head(word, in, size, width)
				if head == word {
					break
				}
				out = append(out, head)
				word = word[len(head):]
				w = t.width(word, in, size)
			}
			line, long = word, w
		}
		out = append(out, line)
	}
	return out
}

// head is the part of a word that fits, at least one character.
func (t *typesetter) head(word string, in face, size, width float64) string {
	fits, nice, sum := 0, 0, 0.0
	for i, r := range word {
		sum += max(t.rune(r, in), 0) * size / 1000 * points
		if sum > width && i > 0 {
			break
		}
		fits = i + len(string(r))
		if strings.ContainsRune("-/:_.,@", r) {
			nice = fits
		}
	}
	if nice > fits/3 {
		return word[:nice]
	}
	return word[:fits]
}
