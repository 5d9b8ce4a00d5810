package receivertest

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/publish/outbound"
)

func trouble(t *testing.T, p Place) {
	ok := func(w http.ResponseWriter, _ *http.Request) { p.Answer(w) }
	// fails says that a delivery fails for now, in words, without a secret.
	fails := func(t *testing.T, address string, way *outbound.Client, words string) {
		t.Helper()
		r, err := p.Make(address+path, way)
		require.NoError(t, err)
		err = r.Send(t.Context(), Notice())
		p.silent(t, err)
		require.Contains(t, err.Error(), words)
		require.NotErrorIs(t, err, alert.ErrRefused)
	}
	t.Run("nobody is there", func(t *testing.T) {
		t.Parallel()
		s := serve(t, ok)
		way := s.way(t, "127.0.0.1")
		s.Close()
		fails(t, s.URL, way, "connection refused")
	})
	t.Run("the certificate is nobody's", func(t *testing.T) {
		t.Parallel()
		s := serve(t, ok)
		way, err := outbound.New(outbound.Settings{AllowPrivate: []string{"127.0.0.1"}, Clock: Now})
		require.NoError(t, err)
		fails(t, s.URL, way, "ca_file")
		require.Empty(t, s.bodies())
	})
	t.Run("the certificate is for another name", func(t *testing.T) {
		t.Parallel()
		s := serve(t, ok)
		fails(t, strings.Replace(s.URL, "127.0.0.1", "localhost", 1), s.way(t, "localhost"), "another name")
		require.Empty(t, s.bodies())
	})
	t.Run("what answers is not HTTP, and repeats what it was sent", func(t *testing.T) {
		t.Parallel()
		address := parrot(t)
		way, err := outbound.New(outbound.Settings{AllowPrivate: []string{"http://" + address}, Clock: Now})
		require.NoError(t, err)
		fails(t, "http://"+address, way, "not HTTP")
	})
	t.Run("a name leads inside", func(t *testing.T) {
		t.Parallel()
		s := serve(t, ok)
		_, err := p.Make(s.URL+path, s.way(t))
		p.silent(t, err)
		require.ErrorIs(t, err, outbound.ErrInside)
		require.Empty(t, s.bodies())
	})
	t.Run("a redirect to the metadata of the machine is not followed", func(t *testing.T) {
		t.Parallel()
		for _, status := range []int{301, 302, 303, 307, 308} {
			for _, target := range []string{"http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "//127.0.0.1/x"} {
				s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Location", target)
					w.WriteHeader(status)
				})
				err := p.at(t, s).Send(t.Context(), Notice())
				p.silent(t, err)
				require.Contains(t, err.Error(), "redirects are not followed")
				require.Len(t, s.bodies(), 1)
			}
		}
	})
	t.Run("who is asked to stop stops", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
			cancel() // the message is there, and no answer will be
			<-r.Context().Done()
		})
		err := p.at(t, s).Send(ctx, Notice())
		p.silent(t, err)
		require.ErrorIs(t, err, context.Canceled)
	})
	t.Run("there is no way out", func(t *testing.T) {
		t.Parallel()
		_, err := p.Make("https://hooks.example.com"+path, nil)
		p.silent(t, err)
		require.Contains(t, err.Error(), "way out")
	})
	t.Run("what is not an address is refused at once", func(t *testing.T) {
		t.Parallel()
		s := serve(t, ok)
		for _, address := range []string{
			"", "hunter2", "ftp://hooks.example.com" + path, "http://hooks.example.com" + path, "https://user:hunter2@hooks.example.com/",
			"https://169.254.169.254" + path, "https://[::1]" + path, "https://2130706433" + path, "https://localhost" + path, "https://hooks.example.com" + path + "#x", "https://%zz" + path,
		} {
			_, err := p.Make(address, s.way(t))
			p.silent(t, err)
		}
	})
}

// parrot answers with what it is sent, on a connection where HTTP is spoken.
func parrot(t *testing.T) string {
	t.Helper()
	l := httptest.NewUnstartedServer(nil).Listener
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func(conn net.Conn) {
				defer conn.Close() //nolint:errcheck // it is a parrot
				said := make([]byte, 4096)
				n, _ := conn.Read(said)
				_, _ = conn.Write(said[:n])
			}(conn)
		}
	}()
	return l.Addr().String()
}
