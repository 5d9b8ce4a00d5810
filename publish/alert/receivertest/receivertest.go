// Package receivertest is the suite that every receiver of alerts over HTTP
// passes. It knows no receiver; each says how it is made and read.
package receivertest

import (
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/publish/outbound"
)

// Place is a receiver under test.
type Place struct {
	// Make makes one that posts to the address over the way.
	Make func(address string, way *outbound.Client) (alert.Receiver, error)
	// Secrets must be in no error. The path of the address is one besides.
	Secrets []string
	// Answer is what the real place says when it takes a message.
	Answer func(http.ResponseWriter)
	// Most is how many bytes a message may have.
	Most int
	// Words are all texts of a message that people see, as they see them.
	Words func(t *testing.T, body []byte) string
	// Refuses are kinds that it does not take.
	Refuses []alert.Kind
}

// path is a part of the address that is a secret, as those of Slack and Teams are.
const path = "/services/T0000/B0000/hunter2hunter2"

// Run runs the suite.
func Run(t *testing.T, p Place) {
	t.Helper()
	t.Run("messages", func(t *testing.T) { t.Parallel(); messages(t, p) })
	t.Run("messages for reading", func(t *testing.T) {
		t.Parallel()
		for name, n := range Stories() {
			Golden(t, name+".json", Sent(t, p, n))
		}
	})
	RunDeliveries(t, p)
}

// RunDeliveries runs the part that is not about what a message says.
func RunDeliveries(t *testing.T, p Place) {
	t.Helper()
	t.Run("answers", func(t *testing.T) { t.Parallel(); answers(t, p) })
	t.Run("trouble", func(t *testing.T) { t.Parallel(); trouble(t, p) })
}

// server is a place that keeps what it gets.
type server struct {
	*httptest.Server
	mu   sync.Mutex
	got  [][]byte
	head []http.Header
}

func serve(t *testing.T, answer http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.got, s.head = append(s.got, body), append(s.head, r.Header.Clone())
		s.mu.Unlock()
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) bodies() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got
}

// way reaches the server, and nothing else that is inside.
func (s *server) way(t *testing.T, allow ...string) *outbound.Client {
	t.Helper()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	c, err := outbound.New(outbound.Settings{CA: ca, AllowPrivate: allow, Clock: Now})
	require.NoError(t, err)
	return c
}

func (p Place) at(t *testing.T, s *server) alert.Receiver {
	t.Helper()
	r, err := p.Make(s.URL+path, s.way(t, "127.0.0.1"))
	require.NoError(t, err)
	return r
}

// silent says that an error holds none of the secrets, nor what was sent.
func (p Place) silent(t *testing.T, err error) {
	t.Helper()
	require.Error(t, err)
	for _, secret := range append([]string{"hunter2", "/services/", "acme-invoices", "v1,"}, p.Secrets...) {
		require.NotContains(t, err.Error(), secret)
	}
	require.Less(t, len(err.Error()), 500)
}

// Sent is the message that a place makes of a notice.
func Sent(t *testing.T, p Place, n alert.Notice) []byte {
	t.Helper()
	return AllSent(t, p, n)[0]
}

// AllSent are the messages, where there may be several.
func AllSent(t *testing.T, p Place, n alert.Notice) [][]byte {
	t.Helper()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { p.Answer(w) })
	require.NoError(t, p.at(t, s).Send(t.Context(), n))
	require.NotEmpty(t, s.bodies())
	return s.bodies()
}

// Send is what becomes of a notice at a place.
func Send(t *testing.T, p Place, n alert.Notice) error {
	t.Helper()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { p.Answer(w) })
	return p.at(t, s).Send(t.Context(), n)
}

// Request is the first message that a place makes of a notice, with its header.
func Request(t *testing.T, p Place, n alert.Notice) ([]byte, http.Header) {
	t.Helper()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { p.Answer(w) })
	require.NoError(t, p.at(t, s).Send(t.Context(), n))
	return s.bodies()[0], s.head[0]
}
