package email_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/publish/alert/receivertest"
	"github.com/controlwatch/controlwatch/publish/email"
)

func TestMessages(t *testing.T) {
	t.Parallel()
	s := start(t, "starttls", "plain")
	r := s.receiver(t, func(c *email.Settings) { c.To = append(c.To, "compliance@acme.example") })
	send := func(n alert.Notice) said {
		before := len(s.messages())
		require.NoError(t, r.Send(t.Context(), n))
		return s.wait(t, before+1)[before]
	}
	one := send(receivertest.Notice())
	require.True(t, one.TLS)
	require.Equal(t, "cw", one.User)
	require.Equal(t, "alerts@acme.example", one.Sender)
	require.Equal(t, []string{"ops@acme.example", "compliance@acme.example"}, one.To)
	require.Equal(t, "[CRITICAL] 2 datastores are public (CC6.1, CC6.6)", one.header(t, "Subject"))
	require.Equal(t, "Thu, 04 Mar 2027 10:30:00 +0000", one.header(t, "Date"))
	require.Equal(t, "auto-generated", one.header(t, "Auto-Submitted"))
	require.Equal(t, "high", strings.ToLower(one.header(t, "Importance")))
	require.Contains(t, one.header(t, "To"), "Op Team")
	require.Equal(t, "multipart/alternative", one.Type)
	require.Len(t, one.Parts, 2)
	require.Equal(t, "text/plain", one.Parts[0].Type)
	require.Equal(t, "text/html", one.Parts[1].Type)
	require.Equal(t, strings.TrimSpace(alert.Text(receivertest.Notice())), strings.TrimSpace(one.Parts[0].Text))
	sound(t, one)

	ended := send(receivertest.Ended())
	require.Equal(t, one.header(t, "References"), ended.header(t, "References"), "one conversation")
	require.Equal(t, one.header(t, "In-Reply-To"), ended.header(t, "In-Reply-To"))
	require.NotEqual(t, one.header(t, "Message-ID"), ended.header(t, "Message-ID"))
	require.NotEqual(t, one.header(t, "References"), send(receivertest.Lost()).header(t, "References"))

	for name, n := range map[string]alert.Notice{"sample": func() alert.Notice { n := receivertest.Notice(); n.ID, n.Sample = "s", true; return n }()} {
		got := send(n)
		require.Contains(t, got.header(t, "Subject"), "[SAMPLE]", name)
		for _, part := range got.Parts {
			require.Contains(t, part.Text, alert.SampleWords)
		}
	}
	test := send(alert.Notice{ID: "n-t", Key: "test-1", Kind: alert.Test, Title: "Do alerts arrive?", At: receivertest.Now()})
	require.Contains(t, test.Parts[0].Text, "Nothing happened")

	huge := receivertest.Huge()
	huge.ID = "huge"
	big := send(huge)
	require.LessOrEqual(t, len(big.Raw), 300_000)
	for _, part := range big.Parts {
		require.Regexp(t, `4980 more, not listed`, part.Text)
	}
	sound(t, big)
}

// sound says what must be so of every message.
func sound(t *testing.T, s said) {
	t.Helper()
	require.Empty(t, s.Defects)
	require.LessOrEqual(t, s.Longest, 998) // RFC 5322 §2.1.1
	require.Zero(t, s.Bare, "a line ends otherwise than with CR LF")
	require.True(t, s.ASCII)
	for _, p := range s.Parts {
		require.Equal(t, "utf-8", p.Charset)
	}
}

func TestHostileNames(t *testing.T) {
	t.Parallel()
	s := start(t, "starttls", "plain")
	n := receivertest.Hostile()
	n.Summary += "\n.\n..\n.QUIT\nFrom here\n" + strings.Repeat("x", 5000)
	require.NoError(t, s.receiver(t, nil).Send(t.Context(), n))
	one := s.wait(t, 1)[0]
	sound(t, one)
	known := map[string]bool{}
	for _, h := range one.Headers {
		require.False(t, known[h[0]], "%s twice", h[0])
		known[h[0]] = true
	}
	require.False(t, known["Bcc"])
	require.Len(t, known, 12, "%v", known)
	require.Equal(t, []string{"ops@acme.example"}, one.To)
	require.Contains(t, one.header(t, "Subject"), "Bcc: eve@example.net", "as a part of a line")
	text, page := one.Parts[0].Text, one.Parts[1].Text
	require.Contains(t, text, "顧客データ-バケット-데이터-客户")
	require.Contains(t, text, "\n.\n")
	require.Contains(t, text, "\n.QUIT\n")
	require.Contains(t, text, `\u202e`)
	require.NotContains(t, page, "<script")
	require.NotContains(t, page, "<img")
	require.NotContains(t, page, "javascript:")
	require.NotContains(t, page, "\u202e")
	require.Contains(t, page, "&lt;script&gt;")
}

func TestSentAgainItIsTheSame(t *testing.T) {
	t.Parallel()
	s := start(t, "starttls", "plain")
	// Two receivers, as before and after a restart.
	require.NoError(t, s.receiver(t, nil).Send(t.Context(), receivertest.Notice()))
	require.NoError(t, s.receiver(t, nil).Send(t.Context(), receivertest.Notice()))
	got := s.wait(t, 2)
	require.Equal(t, string(got[0].Raw), string(got[1].Raw))
	receivertest.Golden(t, "began.eml", bytes.ReplaceAll(got[0].Raw, []byte("\r\n"), []byte("\n")))
	receivertest.Golden(t, "began.html", []byte(got[0].Parts[1].Text))
	receivertest.Golden(t, "began.txt", []byte(got[0].Parts[0].Text))
}

func TestWaysToConnect(t *testing.T) {
	t.Parallel()
	for _, way := range []struct {
		tls, auth string
		settings  func(*email.Settings)
	}{
		{"starttls", "login", nil},
		{"implicit", "none", func(c *email.Settings) { c.TLS, c.User, c.Password = email.Implicit, "", "" }},
		{"implicit", "plain", func(c *email.Settings) { c.TLS = email.Implicit }},
		{"none", "none", func(c *email.Settings) { c.TLS, c.User, c.Password = email.None, "", "" }},
	} {
		t.Run(way.tls+" with sign-in "+way.auth, func(t *testing.T) {
			t.Parallel()
			s := start(t, way.tls, way.auth)
			require.NoError(t, s.receiver(t, way.settings).Send(t.Context(), receivertest.Notice()))
			got := s.wait(t, 1)[0]
			require.Equal(t, way.tls != "none", got.TLS)
			require.Equal(t, way.auth != "none", got.User == "cw")
		})
	}
}

func TestWhoRefusesKeepsNobodyFromBeingTold(t *testing.T) {
	t.Parallel()
	s := start(t, "starttls", "plain")
	r := s.receiver(t, func(c *email.Settings) { c.To = []string{"gone@acme.example", "ops@acme.example", "full@acme.example"} })
	for range 2 {
		err := r.Send(t.Context(), receivertest.Notice())
		silent(t, err)
		require.ErrorContains(t, err, "full@acme.example (452)")
		require.ErrorContains(t, err, "gone@acme.example (550)")
		require.NotErrorIs(t, err, alert.ErrRefused, "one may take it later")
	}
	require.Equal(t, []string{"ops@acme.example"}, s.wait(t, 1)[0].To, "who had it gets no copy at every attempt")

	r = s.receiver(t, func(c *email.Settings) { c.To = []string{"gone@acme.example", "ops@acme.example"} })
	err := r.Send(t.Context(), receivertest.Ended())
	silent(t, err)
	require.ErrorIs(t, err, alert.ErrRefused)
	s.wait(t, 2)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := start(t, "starttls", "plain")
	for want, change := range map[string]func(*email.Settings){
		"sign us in (535)":    func(c *email.Settings) { c.Password = "hunter2wrong" },
		"the sender (553)":    func(c *email.Settings) { c.From = "refused@acme.example" },
		"gone@acme.example (": func(c *email.Settings) { c.To = []string{"gone@acme.example"} },
		"refused":             func(c *email.Settings) { c.User, c.Password = "", "" },
	} {
		err := s.receiver(t, change).Send(t.Context(), receivertest.Notice())
		silent(t, err)
		require.ErrorContains(t, err, want)
		require.ErrorIs(t, err, alert.ErrRefused, "%v", err)
	}
	n := receivertest.Notice()
	n.Title = "refuse-content"
	err := s.receiver(t, nil).Send(t.Context(), n)
	silent(t, err)
	require.ErrorIs(t, err, alert.ErrRefused)
	require.ErrorContains(t, err, "the message (554)")
}

// silent says that an error holds no secret: the server repeats the password
// wherever it can.
func silent(t *testing.T, err error) {
	t.Helper()
	require.Error(t, err)
	for _, secret := range []string{"hunter2", "aHVudGVyMg", "aHVudGVyMndyb25n", "Y3cAaHVudGVyMg", "AGN3AGh1bnRlcjI", "acme-invoices"} {
		require.NotContains(t, err.Error(), secret)
	}
}
