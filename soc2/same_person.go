package soc2

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// SamePerson compares two names as people write them: case, spaces, and the ways in
// which Unicode writes one letter make no other person. Names that differ may still
// be one person's: only a list of people tells.
func SamePerson(a, b string) bool { return foldName(a) == foldName(b) }

// Nobody says that a name is nobody's: nothing of it is seen.
func Nobody(name string) bool { return foldName(name) == "" }

func foldName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) { // what is not seen, such as a zero-width space, makes no other name
			return -1
		}
		return r
	}, norm.NFKC.String(name))
	return cases.Fold().String(strings.Join(strings.Fields(name), " "))
}
