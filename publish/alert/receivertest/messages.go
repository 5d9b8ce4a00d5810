package receivertest

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/publish/alert"
)

func messages(t *testing.T, p Place) {
	t.Run("sent again it is the same", func(t *testing.T) {
		t.Parallel()
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) { p.Answer(w) })
		r := p.at(t, s)
		require.NoError(t, r.Send(t.Context(), Notice()))
		require.NoError(t, r.Send(t.Context(), Notice()))
		require.Len(t, s.bodies(), 2)
		require.Equal(t, string(s.bodies()[0]), string(s.bodies()[1]))
	})
	t.Run("it says what, where, since when, from what to what, whose, how to fix it and who did it", func(t *testing.T) {
		t.Parallel()
		said := p.Words(t, Sent(t, p, Notice()))
		for _, word := range []string{
			"CRITICAL", "2 datastores are public (CC6.1, CC6.6)", "Two buckets", "acme-invoices", "arn:aws:s3:::acme-exports", "123456789012", "eu-west-1",
			"4 March 2027 10:10 UTC", "4 March 2027 09:10 UTC", "from pass to fail", "platform", "billing", "put-public-access-block", "alice@example.com", "s3:PutBucketPolicy",
			"anybody may read", "nobody outside", "inc-7f3a9c", "https://controlwatch.example.com/incidents/inc-7f3a9c",
		} {
			require.Contains(t, said, word)
		}
		require.NotContains(t, strings.ToLower(said), "sample")
	})
	t.Run("an end says so", func(t *testing.T) {
		t.Parallel()
		said := p.Words(t, Sent(t, p, Ended()))
		require.Contains(t, said, "RESOLVED")
		require.Contains(t, said, "inc-7f3a9c")
	})
	t.Run("lost sight is never an end", func(t *testing.T) {
		t.Parallel()
		said := p.Words(t, Sent(t, p, Lost()))
		require.Contains(t, said, "OUT OF SIGHT")
		require.Contains(t, said, "411 more")
		require.NotContains(t, said, "RESOLVED")
	})
	t.Run("what has no status, class or severity is not told as harmless", func(t *testing.T) {
		t.Parallel()
		n := Notice()
		n.Status, n.Class, n.Kind, n.Severity = "", "", "", 0
		said := p.Words(t, Sent(t, p, n))
		require.Contains(t, said, "SEVERITY NOT KNOWN")
		require.NotContains(t, said, "RESOLVED")
	})
	t.Run("the sample is said", func(t *testing.T) {
		t.Parallel()
		n := Notice()
		n.Sample = true
		said := p.Words(t, Sent(t, p, n))
		require.Contains(t, said, "[SAMPLE]")
		require.Contains(t, said, alert.SampleWords)
	})
	t.Run("a test says that nothing happened", func(t *testing.T) {
		t.Parallel()
		said := p.Words(t, Sent(t, p, alert.Notice{ID: "n-t", Key: "test-1", Kind: alert.Test, Title: "Do alerts arrive?", At: Now()}))
		require.Contains(t, said, "[TEST]")
		require.Contains(t, said, "Nothing happened")
	})
	t.Run("a digest is said, or refused in words", func(t *testing.T) {
		t.Parallel()
		n := Notice()
		n.Kind = alert.Digest
		if slices.Contains(p.Refuses, alert.Digest) {
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) { p.Answer(w) })
			require.ErrorIs(t, p.at(t, s).Send(t.Context(), n), alert.ErrRefused)
			require.Empty(t, s.bodies())
			return
		}
		require.Contains(t, p.Words(t, Sent(t, p, n)), "[DIGEST]")
	})
	t.Run("of 5,000 alerts it lists some and counts the rest", func(t *testing.T) {
		t.Parallel()
		body := Sent(t, p, Huge())
		require.LessOrEqual(t, len(body), p.Most)
		require.Regexp(t, `49\d\d more, not listed`, p.Words(t, body))
	})
	t.Run("hostile names are shown and do nothing", func(t *testing.T) {
		t.Parallel()
		body := Sent(t, p, Hostile())
		require.True(t, utf8.Valid(body))
		said := p.Words(t, body)
		require.Contains(t, said, "顧客データ-バケット-데이터-客户")
		require.Contains(t, said, `\u202e`)
		require.Contains(t, said, "white_check_mark")
		for line := range strings.SplitSeq(said, "\n") {
			require.False(t, strings.HasPrefix(line, "Bcc:") || strings.HasPrefix(line, "Subject:"), "a name made a line of its own: %q", line)
		}
		for _, r := range said {
			require.True(t, r == '\n' || !unicode.IsControl(r) && r != '\u202e' && r != '\u2066', "U+%04X is shown as it is", r)
		}
		require.NotContains(t, strings.ToLower(string(body)), `"javascript:`)
	})
}
