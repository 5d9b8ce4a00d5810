package soc2

import (
	"fmt"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// ItemKey is the identity of an item of a population on one line of text:
// provider/account/region/kind/id, and #part for one of several in a resource.
// In all but the id a slash is escaped, so that two items never share a key; it is
// what samples are drawn by, and docs/sampling.md documents it.
func ItemKey(k evidence.Key, part string) string {
	var b strings.Builder
	for _, text := range []string{k.Provider, k.Account, k.Region, string(k.Kind)} {
		escapeInto(&b, text, "%/#")
		b.WriteByte('/')
	}
	escapeInto(&b, k.ID, "%#")
	if part != "" {
		b.WriteByte('#')
		escapeInto(&b, part, "%#")
	}
	return b.String()
}

// escapeInto writes what cannot stand in a key as % and two digits: control
// characters would break the line.
func escapeInto(b *strings.Builder, text, also string) {
	for i := range len(text) {
		c := text[i]
		if c < ' ' || c == 0x7f || strings.IndexByte(also, c) >= 0 {
			fmt.Fprintf(b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
}
