package email_test

import (
	"bufio"
	"bytes"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/peertest"
	"github.com/controlwatch/controlwatch/publish/alert/receivertest"
	"github.com/controlwatch/controlwatch/publish/email"
	"github.com/controlwatch/controlwatch/publish/outbound"
)

// said is what the mail server says of a message.
type said struct {
	Event   string
	Port    int
	TLS     bool
	User    string
	Sender  string
	To      []string
	Headers [][2]string
	Type    string
	Parts   []struct{ Type, Charset, Text string }
	Defects []string
	Longest int
	Bare    int
	ASCII   bool
	SHA256  string
	Raw     []byte
}

func (s said) header(t *testing.T, name string) string {
	t.Helper()
	var found []string
	for _, h := range s.Headers {
		if h[0] == name {
			found = append(found, h[1])
		}
	}
	require.Len(t, found, 1, name)
	return found[0]
}

// server is a mail server that nobody of us wrote.
type server struct {
	port int
	ca   []byte
	mu   sync.Mutex
	got  []said
}

func (s *server) messages() []said {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got
}

// start runs it: with starttls, implicit or no TLS, and plain, login or no sign-in.
func start(t *testing.T, tls, auth string) *server {
	t.Helper()
	peertest.Need(t, "aiosmtpd")
	own := httptest.NewTLSServer(nil) // for its certificate
	own.Close()
	folder := t.TempDir()
	key, err := x509.MarshalPKCS8PrivateKey(own.TLS.Certificates[0].PrivateKey)
	require.NoError(t, err)
	s := &server{ca: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: own.Certificate().Raw})}
	require.NoError(t, os.WriteFile(filepath.Join(folder, "cert"), s.ca, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "key"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600))

	cmd := exec.CommandContext(t.Context(), "/usr/bin/python3", "testdata/server.py", tls, auth, filepath.Join(folder, "cert"), filepath.Join(folder, "key"))
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	listening := make(chan int, 1)
	go func() {
		defer close(listening)
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 4<<20)
		for lines.Scan() {
			var one said
			if json.Unmarshal(lines.Bytes(), &one) != nil {
				continue
			}
			if one.Event == "listening" {
				listening <- one.Port
				continue
			}
			s.mu.Lock()
			s.got = append(s.got, one)
			s.mu.Unlock()
		}
	}()
	s.port = <-listening
	require.NotZero(t, s.port, "the mail server did not start")
	return s
}

// receiver is one that reaches the server.
func (s *server) receiver(t *testing.T, change func(*email.Settings)) *email.Receiver {
	t.Helper()
	way, err := outbound.New(outbound.Settings{CA: s.ca, AllowPrivate: []string{"127.0.0.1"}, Clock: receivertest.Now})
	require.NoError(t, err)
	settings := email.Settings{
		Name: "mail", Host: "127.0.0.1", Port: s.port, User: "cw", Password: "hunter2",
		From: "Controlwatch <alerts@acme.example>", To: []string{"Op Team <ops@acme.example>"}, Timeout: 2 * time.Minute, Way: way,
	}
	if change != nil {
		change(&settings)
	}
	r, err := email.New(settings)
	require.NoError(t, err)
	return r
}

// wait gives messages once there are so many: the server says what it got a
// moment after it took it.
func (s *server) wait(t *testing.T, many int) []said {
	t.Helper()
	require.Eventually(t, func() bool { return len(s.messages()) >= many }, 2*time.Minute, 10*time.Millisecond)
	require.Len(t, s.messages(), many)
	return s.messages()
}
