// Package outbound is the one way on which messages leave for addresses that
// stand in a configuration: a client that reaches nothing inside unless allowed
// by name, follows no redirect, ends in time, and whose errors hold no secret.
//
// It knows what HTTP says of a delivery (taken, later, never), and nothing of
// what is delivered.
package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Settings is how the outside is reached.
type Settings struct {
	// Proxy is the address of an HTTP proxy, such as http://proxy.example.com:3128.
	// Empty: the one that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name.
	//
	// Behind a proxy it is the proxy that looks names up and connects: the guard
	// then refuses an inside address that is written as a number, and the proxy's
	// own rules must refuse the rest.
	Proxy string
	// CA are certificates in PEM, trusted besides the system's.
	CA []byte
	// AllowPrivate are the hosts that may be inside: on this machine, on a private
	// network, behind carrier NAT. Each is a host ("alertmanager.example.internal")
	// or begins with http:// where it may also be spoken to without TLS, then with
	// its port if it has one ("http://alertmanager:9093"). Addresses that cannot be
	// a receiver (link-local, with the metadata services of clouds; multicast;
	// unspecified) stay refused.
	AllowPrivate []string
	// Timeout ends one delivery. Zero: 20 seconds.
	Timeout time.Duration
	// Clock reads dates in answers. It must be there.
	Clock func() time.Time
}

const (
	usualTimeout = 20 * time.Second
	mostHeader   = 64 << 10
)

// Client delivers.
type Client struct {
	guard guard
	roots *x509.CertPool
	http  *http.Client
	clock func() time.Time
}

// New makes a client, or says which setting cannot be used.
func New(s Settings) (*Client, error) {
	if s.Clock == nil {
		return nil, errors.New("outbound: no clock was given")
	}
	g, err := newGuard(s.AllowPrivate)
	if err != nil {
		return nil, err
	}
	c := &Client{guard: g, clock: s.Clock}
	if len(s.CA) > 0 {
		if c.roots, err = x509.SystemCertPool(); err != nil {
			return nil, fmt.Errorf("ca_file: the system's certificates cannot be read: %w", err)
		}
		if !c.roots.AppendCertsFromPEM(s.CA) {
			return nil, errors.New("ca_file: holds no certificate in PEM form")
		}
	}
	way := http.ProxyFromEnvironment
	if s.Proxy != "" {
		proxy, err := url.Parse(s.Proxy)
		if err != nil || proxy.Host == "" || proxy.Scheme != "http" && proxy.Scheme != "https" {
			return nil, errors.New("proxy: expected an address such as http://proxy.example.com:3128")
		}
		way = http.ProxyURL(proxy)
	}
	if s.Timeout <= 0 {
		s.Timeout = usualTimeout
	}
	c.http = &http.Client{
		Transport:     &ways{proxy: way, direct: c.transport(c.guard.dial), proxied: proxied(c.transport(dialer().DialContext), way)},
		Timeout:       s.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// Dial connects to an address under the same guard, for what is not HTTP.
func (c *Client) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	return c.guard.dial(ctx, network, address)
}

// TLS is how certificates are checked, for what is not HTTP.
func (c *Client) TLS(host string) *tls.Config {
	return &tls.Config{RootCAs: c.roots, ServerName: host, MinVersion: tls.VersionTLS12}
}

// Now is the client's clock.
func (c *Client) Now() time.Time { return c.clock() }

func (c *Client) transport(dial func(context.Context, string, string) (net.Conn, error)) *http.Transport {
	return &http.Transport{
		DialContext:            dial,
		TLSClientConfig:        &tls.Config{RootCAs: c.roots, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        time.Minute,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: mostHeader,
		DisableCompression:     true, // a small answer that unpacks to a large one is of no use
	}
}

func proxied(t *http.Transport, way func(*http.Request) (*url.URL, error)) *http.Transport {
	t.Proxy = way
	return t
}

// ways are two transports, since whether a connection goes to a proxy, whose
// address the operator chose, or to a receiver decides what it may reach.
type ways struct {
	proxy           func(*http.Request) (*url.URL, error)
	direct, proxied *http.Transport
}

func (w *ways) RoundTrip(req *http.Request) (*http.Response, error) {
	proxy, err := w.proxy(req)
	if err != nil {
		return nil, errProxy
	}
	if proxy != nil {
		return w.proxied.RoundTrip(req)
	}
	return w.direct.RoundTrip(req)
}

// errProxy does not repeat the address, which may hold a password.
var errProxy = errors.New("the address of the proxy in the environment cannot be read")

func dialer() *net.Dialer {
	return &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
}
