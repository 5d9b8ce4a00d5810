package document

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// visible is text as a person can see it: what cannot be seen, or would turn the
// direction of what follows, is spelt out. Letters of every script stay as they
// are, with the joiners that some of them need. Line feeds stay; other line ends
// become line feeds.
func visible(s string) string {
	if !strings.ContainsFunc(s, unseen) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	s = strings.ReplaceAll(s, "\r\n", "\n")
	for i, r := range s {
		switch {
		case r == '\t':
			b.WriteByte(' ')
		case r == '\r':
			b.WriteByte('\n')
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\ufffd"):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case unseen(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func unseen(r rune) bool {
	return r < ' ' && r != '\n' || r >= 0x7f && r <= 0x9f || r == 0xad || r == 0x061c || r == 0x180e ||
		r == 0x200b || r == 0x200e || r == 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2060 && r <= 0x206f ||
		r == 0xfeff || r >= 0xfff0 && r <= 0xfffb || r == 0xfffe || r == 0xffff || r >= 0xe0000 && r <= 0xe0fff
}

// oneLine is visible text without line feeds.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(visible(s), func(r rune) bool { return r == '\n' }), " ")
}
