package transport

import (
	"fmt"
	"net"
	"net/http"
	"time"
)

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
