package email_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/publish/alert/receivertest"
	"github.com/controlwatch/controlwatch/publish/email"
	"github.com/controlwatch/controlwatch/publish/outbound"
)

// talker is a server that says what a test wants it to.
func talker(t *testing.T, talk func(net.Conn)) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				talk(conn)
			}()
		}
	}()
	return &server{port: l.Addr().(*net.TCPAddr).Port}
}

// script answers each line with the next of its own.
func script(lines ...string) func(net.Conn) {
	return func(conn net.Conn) {
		in := bufio.NewScanner(conn)
		for _, line := range lines {
			_, _ = io.WriteString(conn, line+"\r\n")
			if !in.Scan() {
				return
			}
		}
	}
}

func TestServersThatDoNotBehave(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		talk func(net.Conn)
		want string
	}{
		"offers no TLS":                 {script("220 hi", "250-hi\r\n250 AUTH PLAIN", "250 hunter2"), "offers no TLS"},
		"refuses TLS":                   {script("220 hi", "250-hi\r\n250 STARTTLS", "454 hunter2"), "454"},
		"does not want us":              {script("554 hunter2 go away"), "554"},
		"says nothing of use":           {script("hunter2 hunter2"), "not"},
		"hangs up":                      {func(net.Conn) {}, "ended"},
		"speaks TLS at once, or nearly": {script("220 hi", "250-hi\r\n250 STARTTLS", "220 go", "hunter2"), "TLS"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := talker(t, c.talk).receiver(t, nil).Send(t.Context(), receivertest.Notice())
			silent(t, err)
			require.ErrorContains(t, err, c.want)
			require.NotErrorIs(t, err, alert.ErrRefused, "the next attempt may find another server")
		})
	}
	t.Run("is silent, and we are asked to stop", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		s := talker(t, func(conn net.Conn) {
			cancel()
			_, _ = io.Copy(io.Discard, conn)
		})
		err := s.receiver(t, nil).Send(ctx, receivertest.Notice())
		silent(t, err)
		require.ErrorIs(t, err, context.Canceled)
	})
	t.Run("says a little for ever", func(t *testing.T) {
		t.Parallel()
		s := talker(t, func(conn net.Conn) {
			for {
				if _, err := io.WriteString(conn, "220-hunter2\r\n"); err != nil {
					return
				}
			}
		})
		err := s.receiver(t, func(c *email.Settings) { c.Timeout = 200 * time.Millisecond }).Send(t.Context(), receivertest.Notice())
		silent(t, err)
		require.ErrorContains(t, err, "in time")
	})
}

func TestCertificatesAreChecked(t *testing.T) {
	t.Parallel()
	for _, way := range []email.TLS{email.StartTLS, email.Implicit} {
		s := start(t, string(way), "plain")
		settings := func(c *email.Settings) { c.TLS = way }
		stranger := &server{port: s.port}
		err := stranger.receiver(t, settings).Send(t.Context(), receivertest.Notice())
		silent(t, err)
		require.ErrorContains(t, err, "ca_file")
		require.Empty(t, s.messages())
		require.NoError(t, s.receiver(t, settings).Send(t.Context(), receivertest.Notice()))
	}
}

func TestInsideOnlyWhereItIsNamed(t *testing.T) {
	t.Parallel()
	touched := false
	s := talker(t, func(net.Conn) { touched = true })
	way, err := outbound.New(outbound.Settings{Clock: receivertest.Now})
	require.NoError(t, err)
	err = s.receiver(t, func(c *email.Settings) { c.Way = way }).Send(t.Context(), receivertest.Notice())
	require.ErrorIs(t, err, outbound.ErrInside)
	require.False(t, touched)
}

func TestSettings(t *testing.T) {
	t.Parallel()
	way, err := outbound.New(outbound.Settings{Clock: receivertest.Now})
	require.NoError(t, err)
	good := email.Settings{Name: "mail", Host: "smtp.example.com", User: "u", Password: "hunter2", From: "a@example.com", To: []string{"b@example.com"}, Way: way}
	_, err = email.New(good)
	require.NoError(t, err)
	for want, change := range map[string]func(*email.Settings){
		"name":          func(c *email.Settings) { c.Name = "" },
		"way out":       func(c *email.Settings) { c.Way = nil },
		"in the clear":  func(c *email.Settings) { c.TLS = email.None },
		"tls: expected": func(c *email.Settings) { c.TLS = "maybe" },
		"host":          func(c *email.Settings) { c.Host = "smtp://x" },
		"port":          func(c *email.Settings) { c.Port = 70000 },
		"one is there":  func(c *email.Settings) { c.User = "" },
		"from":          func(c *email.Settings) { c.From = "a@example.com\r\nBcc: e@example.com" },
		"to":            func(c *email.Settings) { c.To = nil },
		"is no address": func(c *email.Settings) { c.To = []string{"a@example.com, b@example.com"} },
		"hello":         func(c *email.Settings) { c.Hello = "a\r\nQUIT" },
		"to: expected":  func(c *email.Settings) { c.To = strings.Split(strings.Repeat("a@example.com ", 51), " ")[:51] },
	} {
		bad := good
		change(&bad)
		_, err := email.New(bad)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "hunter2")
	}
}
