package report

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/text"
)

// longestName bounds what one name may take of a terminal, in characters.
const longestName = 160

// leftToRight ends the reach of a right-to-left name, so that it cannot
// reorder the numbers that follow it on the line.
const leftToRight = "\u200e"

// Safe is a name somebody else chose, in a form that stays on its line: control
// characters, line breaks, direction overrides and invisible characters are
// escaped, and a name that needed it is quoted so that the escapes show.
func Safe(name string) string {
	if runes := []rune(name); len(runes) > longestName {
		name = string(runes[:longestName-1]) + "…"
	}
	if slices.ContainsFunc([]rune(name), rightToLeft) {
		return strconv.Quote(name) + leftToRight
	}
	if name == "" || name != strings.TrimSpace(name) || !printable(name) {
		return strconv.Quote(name)
	}
	return name
}

func printable(s string) bool {
	for _, r := range s {
		if r == unicode.ReplacementChar || !strconv.IsPrint(r) {
			return false
		}
	}
	return true
}

// rightToLeft covers the blocks of scripts that are written right to left.
func rightToLeft(r rune) bool {
	return r >= 0x0590 && r <= 0x08ff || r >= 0xfb1d && r <= 0xfdff || r >= 0xfe70 && r <= 0xfefe ||
		r >= 0x10800 && r <= 0x10fff || r >= 0x1e800 && r <= 0x1efff
}

// prose is text that may hold several lines, each made safe on its own.
func prose(s string) []string {
	var lines []string
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, escaped(line))
		}
	}
	return lines
}

// escaped is Safe without quotes and without a bound, for sentences.
func escaped(s string) string {
	s = strings.ReplaceAll(s, "\t", " ")
	if !printable(s) {
		quoted := strconv.Quote(s)
		s = strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
	}
	if slices.ContainsFunc([]rune(s), rightToLeft) {
		s += leftToRight
	}
	return s
}

// wrap breaks text into lines of at most width columns, at spaces, and inside a
// longer word after a character that people read as a break.
func wrap(s string, width int) []string {
	width = max(width, 2) // room for one wide character
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(s) {
		if line != "" && columnsOf(line)+1+columnsOf(word) <= width {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for columnsOf(word) > width {
			head := breakWord(word, width)
			lines = append(lines, head)
			word = word[len(head):]
		}
		line = word
	}
	if line != "" || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}

// breakWord is the part of a word that fits the width, at least one character.
func breakWord(word string, width int) string {
	fits, nice, columns := 0, 0, 0
	for fits < len(word) {
		r, size := utf8.DecodeRuneInString(word[fits:])
		columns += text.RuneWidth(r)
		if columns > width && fits > 0 {
			break
		}
		fits += size
		if strings.ContainsRune("-/:_.,", r) {
			nice = fits
		}
	}
	if nice > fits/3 {
		return word[:nice]
	}
	return word[:fits]
}

// columnsOf is the width of text on a terminal; colours take none.
func columnsOf(s string) int { return text.StringWidthWithoutEscSequences(s) }

// Text is sentences somebody else wrote, on their own lines and no others, with
// what cannot be seen escaped.
func Text(s string) string { return strings.Join(prose(s), "\n") }
