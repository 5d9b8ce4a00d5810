package okta

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// parseOrgURL accepts the address of an org and nothing that could send the
// token elsewhere: https only, except to this machine itself.
func parseOrgURL(s string) (*url.URL, error) {
	if s == "" {
		return nil, errors.New("empty; give the org's address, such as https://acme.okta.com")
	}
	u, err := url.Parse(s)
	if err != nil {
		// url.Parse repeats its input, which may have been a token pasted into the wrong field.
		return nil, errors.New("not an address; give one such as https://acme.okta.com")
	}
	host := strings.ToLower(u.Hostname())
	switch {
	case u.Host == "" || host == "":
		return nil, errors.New("no host in it; give an address such as https://acme.okta.com")
	case u.User != nil:
		return nil, errors.New("holds a user or password; credentials belong into token")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(host)):
		return nil, fmt.Errorf("scheme %q would send the token unencrypted; use https", u.Scheme)
	case u.Path != "" && u.Path != "/", u.RawQuery != "", u.Fragment != "":
		return nil, errors.New("has more than a host; give only the address, such as https://acme.okta.com")
	}
	if name, domain, ok := strings.Cut(host, "-admin."); ok && oktaDomain(domain) {
		return nil, fmt.Errorf("is the admin console's; use https://%s.%s", name, domain)
	}
	return &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host)}, nil
}

// oktaDomain tells Okta's own domains from a custom one, in which "-admin." may
// be part of any name.
func oktaDomain(d string) bool {
	switch d {
	case "okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com", "okta.mil", "trexcloud.com":
		return true
	}
	return false
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
