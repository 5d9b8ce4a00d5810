package alert_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/publish/alert"
)

func TestVisible(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain":                  "plain",
		"a\r\nBcc: b":            "a Bcc: b",
		"a\u202eb\u2066c":        `a\u202eb\u2066c`,
		"a\x00b\x1b[2J":          `a\x00b\x1b[2J`,
		"\xff":                   "\ufffd",
		"zero\u200bwidth\ufeff":  `zero\u200bwidth\ufeff`,
		"顧客":                     "顧客",
		`C:\n "q" 'q'`:           `C:\n "q" 'q'`,
		"שלום":                   "שלום\u200e",
		"tag\U000e0041":          `tag\U000e0041`,
		"a\u2028b\u0085c\u00a0d": "a b c d",
	} {
		require.Equal(t, want, alert.Visible(in), "%q", in)
	}
}

func TestVisibleIsOneLineThatCanBeSeen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := alert.Visible(string(rapid.SliceOf(rapid.Byte()).Draw(rt, "s")) + rapid.String().Draw(rt, "more"))
		if again := alert.Visible(s); again != s {
			rt.Fatalf("%q becomes %q", s, again)
		}
		for _, r := range s {
			if !unicode.IsPrint(r) && r != '\u200e' {
				rt.Fatalf("U+%04X in %q", r, s)
			}
		}
	})
}

func TestCut(t *testing.T) {
	t.Parallel()
	require.Equal(t, "顧客", alert.Cut("顧客", 2))
	require.Equal(t, "顧…", alert.Cut("顧客x", 2))
	rapid.Check(t, func(rt *rapid.T) {
		s, most := rapid.String().Draw(rt, "s"), rapid.IntRange(1, 20).Draw(rt, "most")
		if got := utf8.RuneCountInString(alert.Cut(s, most)); got > most {
			rt.Fatalf("%d of %d", got, most)
		}
	})
}

func TestBrief(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s, most := strings.Repeat(rapid.String().Draw(rt, "s"), rapid.IntRange(0, 9).Draw(rt, "times")), rapid.IntRange(1, 9).Draw(rt, "most")
		got := alert.Brief(s, most)
		if utf8.RuneCountInString(got) > most || !utf8.ValidString(got) {
			rt.Fatalf("%q of %q", got, s)
		}
		if len(s) <= most && got != alert.Cut(alert.Visible(s), most) {
			rt.Fatalf("%q of %q", got, s)
		}
	})
	require.Equal(t, "a…", alert.Brief("a"+strings.Repeat(" ", 1000)+"b", 10), "what is missing is said")
}

// Two identities stay two, and each is short and shows.
func TestShort(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-c \n]{0,3}`), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
		a, b := text.Draw(rt, "a"), text.Draw(rt, "b")
		for _, most := range []int{24, 64} {
			x, y := alert.Short(a, most), alert.Short(b, most)
			if (x == y) != (a == b) {
				rt.Fatalf("%q and %q: %q and %q", a, b, x, y)
			}
			if len(x) > most || !utf8.ValidString(x) || strings.ContainsAny(x, "\r\n") {
				rt.Fatalf("%q: %q", a, x)
			}
		}
	})
}

func TestLinks(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "javascript:alert(1)", "https://x/ y", "https://x/>y", "https://x/|y", "data:text/html,x", "https://x/\u202e", "//x", "https://x/" + strings.Repeat("a", 3000)} {
		require.Empty(t, alert.Notice{Link: bad}.Links(), bad)
	}
	require.Len(t, alert.Notice{Link: "https://x/a?b=c&d=e#f"}.Links(), 1)
}
