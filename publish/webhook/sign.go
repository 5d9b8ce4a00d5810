package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/publish/alert"
)

// sign is Standard Webhooks 1: HMAC-SHA256 over id.timestamp.body. The signature
// of a checkpoint sent to a witness (publish/anchor) covers the body only, which
// is enough where the body is signed and dated itself; here an old message sent
// again by somebody else must be told from a new one.
func sign(header http.Header, keys [][]byte, id string, at time.Time, body []byte) {
	id = headerID(id)
	stamp := strconv.FormatInt(at.Unix(), 10)
	header.Set("Webhook-Id", id)
	header.Set("Webhook-Timestamp", stamp)
	var all []string
	for _, key := range keys {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + stamp + "."))
		mac.Write(body)
		all = append(all, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	if len(all) > 0 {
		header.Set("Webhook-Signature", strings.Join(all, " "))
	}
}

// headerID is an id as a header can carry it, without the full stop that parts
// what is signed.
func headerID(id string) string {
	if strings.IndexFunc(id, func(c rune) bool { return c <= ' ' || c > '~' || c == '.' }) >= 0 || len(id) > 255 {
		return alert.Hashed(id)
	}
	return id
}
