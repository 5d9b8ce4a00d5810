package kinds

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/controlwatch/controlwatch/soc2"
)

// CalendarICS writes the dates for calendar programs (RFC 5545): days without a time,
// no alarms, each with a UID that stays the same when its day moves, so that a newer
// file takes the place of an older one.
func CalendarICS(w io.Writer, c Calendar) error {
	b := &icsWriter{w: bufio.NewWriter(w)}
	b.line("BEGIN:VCALENDAR")
	b.line("VERSION:2.0")
	b.line("PRODID:-//controlwatch//calendar//EN")
	b.line("CALSCALE:GREGORIAN")
	name := "Control activities"
	if c.Organization != "" {
		name += " of " + c.Organization
	}
	if c.Sample {
		name = "SAMPLE DATA: " + name
	}
	b.line("X-WR-CALNAME:" + icsText(name))
	zone := zoneOf(c.Zone)
	for _, e := range c.Entries {
		b.event(c, e, zone)
	}
	b.line("END:VCALENDAR")
	if b.err != nil {
		return b.err
	}
	return b.w.Flush()
}

type icsWriter struct {
	w   *bufio.Writer
	err error
}

func (b *icsWriter) event(c Calendar, e soc2.CalendarDate, zone *time.Location) {
	summary := happenings[e.Kind] + ": " + e.Title
	if e.System != "" {
		summary += " (" + e.System + ")"
	}
	if e.Overdue {
		summary = "Overdue: " + summary
	}
	if c.Sample {
		summary = "SAMPLE DATA: " + summary
	}
	about := e.What + "\nOwner: " + dateOwner(e)
	if e.Control != "" {
		about += "\nControl: " + e.Control
	}
	uid := sha256.Sum256([]byte(c.Organization + "\x00" + e.ID))
	b.line("BEGIN:VEVENT")
	b.line("UID:" + hex.EncodeToString(uid[:16]) + "@controlwatch")
	b.line("DTSTAMP:" + c.At.UTC().Format("20060102T150405Z"))
	b.line("DTSTART;VALUE=DATE:" + e.On.In(zone).Format("20060102"))
	b.line("SUMMARY:" + icsText(summary))
	b.line("DESCRIPTION:" + icsText(about))
	b.line("CATEGORIES:" + icsText(happenings[e.Kind]))
	b.line("TRANSP:TRANSPARENT") // it keeps nobody from meeting
	b.line("END:VEVENT")
}

// icsLine is the most octets a line has without its end (RFC 5545, section 3.1).
const icsLine = 75

// line writes a content line, folded: the rest of a long one goes on after a space,
// and no character is cut apart.
func (b *icsWriter) line(s string) {
	room := icsLine
	for b.err == nil && len(s) > room {
		cut := room
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		_, b.err = b.w.WriteString(s[:cut] + "\r\n ")
		s, room = s[cut:], icsLine-1
	}
	if b.err == nil {
		_, b.err = b.w.WriteString(s + "\r\n")
	}
}

var icsEscapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`)

// icsText is text as a value (RFC 5545, section 3.3.11): without control characters,
// which it may not hold, and always UTF-8.
func icsText(s string) string {
	s = icsEscapes.Replace(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}
