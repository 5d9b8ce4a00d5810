package outbound

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// Target is a checked address to deliver to. Addresses of webhooks are secrets:
// whichever way it is printed, only its host shows.
type Target struct{ at *url.URL }

// Host is where it is, without what may be secret.
func (t Target) Host() string {
	if t.at == nil {
		return "nowhere"
	}
	return t.at.Host
}

func (t Target) String() string { return t.Host() }

// GoString keeps %#v from printing the address.
func (t Target) GoString() string { return "outbound.Target(" + t.Host() + ")" }

// MarshalText keeps the address out of JSON.
func (t Target) MarshalText() ([]byte, error) { return []byte(t.Host()), nil }

// Bare says that the address is a host without a path.
func (t Target) Bare() bool { return strings.Trim(t.at.Path, "/") == "" }

// Join is the target with more of a path.
func (t Target) Join(more ...string) Target { return Target{t.at.JoinPath(more...)} }

// Target checks an address to deliver to. Its errors do not repeat it.
func (c *Client) Target(address string) (Target, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Opaque != "" || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" {
		return Target{}, errors.New("url: cannot be read; expected an address such as https://hooks.example.com/…")
	}
	switch {
	case u.User != nil:
		return Target{}, errors.New("url: holds a user name or password; give credentials in their own setting")
	case u.Fragment != "":
		return Target{}, errors.New("url: holds a #fragment, which is never sent; remove it")
	case u.Scheme == "http" && !c.guard.plain[hostPort(u)]:
		return Target{}, fmt.Errorf("url: is without TLS; use https://, or name http://%s under allow_private", u.Host)
	}
	host := hostName(u.Hostname())
	private := c.guard.private[host]
	if a, err := netip.ParseAddr(host); err == nil {
		if err := permitted(a, private); err != nil {
			return Target{}, fmt.Errorf("url: %s %w", u.Host, err)
		}
	} else if digits(host) {
		// 2130706433, 0x7f.1 and 127.1 are addresses to some resolvers and proxies.
		return Target{}, fmt.Errorf("url: %s is neither a name nor an address in its usual form", u.Host)
	} else if (host == "localhost" || strings.HasSuffix(host, ".localhost")) && !private {
		return Target{}, fmt.Errorf("url: %s %w", u.Host, ErrInside)
	}
	return Target{u}, nil
}

// digits says that a name ends in a number, which no top-level domain does.
func digits(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	if rest, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(rest, "0123456789abcdef") == ""
	}
	return strings.Trim(last, "0123456789") == ""
}
