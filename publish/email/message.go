package email

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
)

// compose writes a message. The same notice gives the same bytes.
func (r *Receiver) compose(n alert.Notice) (*gomail.Msg, error) {
	page, err := html(n)
	if err != nil {
		return nil, err
	}
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithBoundary("cw-"+digest("boundary", n.ID)))
	m.FromMailAddress(r.from)
	m.ToMailAddress(r.to...)
	m.Subject(n.Heading())
	m.SetDateWithValue(n.At.UTC())
	m.SetMessageIDWithValue(r.id("message", n.ID))
	// Nobody sent the message that the others answer: programs that show
	// conversations put together whatever answers the same one (RFC 5256, REFERENCES).
	root := "<" + r.id("incident", n.Key) + ">"
	m.SetGenHeader(gomail.HeaderInReplyTo, root)
	m.SetGenHeader(gomail.HeaderReferences, root)
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no answers by machines
	m.SetGenHeader("X-Auto-Response-Suppress", "All")  // the same for Exchange
	if n.Status != alert.Resolved && n.Kind != alert.Digest && n.Kind != alert.Test && (n.Severity == soc2.Critical || n.Severity == 0) {
		m.SetGenHeader(gomail.HeaderImportance, "high")
	}
	m.SetBodyString(gomail.TypeTextPlain, strings.ReplaceAll(alert.Text(n), "\n", "\r\n"))
	m.AddAlternativeString(gomail.TypeTextHTML, page)
	return m, nil
}

// id is an identity of a message. It says nothing of what it is of.
func (r *Receiver) id(kind, of string) string {
	return fmt.Sprintf("%s.%s@%s", digest(kind, of), kind, domain(r.from))
}

func digest(kind, of string) string {
	sum := sha256.Sum256([]byte(kind + "\x00" + of))
	return hex.EncodeToString(sum[:16])
}
