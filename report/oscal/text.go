package oscal

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/controlwatch/controlwatch/report"
)

// PropOf is a property of ours. OSCAL has no empty values.
func PropOf(name, value string) Prop {
	return Prop{Name: name, NS: Namespace, Value: stringOf(cmp.Or(value, "none"))}
}

// stringOf is a value as OSCAL's strings are: one line, no space at its ends. What
// is not, or holds what cannot be seen, is quoted, which loses nothing.
func stringOf(s string) string {
	if s == "" || s != strings.TrimSpace(s) || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return s
}

// line is a title somebody else may have written: one line of OSCAL's markup, in
// which nothing of it is markup.
func line(s string) string {
	return cmp.Or(markup(strings.Join(strings.Fields(report.Text(s)), " ")), "Not stated")
}

// text is sentences somebody else may have written.
func text(s string) string {
	return cmp.Or(markup(report.Text(s)), "Not stated.")
}

// markup takes their meaning from characters that OSCAL's markup (a part of
// CommonMark, with inserts in double braces) gives one. An underscore within a word
// has none, and names are full of them.
func markup(s string) string {
	var b strings.Builder
	rs := []rune(s)
	word := func(i int) bool { return i >= 0 && i < len(rs) && (unicode.IsLetter(rs[i]) || unicode.IsDigit(rs[i])) }
	start := true // of a line
	for i, r := range rs {
		switch {
		case strings.ContainsRune("\\`*[]<>~^{}|", r),
			r == '_' && (!word(i-1) || !word(i+1)),
			r == '&' && i+1 < len(rs) && (rs[i+1] == '#' || unicode.IsLetter(rs[i+1])),
			r == '#' && start,
			(r == '-' || r == '+' || r == '=') && start:
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		start = r == '\n' || start && r == ' '
	}
	return b.String()
}

// stamp is a time as OSCAL takes them, which are those of the years 1900 to 2999;
// empty: it is none of those.
func stamp(t time.Time) string {
	if t = t.UTC(); t.Year() < 1900 || t.Year() > 2999 {
		return ""
	}
	return t.Format(time.RFC3339)
}

// needed is a time that a document cannot be without.
func needed(what string, t time.Time) (string, error) {
	s := stamp(t)
	if s == "" {
		return "", fmt.Errorf("%s is no time that OSCAL takes: %s", what, t.Format(time.RFC3339))
	}
	return s, nil
}
