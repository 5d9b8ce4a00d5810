package github

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

// What a hole says must not change from pull to pull: ports, addresses and times
// are left out.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	request := func(err error) error { return &url.Error{Op: "Get", URL: "https://api.github.com/user", Err: err} }
	reset := &net.OpError{
		Op: "read", Net: "tcp", Err: syscall.ECONNRESET,
		Source: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 53422}, Addr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 9), Port: 443},
	}
	for name, tc := range map[string]struct {
		err    error
		reason evidence.Reason
		detail string
	}{
		"a reset connection":  {request(reset), evidence.ProviderError, "read: connection reset by peer; does this machine reach the API? HTTPS_PROXY names a proxy"},
		"an unknown host":     {request(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "github.acme.example", Server: "192.0.2.53:53"}}), evidence.ProviderError, "look up github.acme.example: no such host; is base_url right, and does this machine reach it?"},
		"silence":             {request(&transport.TimeoutError{Operation: readUser, After: 30 * time.Second}), evidence.ProviderError, "GET /user: no whole answer within 30s"},
		"half an answer":      {request(fmt.Errorf("read the answer: %w", io.ErrUnexpectedEOF)), evidence.Truncated, "the answer broke off"},
		"another error":       {request(fmt.Errorf("outer: %w", errors.New("tls: handshake failure"))), evidence.ProviderError, "tls: handshake failure"},
		"a refused operation": {request(fmt.Errorf("DELETE /x: %w", transport.ErrRefused)), evidence.ProviderError, `Get "https://api.github.com/user": DELETE /x: refused: collectors may only make the reads they declare`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := evidence.HoleFrom(unseen(t.Context(), readUser, answer{}, tc.err))
			require.Equal(t, evidence.Hole{Reason: tc.reason, Operation: readUser, Detail: tc.detail}, h)
		})
	}
	t.Run("our own going away is no hole of GitHub's", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, unseen(ctx, readUser, answer{}, context.Canceled), context.Canceled)
	})
}

func TestEach(t *testing.T) {
	t.Parallel()
	repos := []repository{{FullName: "acme/one"}, {FullName: "acme/two"}, {FullName: "acme/three"}}
	t.Run("a panic costs that repository only and is told", func(t *testing.T) {
		t.Parallel()
		done := make(chan string, len(repos))
		err := each(t.Context(), repos, func(_ context.Context, r repository) error {
			if r.FullName == "acme/two" {
				panic("index out of range")
			}
			done <- r.FullName
			return nil
		})
		require.EqualError(t, err, "panic in acme/two: index out of range")
		require.Len(t, done, 2)
	})
	t.Run("nothing is begun once the context has ended", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := each(ctx, repos, func(context.Context, repository) error {
			t.Error("was called")
			return nil
		})
		require.ErrorIs(t, err, context.Canceled)
	})
}
