package oscal

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"

	"github.com/google/uuid"
)

// space makes the UUIDs: version 5, of content, so that two documents of the same
// say the same.
var space = uuid.NewSHA1(uuid.NameSpaceURL, []byte(Namespace))

// ID is the UUID of what the parts name together.
func ID(parts ...string) string {
	return uuid.NewSHA1(space, []byte(strings.Join(parts, "\x00"))).String()
}

// token is an id as OSCAL takes them: letters, digits, ".", "-" and "_", a letter or
// "_" first. What had to be changed gets a digest, so that no two become one.
func token(id string) string {
	var b strings.Builder
	for i, r := range strings.ToValidUTF8(id, "_") {
		letter := r == '_' || unicode.IsLetter(r)
		switch {
		case letter || i > 0 && (unicode.IsNumber(r) || r == '.' || r == '-'):
			b.WriteRune(r)
		case i == 0 && unicode.IsNumber(r):
			b.WriteString("_" + string(r))
		default:
			b.WriteByte('_')
		}
	}
	if b.String() == id && id != "" {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return strings.TrimRight(b.String(), "_") + "_" + hex.EncodeToString(sum[:4])
}
