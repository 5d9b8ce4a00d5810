package admin

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
)

// Concealer stands in for secrets. Its key lies outside of the store, so that
// nobody who has the store can try which secret fits a digest.
type Concealer struct{ Key []byte }

const concealed = "not shown"

// Of gives what is shown in place of a secret: with a key, a digest that tells one
// secret from another; without, that there is one. The path is in the digest, so
// that the same secret in two places is not seen to be the same.
func (c Concealer) Of(path, secret string) string {
	if len(c.Key) == 0 {
		return concealed
	}
	mac := hmac.New(sha256.New, c.Key)
	_, _ = mac.Write([]byte(path + "\x00" + secret)) // a hash takes everything
	return concealed + " (digest " + hex.EncodeToString(mac.Sum(nil)[:16]) + " under key " + c.name() + ")"
}

func (c Concealer) name() string {
	sum := sha256.Sum256(append([]byte("name of "), c.Key...))
	return hex.EncodeToString(sum[:4])
}

func hidden(value *string) bool { return value != nil && strings.HasPrefix(*value, concealed) }

var underKey = regexp.MustCompile(`under key ([0-9a-f]{8})\)`)

// incomparable says that two digests are under different keys, or one has none.
func incomparable(was, is *string) bool {
	return hidden(was) && hidden(is) && keyOf(*was) != keyOf(*is)
}

func keyOf(value string) string {
	if m := underKey.FindStringSubmatch(value); m != nil {
		return m[1]
	}
	return ""
}
