package kinds

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/internal/peertest"
	"github.com/controlwatch/controlwatch/soc2"
)

func calendarWorld(dates ...soc2.CalendarDate) Calendar {
	_, a := world()
	return CalendarOf(Head{Organization: "Acme"}, soc2.Calendar{At: at, Zone: "Asia/Tokyo", Unseen: []string{}, Entries: dates}, a)
}

var tokyoDay = time.Date(2027, 3, 30, 15, 0, 0, 0, time.UTC) // the 31st there

func TestCalendarDocument(t *testing.T) {
	t.Parallel()
	_, a := world()
	c := calendarWorld(
		soc2.CalendarDate{ID: "a", On: tokyoDay, Kind: soc2.CalendarReview, Title: "Access is reviewed", What: "Do it.", Owner: "ada"},
		soc2.CalendarDate{ID: "b", On: tokyoDay, Kind: soc2.CalendarPlan, Title: "Gap", What: "Mend it.", Owner: "CISO", Proposed: true, Overdue: true},
		soc2.CalendarDate{ID: "c", On: tokyoDay.AddDate(0, 1, 0), Kind: soc2.CalendarDecision, Title: "Ends", What: "Decide."},
	)
	c.Unseen = []string{"no plan was made"}
	d := CalendarDocument(Head{}, c, a)
	require.Contains(t, writtenAs(t, d, "csv", "months"), "2027-03,0,0,1,0,0,0,0,1,1,2\r\n2027-05,0,0,0,0,0,0,1,0,0,1\r\n", "the 30th of April is the 1st of May there")
	require.Contains(t, writtenAs(t, d, "csv", ""), "2027-03-31,overdue,Gap due,Gap,,Mend it.,CISO (proposed role),b")
	text := writtenAs(t, d, "md", "")
	for _, want := range []string{"### ada", "### CISO (proposed role)", "### " + nobody, "no plan was made"} {
		require.Contains(t, text, want)
	}
	for _, k := range soc2.CalendarKinds {
		require.NotEmpty(t, happenings[k], k)
	}
}

func ics(t interface {
	require.TestingT
	Helper()
}, c Calendar,
) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, CalendarICS(&b, c))
	return b.String()
}

// TestCalendarLines: no line is longer than 75 octets, none cuts a character, and what
// comes out unfolded and unescaped is what went in.
func TestCalendarLines(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		title := rapid.String().Draw(t, "title")
		text := ics(t, calendarWorld(soc2.CalendarDate{ID: "a", On: tokyoDay, Kind: soc2.CalendarReview, Title: title}))
		for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
			if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") {
				t.Fatalf("line %q", line)
			}
		}
		_, rest, _ := strings.Cut(strings.ReplaceAll(text, "\r\n ", ""), "\r\nSUMMARY:")
		got, _, _ := strings.Cut(rest, "\r\n")
		kept := strings.Map(func(r rune) rune {
			if r < 0x20 && r != '\t' && r != '\n' || r == 0x7f {
				return -1
			}
			return r
		}, strings.ReplaceAll(title, "\r\n", "\n"))
		if want := strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace("Access review: " + kept); got != want {
			t.Fatalf("%q came out as %q", want, got)
		}
	})
}

func TestCalendarEventStaysTheSameWhenItsDayMoves(t *testing.T) {
	t.Parallel()
	uid := func(c Calendar) string {
		_, rest, _ := strings.Cut(ics(t, c), "UID:")
		id, _, _ := strings.Cut(rest, "\r\n")
		return id
	}
	one := soc2.CalendarDate{ID: "gap:x", On: tokyoDay, Kind: soc2.CalendarPlan}
	moved := one
	moved.On, moved.Title = tokyoDay.AddDate(0, 2, 0), "other"
	require.Equal(t, uid(calendarWorld(one)), uid(calendarWorld(moved)))
	other := one
	other.ID = "gap:y"
	require.NotEqual(t, uid(calendarWorld(one)), uid(calendarWorld(other)))
}

// TestCalendarIsReadByAnotherProgram: python's icalendar reads every date back.
func TestCalendarIsReadByAnotherProgram(t *testing.T) {
	t.Parallel()
	peertest.Need(t, "icalendar")
	long := strings.Repeat("机器人の権限; review, \\ \"quoted\" ", 12)
	c := calendarWorld(
		soc2.CalendarDate{ID: "a", On: tokyoDay, Kind: soc2.CalendarReview, Title: long, What: "line\nline: two", Owner: "ada", System: "shop"},
		soc2.CalendarDate{ID: "b", On: tokyoDay, Kind: soc2.CalendarPlan, Title: "مراجعة", Overdue: true},
	)
	const script = `
import sys, json, icalendar
c = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
print(json.dumps([[str(e["SUMMARY"]), str(e["DESCRIPTION"]), e.decoded("DTSTART").isoformat(), e.decoded("DTSTAMP").isoformat(), str(e["UID"]), e.errors, len(e.subcomponents)] for e in c.walk("VEVENT")]))`
	cmd := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", script)
	cmd.Stdin = strings.NewReader(ics(t, c))
	out, err := cmd.Output()
	require.NoError(t, err)
	var got [][]any
	require.NoError(t, json.Unmarshal(out, &got))
	require.Len(t, got, 2)
	require.Equal(t, "Access review: "+long+" (shop)", got[0][0])
	require.Equal(t, "line\nline: two\nOwner: ada", got[0][1])
	require.Equal(t, []any{"2027-03-31", "2026-11-16T09:00:00+00:00"}, got[0][2:4])
	require.Equal(t, "Overdue: Gap due: مراجعة", got[1][0])
	require.NotEqual(t, got[0][4], got[1][4])
	require.Equal(t, []any{[]any{}, float64(0)}, got[0][5:])
}
