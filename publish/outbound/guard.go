package outbound

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
)

// ErrInside says that an address leads inside and nothing allows it.
var ErrInside = errors.New("leads to an inside address; name the host under allow_private if that is meant")

// ErrNever says that an address can be no receiver, whatever is allowed.
var ErrNever = errors.New("leads to an address that no receiver has (link-local, metadata, multicast or none)")

// guard decides what may be connected to. It looks at the address of the
// connection itself, after every lookup: a name that answers differently the
// second time (DNS rebinding) gains nothing.
type guard struct {
	private map[string]bool // hosts that may be inside
	plain   map[string]bool // host:port that may be spoken to without TLS
}

func newGuard(allow []string) (guard, error) {
	g := guard{private: map[string]bool{}, plain: map[string]bool{}}
	for _, entry := range allow {
		host := entry
		if strings.Contains(entry, "://") {
			u, err := url.Parse(entry)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
				return g, errors.New("allow_private: expected hosts such as alertmanager.example.internal or http://alertmanager:9093, without a path")
			}
			if u.Scheme == "http" {
				g.plain[hostPort(u)] = true
			}
			host = u.Hostname()
		}
		host = hostName(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
		if _, err := netip.ParseAddr(host); err != nil && (host == "" || strings.ContainsAny(host, "*/:@?# \t\r\n")) {
			return g, fmt.Errorf("allow_private: %q is no host; name each one, without a wildcard, a network or a path", entry)
		}
		g.private[host] = true
	}
	return g, nil
}

// dial connects to an address that may be connected to.
func (g guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, errors.New("the address has no port")
	}
	d := dialer()
	d.ControlContext = func(_ context.Context, network, reached string, _ syscall.RawConn) error {
		if !strings.HasPrefix(network, "tcp") {
			return ErrNever
		}
		at, err := netip.ParseAddrPort(reached)
		if err != nil {
			return ErrNever
		}
		return permitted(at.Addr(), g.private[hostName(host)])
	}
	return d.DialContext(ctx, network, address)
}

// hostName is a host in the one spelling that is compared.
func hostName(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(hostName(u.Hostname()), port)
}
