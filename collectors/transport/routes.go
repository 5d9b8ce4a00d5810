package transport

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Routes identifies the requests of a REST provider by method and path.
// Templates look like "GET /orgs/{org}/members": a {name} stands for exactly one
// non-empty path segment. Where several fit, the one with the longest literal
// start wins ("/users/me" before "/users/{id}"). The template is the operation's
// name; no service is named. It panics on a malformed template, which is a
// programming error.
func Routes(templates ...string) func(*http.Request) (operation, service string, err error) {
	return RoutesUnder("", templates...)
}

// RoutesUnder is Routes for an API that lives under a base path, "/api/v3".
// Templates and operations are named without it.
func RoutesUnder(base string, templates ...string) func(*http.Request) (operation, service string, err error) {
	routes := make([]route, len(templates))
	for i, t := range templates {
		routes[i] = parseRoute(t)
	}
	base = strings.TrimSuffix(base, "/")
	return func(req *http.Request) (string, string, error) {
		path, under := strings.CutPrefix(req.URL.EscapedPath(), base)
		var best *route
		for i := range routes {
			if r := &routes[i]; under && r.fits(req.Method, path) && (best == nil || r.before(best)) {
				best = r
			}
		}
		if best == nil {
			return "", "", fmt.Errorf("%s %s is no operation we know", req.Method, req.URL.Path)
		}
		return best.name, "", nil
	}
}

type route struct {
	name, method string
	segments     []string // "" stands for a variable
}

func parseRoute(template string) route {
	method, path, ok := strings.Cut(template, " ")
	if !ok || method == "" || !strings.HasPrefix(path, "/") {
		panic(fmt.Sprintf("transport: route %q is not \"METHOD /path\"", template))
	}
	r := route{name: template, method: method}
	for s := range strings.SplitSeq(path[1:], "/") {
		if strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}") {
			s = ""
		} else if s == "" || strings.ContainsAny(s, "{}") {
			panic(fmt.Sprintf("transport: route %q: a segment is a word or {a variable}", template))
		}
		r.segments = append(r.segments, s)
	}
	return r
}

// fits compares escaped segments, so that a slash inside a branch's name stays
// part of its segment, and refuses dot segments, which a server may resolve to
// another operation.
func (r *route) fits(method, path string) bool {
	if method != r.method || !strings.HasPrefix(path, "/") {
		return false
	}
	segments := strings.Split(path[1:], "/")
	if len(segments) != len(r.segments) {
		return false
	}
	for i, s := range segments {
		plain, err := url.PathUnescape(s)
		if err != nil || plain == "" || plain == "." || plain == ".." {
			return false
		}
		if r.segments[i] != "" && r.segments[i] != plain {
			return false
		}
	}
	return true
}

// before prefers the route that is literal where the other is variable, from the left.
func (r *route) before(other *route) bool {
	for i := range r.segments {
		if a, b := r.segments[i] != "", other.segments[i] != ""; a != b {
			return a
		}
	}
	return false
}
