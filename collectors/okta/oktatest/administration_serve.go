package oktatest

import (
	"net/http"
	"slices"
	"strings"
)

// administration answers what is read of applications, groups, tokens, log
// streams and the org's settings.
func (s *Server) administration(req *http.Request, part []string) (answer, bool) {
	org := s.org
	switch path := strings.Join(part, "/"); {
	case path == "/.well-known/okta-organization":
		return say(http.StatusOK, object{
			"id": org.ID, "pipeline": org.Pipeline,
			"_links": object{"organization": object{"href": "https://" + org.Host}},
		}), true
	case path == "authenticators" && org.Pipeline == "v1":
		return refuse(http.StatusMethodNotAllowed, "E0000022", "The endpoint does not support the provided HTTP method"), true
	case path == "authenticators":
		return say(http.StatusOK, each(org.Authenticators, Authenticator.json)), true // not paged
	case path == "first-party-app-settings/admin-console":
		return say(http.StatusOK, object{"sessionIdleTimeoutMinutes": org.AdminConsole.Idle, "sessionMaxLifetimeMinutes": org.AdminConsole.Lifetime}), true
	case path == "threats/configuration":
		return say(http.StatusOK, object{"action": org.ThreatInsight, "excludeZones": []any{}}), true
	case path == "zones":
		return s.page(req.URL, each(org.Zones, Zone.json), 200), true
	case path == "org/privacy/oktaSupport":
		support := object{"support": "DISABLED", "expiration": nil, "caseNumber": nil}
		if !org.SupportUntil.IsZero() {
			support = object{"support": "ENABLED", "expiration": date(org.SupportUntil), "caseNumber": nil}
		}
		return say(http.StatusOK, support), true
	case path == "api-tokens":
		return say(http.StatusOK, each(org.Tokens, func(t APIToken) object { return t.json(org.Host) })), true // not paged
	case path == "logStreams":
		return s.page(req.URL, each(org.Streams, func(l LogStream) object { return l.json(org.Host) }), 20), true
	case path == "logs":
		return s.log(req), true
	case part[0] == "apps":
		return s.apps(req, part[1:]), true
	case part[0] == "groups":
		return s.groups(req, part[1:]), true
	}
	return answer{}, false
}

func each[T any](in []T, f func(T) object) []any {
	out := []any{}
	for _, v := range in {
		out = append(out, f(v))
	}
	return out
}

func (s *Server) apps(req *http.Request, rest []string) answer {
	if len(rest) == 0 {
		all := slices.DeleteFunc(slices.Clone(s.org.Apps), func(a *App) bool {
			return a.Status != "ACTIVE" && req.URL.Query().Get("includeNonDeleted") != "true"
		})
		return s.page(req.URL, each(all, func(a *App) object { return a.json(s.org.Host) }), 200)
	}
	for _, a := range s.org.Apps {
		switch {
		case a.ID != rest[0] || len(rest) != 2:
		case rest[1] == "users":
			return s.page(req.URL, each(a.Users, func(u AppUser) object { return u.json(s.org.Host, a.ID) }), 500)
		case rest[1] == "grants":
			return say(http.StatusOK, a.grants(s.org.Host))
		}
	}
	return refuse(http.StatusNotFound, "E0000007", "Not found: Resource not found: "+rest[0]+" (AppInstance)")
}

func (s *Server) groups(req *http.Request, rest []string) answer {
	if len(rest) == 0 {
		stats := req.URL.Query().Get("expand") == "stats"
		return s.page(req.URL, each(s.org.Groups, func(g *Group) object { return g.json(stats) }), 10000)
	}
	for _, g := range s.org.Groups {
		switch {
		case g.ID != rest[0] || len(rest) != 2:
		case rest[1] == "roles":
			return say(http.StatusOK, g.roles(s.org.Host))
		case rest[1] == "users":
			return s.page(req.URL, each(g.Members, func(id string) object { return s.org.user(id).json(s.org.Host) }), 1000)
		}
	}
	return refuse(http.StatusNotFound, "E0000007", "Not found: Resource not found: "+rest[0]+" (UserGroup)")
}
