package document

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/image/font/sfnt"
)

// other is the face of a font that the user gives, for letters that the program's
// fonts lack.
const other face = 3

// simple are the scripts that are right when letter is set beside letter. Others,
// such as Arabic and those of India, join or stack their letters; set one by one
// they would be wrong, and a number is not.
var simple = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo, unicode.Hebrew, unicode.Armenian,
	unicode.Georgian, unicode.Ethiopic, unicode.Cherokee, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Common,
}

// maxFont is the largest font that is read.
const maxFont = 64 << 20

// loadOther takes the user's font. It must have TrueType outlines, which are the ones
// that can be embedded letter by letter.
func (t *typesetter) loadOther(ttf []byte) error {
	switch {
	case len(ttf) == 0:
		return nil
	case len(ttf) > maxFont:
		return fmt.Errorf("the font is larger than %d MiB", maxFont>>20)
	case len(ttf) < 12 || string(ttf[:4]) != "\x00\x01\x00\x00" && string(ttf[:4]) != "true":
		return errors.New("the font is no TrueType font (.ttf): collections (.ttc) and those with PostScript outlines (.otf) cannot be embedded")
	}
	font, err := sfnt.Parse(ttf)
	if err != nil {
		return fmt.Errorf("read the font: %w", err)
	}
	t.f.AddUTF8FontFromBytes("other", "", slices.Clone(ttf))
	if err := t.f.Error(); err != nil {
		return fmt.Errorf("read the font: %w", err)
	}
	t.other, t.otherWidths = font, map[rune]float64{}
	return nil
}

// inOther is how wide a character is in the user's font; -1: it is not set in it.
func (t *typesetter) inOther(r rune) float64 {
	if t.other == nil {
		return -1
	}
	if w, ok := t.otherWidths[r]; ok {
		return w
	}
	w := -1.0
	glyph, err := t.other.GlyphIndex(&t.buffer, r)
	if err == nil && glyph != 0 && r < 0x10000 && unicode.In(r, simple...) && unicode.IsGraphic(r) && !unicode.Is(unicode.M, r) {
		t.f.SetFont("other", "", 10)
		w = float64(t.f.GetStringSymbolWidth(string(r)))
	}
	t.otherWidths[r] = w
	return w
}

// run is a part of a line in one font.
type run struct {
	text string
	in   face
}

// runs parts a line by font, with what is read from right to left turned around:
// here lines are set from left to right.
func (t *typesetter) runs(line string, in face) []run {
	if t.other == nil {
		return []run{{line, in}}
	}
	var out []run
	var b strings.Builder
	at := in
	for _, r := range leftToRight(line) {
		face := in
		if t.own(r, in) < 0 {
			face = other
		}
		if face != at && b.Len() > 0 {
			out = append(out, run{b.String(), at})
			b.Reset()
		}
		at = face
		b.WriteRune(r)
	}
	return append(out, run{b.String(), at})
}

// fromRight says that a letter is read from right to left.
func fromRight(r rune) bool { return unicode.Is(unicode.Hebrew, r) }

// leftToRight is a line as it is set. What stands between words that are read from
// right to left, such as spaces, goes with them (UAX #9, N1); numbers do not.
func leftToRight(line string) []rune {
	all := []rune(line)
	for i := 0; i < len(all); i++ {
		if !fromRight(all[i]) {
			continue
		}
		end := i + 1
		for j := i + 1; j < len(all); j++ {
			if fromRight(all[j]) {
				end = j + 1
			} else if unicode.IsLetter(all[j]) || unicode.IsDigit(all[j]) {
				break
			}
		}
		slices.Reverse(all[i:end])
		i = end
	}
	return all
}
