// Package mototest runs moto_server, an AWS API that the project did not write,
// for tests, and fills it with resources known to be good and known to be bad.
// It writes, with clients of its own; the provider under test cannot.
package mototest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/stretchr/testify/require"
)

// CompanyAccount is the account of the sample company.
const CompanyAccount = "111122223333"

// InCompany makes everything in moto happen in the sample company's account.
const InCompany = "MOTO_ACCOUNT_ID=" + CompanyAccount

// Server is a running moto_server.
type Server struct{ Endpoint string }

// Start starts a server of the test's own on a free port of this machine, with
// an environment beside the process's. Without moto_server the test is skipped
// with a line saying how to get it; in CI it fails.
func Start(t *testing.T, environment ...string) Server {
	t.Helper()
	program, err := exec.LookPath("moto_server")
	if err != nil {
		const get = "moto_server is not installed: pip install 'moto[server]==5.2.1'"
		if os.Getenv("CI") != "" {
			t.Fatal(get)
		}
		t.Skip(get)
	}
	port := freePort(t)
	server := exec.Command(program, "-H", "127.0.0.1", "-p", port)
	server.Env = append(os.Environ(), "MOTO_EC2_LOAD_DEFAULT_AMIS=false")
	server.Env = append(server.Env, environment...)
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait() // it says that it was killed
	})
	s := Server{Endpoint: "http://127.0.0.1:" + port}
	require.Eventually(t, func() bool { return s.Call(t, http.MethodGet, "/moto-api/", "") == nil },
		time.Minute, 50*time.Millisecond, "moto_server does not answer")
	return s
}

func freePort(t *testing.T) string {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return port
}

// Call asks moto's own interface, such as /moto-api/reset-auth.
func (s Server) Call(t *testing.T, method, path, body string) error {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.Endpoint+path, strings.NewReader(body))
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(t, resp.Body.Close())
	return err
}

// Enforce has moto check signatures and identity policies from now on.
func (s Server) Enforce(t *testing.T) {
	t.Helper()
	require.NoError(t, s.Call(t, http.MethodPost, "/moto-api/reset-auth", "0"))
}

// Keys are a principal's credentials.
type Keys struct{ ID, Secret, Token string }

// Anyone is accepted as long as moto does not enforce.
var Anyone = Keys{ID: "AKIAIOSFODNN7EXAMPLE", Secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}

// Writer is a configuration for the tests' own clients, which write. Whatever moto
// answers is final: what is sent twice may be made twice.
func (s Server) Writer(region string, k Keys) aws.Config {
	return aws.Config{
		Region: region, BaseEndpoint: &s.Endpoint,
		Credentials: credentials.NewStaticCredentialsProvider(k.ID, k.Secret, k.Token),
		HTTPClient:  &http.Client{Transport: whole{http.DefaultTransport}},
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	}
}

// toHost sends every request to this server, whatever host it is for: S3 Control
// puts the account before the host's name.
func (s Server) toHost() *http.Client {
	return &http.Client{Transport: whole{&http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, strings.TrimPrefix(s.Endpoint, "http://"))
		},
	}}}
}

// whole reads an answer to its end before it hands it on, as the provider's own way
// out does. The SDK closes the body of a request when the answer begins; a transport
// that has sent it all, but has not yet seen its end, then drops the connection, and
// with it what is left of the answer.
type whole struct{ http.RoundTripper }

func (w whole) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := w.RoundTripper.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}
