package okta

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// next finds the following page in the Link headers (RFC 8288); nil after the
// last. A link that is there and cannot be followed is an error, so that a list
// never ends early in silence, and it must stay on the org and on the list: it
// is sent our token.
func (c *client) next(at *url.URL, header http.Header) (*url.URL, error) {
	var found *url.URL
	for _, value := range header.Values("Link") {
		links, err := parseLinks(value)
		if err != nil {
			return nil, err
		}
		for _, l := range links {
			if !l.next {
				continue
			}
			u, err := at.Parse(l.target)
			if err != nil {
				return nil, errors.New("the link to the next page is not an address")
			}
			if u.Scheme != c.org.Scheme || !strings.EqualFold(u.Host, c.org.Host) || u.User != nil {
				return nil, fmt.Errorf("the link to the next page leads away from the org, to host %q", u.Host)
			}
			if u.EscapedPath() != at.EscapedPath() {
				return nil, errors.New("the link to the next page leads to another list")
			}
			if found != nil && found.String() != u.String() {
				return nil, errors.New("there are two links to different next pages")
			}
			u.Host, u.Fragment = c.org.Host, ""
			found = u
		}
	}
	return found, nil
}

type link struct {
	target string
	next   bool
}

// parseLinks reads `<target>; param=value; …, <target> …`. Commas and
// semicolons may occur inside the target and inside quotes.
func parseLinks(s string) ([]link, error) {
	malformed := errors.New("the Link header cannot be read, so there may be more pages")
	var links []link
	for s = strings.TrimLeft(s, " \t,"); s != ""; s = strings.TrimLeft(s, " \t,") {
		end := strings.IndexByte(s, '>')
		if s[0] != '<' || end < 0 {
			return nil, malformed
		}
		l := link{target: s[1:end]}
		params, rest, err := cutParams(s[end+1:])
		if err != nil {
			return nil, malformed
		}
		for _, p := range params {
			name, value, _ := strings.Cut(p, "=")
			if strings.EqualFold(strings.TrimSpace(name), "rel") {
				for rel := range strings.FieldsSeq(strings.Trim(strings.TrimSpace(value), `"`)) {
					l.next = l.next || strings.EqualFold(rel, "next")
				}
			}
		}
		links = append(links, l)
		s = rest
	}
	return links, nil
}

// cutParams splits off the parameters of one link, up to the comma that ends it.
func cutParams(s string) (params []string, rest string, err error) {
	quoted, start := false, 0
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case quoted:
		case s[i] == ';' || s[i] == ',':
			params = append(params, s[start:i])
			start = i + 1
			if s[i] == ',' {
				return params, s[start:], nil
			}
		}
	}
	if quoted {
		return nil, "", errors.New("quote without end")
	}
	return append(params, s[start:]), "", nil
}
