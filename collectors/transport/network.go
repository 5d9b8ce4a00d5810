package transport

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Network is how providers are reached where the environment does not say it.
type Network struct {
	// Proxy is the address of an HTTP proxy for everything that leaves this
	// machine. Empty: the one that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name.
	Proxy string
	// CA are certificates in PEM, trusted besides the system's: those of a
	// proxy that inspects traffic, or of a provider on the company's own network.
	CA []byte
}

// Base is the way out over this network, for Options.Base. The error says which
// part cannot be used.
func (n Network) Base() (http.RoundTripper, error) {
	t := newNetwork()
	if n.Proxy != "" {
		proxy, err := url.Parse(n.Proxy)
		if err != nil || proxy.Host == "" || proxy.Scheme != "http" && proxy.Scheme != "https" {
			return nil, errors.New("proxy: expected an address such as http://proxy.example.com:3128")
		}
		t.Proxy = http.ProxyURL(proxy)
	}
	if len(n.CA) > 0 {
		roots, err := x509.SystemCertPool()
		if err != nil {
			return nil, fmt.Errorf("ca_file: the system's certificates cannot be read: %w", err)
		}
		if !roots.AppendCertsFromPEM(n.CA) {
			return nil, errors.New("ca_file: holds no certificate in PEM form")
		}
		t.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	return t, nil
}

// newNetwork is the transport to the outside, with the proxy the environment
// names and the system's (or SSL_CERT_FILE's) certificates.
func newNetwork() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          100,
		MaxIdleConnsPerHost:   16, // the default of 2 would open a connection for almost every call
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}

const mostRedirects = 5

// sameHost lets a client follow redirects on the host it asked. Headers that
// carry credentials are added below the client by some SDKs, so that following
// elsewhere would hand them over.
func sameHost(req *http.Request, via []*http.Request) error {
	if len(via) > mostRedirects {
		return fmt.Errorf("more than %d redirects", mostRedirects)
	}
	first := via[0].URL
	if req.URL.Scheme != first.Scheme || req.URL.Host != first.Host {
		return fmt.Errorf("redirect from %s to %s: %w: credentials stay on the host they are for", first.Host, req.URL.Host, ErrRefused)
	}
	return nil
}
