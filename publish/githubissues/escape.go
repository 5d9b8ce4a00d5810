package githubissues

import (
	"slices"
	"strconv"
	"strings"
)

// What others chose as a name must neither look like something else nor do
// anything: notify people, refer to issues, end our part of a body.

// prose is text on one line in which nothing is markup, mention or reference.
// GitHub looks for the last two after it has rendered Markdown, so that a
// backslash does not stop them: an invisible space does.
func prose(s string) string {
	var b strings.Builder
	runes := []rune(visible(s))
	for i, r := range runes {
		switch {
		case r == '<':
			b.WriteString("&lt;")
		case r == '&':
			b.WriteString("&amp;")
		case strings.ContainsRune("\\`*_{}[]>|~!^$", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '@':
			b.WriteString("@&#8203;")
		case r == '#':
			b.WriteString("\\#&#8203;")
		case r == ':' && i+1 < len(runes) && runes[i+1] == '/', r == '.' && i >= 3 && strings.EqualFold(string(runes[i-3:i]), "www"):
			b.WriteRune(r)
			b.WriteString("&#8203;")
		case r == '-' && i >= 2 && strings.EqualFold(string(runes[i-2:i]), "GH"):
			b.WriteString("&#8203;-")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// code is text as it is, in which GitHub looks for nothing.
func code(s string) string {
	s = verbatim(s)
	fence := strings.Repeat("`", longestRun(s)+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || s == "" {
		s = " " + s + " "
	}
	return fence + s + fence
}

// block is lines as they are.
func block(lines []string) string {
	var all []string
	for _, line := range lines {
		all = append(all, verbatim(line))
	}
	text := strings.Join(all, "\n")
	fence := strings.Repeat("`", max(3, longestRun(text)+1))
	return fence + "sh\n" + text + "\n" + fence
}

// verbatim keeps our own marks, which nothing escapes in code, out of a text.
func verbatim(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(visible(s), "<!--", "<! --"), "-->", "-- >")
}

// heading is a title: plain text on one line, of a length people can read.
func heading(s string) string {
	s = visible(s)
	if runes := []rune(s); len(runes) > mostTitle {
		s = string(runes[:mostTitle-1]) + "…"
	}
	return s
}

// visible is text on one line; what cannot be seen, or turns the direction of
// what follows, shows as its number.
func visible(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\ufffd")), " ")
	if strings.IndexFunc(s, func(r rune) bool { return !strconv.IsPrint(r) }) >= 0 {
		quoted := strconv.Quote(s)
		s = strings.ReplaceAll(strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`), `\\`, `\`)
	}
	if slices.ContainsFunc([]rune(s), rightToLeft) {
		s += "\u200e" // ends the reach of a name written right to left
	}
	return s
}

func rightToLeft(r rune) bool {
	return r >= 0x0590 && r <= 0x08ff || r >= 0xfb1d && r <= 0xfdff || r >= 0xfe70 && r <= 0xfefe ||
		r >= 0x10800 && r <= 0x10fff || r >= 0x1e800 && r <= 0x1efff
}

func longestRun(s string) int {
	longest, run := 0, 0
	for _, r := range s {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}
