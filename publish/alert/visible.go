package alert

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Names are chosen by others. Wherever they are shown, they must neither hide
// something nor do anything: end a line of a header, turn what follows around,
// look like another line of ours.

// Visible is text on one line; what cannot be seen, or turns the direction of
// what follows, shows as its number.
func Visible(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\ufffd")), " ")
	if strings.IndexFunc(s, hidden) >= 0 {
		var b strings.Builder
		for _, r := range s {
			if !hidden(r) {
				b.WriteRune(r)
				continue
			}
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		s = b.String()
	}
	if slices.ContainsFunc([]rune(s), rightToLeft) && !strings.HasSuffix(s, leftToRight) {
		s += leftToRight // ends the reach of a name written right to left
	}
	return s
}

// VisibleLines is text whose lines stay lines. Empty ones at its ends go.
func VisibleLines(s string) []string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	var lines []string
	for line := range strings.SplitSeq(strings.Trim(s, "\n"), "\n") {
		lines = append(lines, Visible(line))
	}
	return lines
}

// Cut is text of at most so many characters, with a mark where some are missing.
func Cut(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	runes := []rune(s)
	return string(runes[:max(0, most-1)]) + "…"
}

// Brief is text on one line of at most so many characters. Of what is far longer
// only the beginning is looked at: there may be thousands of such texts.
func Brief(s string, most int) string {
	if len(s) <= utf8.UTFMax*most {
		return Cut(Visible(s), most)
	}
	cut := utf8.UTFMax * most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return Cut(Visible(s[:cut])+"…", most)
}

// Short is an identity of at most so many bytes. What is longer, or is not text
// as it stands, ends in a digest of the whole, so that two stay two.
func Short(s string, most int) string {
	clean := Visible(s)
	if clean == s && len(s) <= most {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	mark := "~" + hex.EncodeToString(sum[:8])
	keep := max(0, most-len(mark))
	for len(clean) > keep {
		_, size := utf8.DecodeLastRuneInString(clean)
		clean = clean[:len(clean)-size]
	}
	return clean + mark
}

// Hashed is an identity where only plain letters and digits may stand.
func Hashed(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:16])
}

const leftToRight = "\u200e"

func hidden(r rune) bool { return !strconv.IsPrint(r) && string(r) != leftToRight }

func rightToLeft(r rune) bool {
	return r >= 0x0590 && r <= 0x08ff || r >= 0xfb1d && r <= 0xfdff || r >= 0xfe70 && r <= 0xfefe ||
		r >= 0x10800 && r <= 0x10fff || r >= 0x1e800 && r <= 0x1efff
}
