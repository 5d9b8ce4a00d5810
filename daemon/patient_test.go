package daemon_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/soc2"
)

// pipes is a listener of connections that end in this process, so that a test's
// clock can move while both ends wait.
type pipes struct {
	made chan net.Conn
	done chan struct{}
}

func newPipes() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.made:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	close(p.done)
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func (p *pipes) dial() net.Conn {
	ours, theirs := net.Pipe()
	p.made <- theirs
	return ours
}

// piped serves a daemon over pipes until the test is over.
func piped(t *testing.T, d *daemon.Daemon) *pipes {
	t.Helper()
	return pipedBy(t, d.Server(), (*http.Server).Serve)
}

func pipedBy(t *testing.T, server *http.Server, serve func(*http.Server, net.Listener) error) *pipes {
	t.Helper()
	p := newPipes()
	done := make(chan error, 1)
	go func() { done <- serve(server, p) }()
	t.Cleanup(func() {
		require.NoError(t, server.Close())
		require.ErrorIs(t, <-done, http.ErrServerClosed)
	})
	return p
}

func free(o *daemon.Options) { o.Web.Unauthenticated = "the listener is a pipe" }

// Whoever sends a byte now and then, or nothing at all, is not waited for.
func TestSlowRequestsAreCutOff(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		send  string
		every time.Duration
		ends  time.Duration // at the latest
	}{
		"nothing is sent":                 {"", 0, 5 * time.Second},
		"headers without end":             {"GET / HTTP/1.1\r\nHost: localhost\r\n" + strings.Repeat("A: b\r\n", 100), time.Second, 6 * time.Second},
		"a body without end":              {"POST /api/v1/scan HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n" + strings.Repeat("x", 500), 0, 10 * time.Second},
		"idle after an answer":            {"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 0, 2 * time.Minute},
		"headers larger than they may be": {"GET / HTTP/1.1\r\nHost: localhost\r\nA: " + strings.Repeat("b", 30<<10) + "\r\n\r\n", 0, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := makeDaemon(t, newWorld(), "", nil, free)
				conn := piped(t, r.Daemon).dial()
				began := time.Now()
				sent := make(chan struct{})
				go func() {
					defer close(sent)
					for c.send != "" {
						n := len(c.send)
						if c.every > 0 {
							<-time.After(c.every)
							n = 1
						}
						if _, err := io.WriteString(conn, c.send[:n]); err != nil {
							return
						}
						c.send = c.send[n:]
					}
				}()
				_, err := io.Copy(io.Discard, conn)
				require.NoError(t, err, "the daemon hangs up")
				require.LessOrEqual(t, time.Since(began), c.ends)
				require.NoError(t, conn.Close())
				<-sent
			})
		})
	}
}

// newLong is a daemon with an assessment that takes minutes to write and is long.
func newLong(t *testing.T) *running {
	t.Helper()
	w := newWorld()
	w.shape = func(a *soc2.Assessment) {
		a.All = func(func(soc2.Finding) error) error {
			<-time.After(3 * time.Minute)
			return nil
		}
		for i := range a.Controls {
			a.Controls[i].Title = strings.Repeat("long ", 200_000)
		}
	}
	r := makeDaemon(t, w, "", nil, free)
	ctx, cancel := context.WithCancel(t.Context())
	worked := make(chan struct{})
	go func() {
		r.Work(ctx)
		close(worked)
	}()
	r.await(t, "assessment published")
	cancel()
	<-worked
	return r
}

// HTTP/2 gives a request up for good when its time to write is over, whatever is
// written later.
func TestALongAnswerOverHTTP2(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		newAuthority(t, dir, "ours").issue(t, "server", time.Now().Add(time.Hour))
		p := pipedBy(t, newLong(t).Server(), func(s *http.Server, l net.Listener) error {
			return s.ServeTLS(l, filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key"))
		})
		transport := &http.Transport{
			DialContext:       func(context.Context, string, string) (net.Conn, error) { return p.dial(), nil },
			TLSClientConfig:   &tls.Config{InsecureSkipVerify: true}, // nobody else is at the other end of a pipe
			ForceAttemptHTTP2: true,
		}
		defer transport.CloseIdleConnections()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://localhost/api/v1/scan", http.NoBody)
		require.NoError(t, err)
		res, err := transport.RoundTrip(req)
		require.NoError(t, err)
		require.Equal(t, 2, res.ProtoMajor)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Greater(t, len(body), 1_000)
	})
}

// A long answer is given to the end to whoever keeps reading, for longer than a
// whole answer may take elsewhere, and not to who has stopped.
func TestALongAnswerHasTimeForEachPiece(t *testing.T) {
	t.Parallel()
	for name, pause := range map[string]time.Duration{"a slow reader": 10 * time.Second, "one who has stopped": 20 * time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newLong(t)
				conn := piped(t, r.Daemon).dial()
				go func() {
					_, _ = io.WriteString(conn, "GET /api/v1/scan HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
				}()
				began := time.Now()
				in := bufio.NewReaderSize(conn, 32<<10)
				read, err := 0, error(nil)
				for err == nil {
					<-time.After(pause)
					var n int
					n, err = in.Discard(64 << 10)
					read += n
				}
				require.ErrorIs(t, err, io.EOF)
				if pause < 15*time.Second {
					require.Greater(t, read, 1_000_000)
					require.Greater(t, time.Since(began), 5*time.Minute)
				} else {
					require.Less(t, read, 200_000)
				}
				require.NoError(t, conn.Close())
			})
		})
	}
}
