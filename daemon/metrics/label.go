package metrics

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// longestLabel is the most bytes of a label's value. AWS's account ids have 12, a GitHub
// organisation's name 39 and an Okta domain some 60.
const longestLabel = 120

// label is a value as it may stand in a label: valid UTF-8 and not too long, since a name
// from a provider must never cost a scrape or Prometheus its memory. What had to be
// changed ends in a part of its digest, so that two names stay two.
func label(value string) string {
	if len(value) <= longestLabel && utf8.ValidString(value) {
		return value
	}
	digest := sha256.Sum256([]byte(value))
	plain := strings.ToValidUTF8(value, "\uFFFD")
	if len(plain) > longestLabel {
		cut := longestLabel
		for !utf8.RuneStart(plain[cut]) {
			cut--
		}
		plain = plain[:cut]
	}
	return plain + "~" + hex.EncodeToString(digest[:4])
}
