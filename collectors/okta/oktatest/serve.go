package oktatest

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// serve answers a request that has passed the description.
func (s *Server) serve(req *http.Request) answer {
	s.org.mu.Lock()
	defer s.org.mu.Unlock()
	part := strings.Split(strings.TrimPrefix(req.URL.Path, "/api/v1/"), "/")
	if a, ok := s.administration(req, part); ok {
		return a
	}
	switch {
	case slices.Equal(part, []string{"org"}):
		return say(http.StatusOK, s.org.settings())
	case slices.Equal(part, []string{"users"}):
		return s.users(req)
	case slices.Equal(part, []string{"policies"}):
		return s.policies(req)
	case len(part) == 3 && part[0] == "policies" && part[2] == "rules":
		return s.rules(part[1])
	case part[0] == "users":
		if part[1] == "me" {
			part[1] = s.org.Owner
		}
		return s.user(part[1], part[2:])
	}
	return refuse(http.StatusNotFound, "E0000008", "The requested path was not found")
}

var statusFilter = regexp.MustCompile(`^status eq "([A-Z_]+)"$`)

// users lists users as Okta does: DEPROVISIONED ones only where a filter asks for them.
func (s *Server) users(req *http.Request) answer {
	query := req.URL.Query()
	keep := func(u *User) bool { return u.Status != "DEPROVISIONED" }
	if filter := query.Get("filter"); filter != "" {
		m := statusFilter.FindStringSubmatch(filter)
		if m == nil {
			return refuse(http.StatusBadRequest, "E0000031", "Invalid search criteria.")
		}
		keep = func(u *User) bool { return u.Status == m[1] }
	}
	var all []any
	for _, u := range s.org.Users {
		if keep(u) {
			all = append(all, u.json(s.org.Host))
		}
	}
	return s.page(req.URL, all, 200)
}

// page cuts one page out of a list. The cursor is the index of its first element.
func (s *Server) page(at *url.URL, all []any, most int) answer {
	query := at.Query()
	size := most
	if n, err := strconv.Atoi(query.Get("limit")); err == nil && n > 0 {
		size = min(n, most)
	}
	if s.PageSize > 0 {
		size = min(size, s.PageSize)
	}
	start, _ := strconv.Atoi(strings.TrimPrefix(query.Get("after"), "cursor"))
	start = min(start, len(all))
	end := min(start+size, len(all))
	a := say(http.StatusOK, append([]any{}, all[start:end]...))
	self := url.URL{Scheme: "https", Host: s.org.Host, Path: at.Path, RawQuery: query.Encode()}
	a.links = []string{fmt.Sprintf("<%s>; rel=\"self\"", self.String())}
	if end < len(all) {
		query.Set("after", fmt.Sprintf("cursor%d", end))
		next := url.URL{Scheme: "https", Host: s.org.Host, Path: at.Path, RawQuery: query.Encode()}
		a.links = append(a.links, fmt.Sprintf("<%s>; rel=\"next\"", next.String()))
	}
	return a
}

func (s *Server) user(id string, rest []string) answer {
	u := s.org.user(id)
	if u == nil {
		return refuse(http.StatusNotFound, "E0000007", "Not found: Resource not found: "+id+" (User)")
	}
	const denied = "You do not have permission to perform the requested action"
	switch {
	case len(rest) == 0:
		return say(http.StatusOK, u.json(s.org.Host))
	case rest[0] == "factors" && u.HideFactors, rest[0] == "roles" && u.HideRoles:
		return refuse(http.StatusForbidden, "E0000006", denied)
	case rest[0] == "factors":
		return say(http.StatusOK, u.factors(s.org.Host))
	case rest[0] == "roles":
		return say(http.StatusOK, u.roles(s.org.Host))
	}
	return refuse(http.StatusNotFound, "E0000008", "The requested path was not found")
}

func (s *Server) policies(req *http.Request) answer {
	query := req.URL.Query()
	var all []any
	keep := func(status string) bool { return query.Get("status") == "" || query.Get("status") == status }
	switch query.Get("type") {
	case "OKTA_SIGN_ON":
		for _, p := range s.org.SignOn {
			if keep(p.Status) {
				all = append(all, p.json())
			}
		}
	case "MFA_ENROLL":
		for _, p := range s.org.Enrolment {
			if keep(p.Status) {
				all = append(all, p.json())
			}
		}
	case "ACCESS_POLICY":
		for _, p := range s.org.Access {
			if keep(p.Status) {
				all = append(all, p.json())
			}
		}
	case "PASSWORD":
		for _, p := range s.org.Passwords {
			if keep(p.Status) {
				all = append(all, p.json())
			}
		}
	}
	return s.page(req.URL, all, 200)
}

func (s *Server) rules(id string) answer {
	for _, p := range s.org.SignOn {
		if p.ID == id {
			rules := []any{}
			for _, r := range p.Rules {
				rules = append(rules, r.json())
			}
			return say(http.StatusOK, rules)
		}
	}
	for _, p := range s.org.Enrolment {
		if p.ID == id {
			return say(http.StatusOK, []any{p.rule()})
		}
	}
	for _, p := range s.org.Access {
		if p.ID == id {
			rules := []any{}
			for _, r := range p.Rules {
				rules = append(rules, r.json())
			}
			return say(http.StatusOK, rules)
		}
	}
	return refuse(http.StatusNotFound, "E0000007", "Not found: Resource not found: "+id+" (Policy)")
}
