package githubtest

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const notGranted = "Resource not accessible by personal access token"

// accessAnswer answers what this part of the state knows; false: it is another
// part's to answer.
func (o *Organization) accessAnswer(req *http.Request, parts []string) (answer, bool) {
	path := strings.Join(parts[min(2, len(parts)):], "/")
	switch {
	case parts[0] == "enterprises":
		return o.streams(parts[1]), true
	case parts[0] == "orgs" && strings.EqualFold(parts[1], o.Login):
		return o.organizationAccess(req, path, parts)
	case parts[0] == "repos" && strings.EqualFold(parts[1], o.Login) && len(parts) > 3:
		return o.repositoryAccess(req, strings.Join(parts[3:], "/"), parts)
	}
	return answer{}, false
}

func (o *Organization) organizationAccess(req *http.Request, path string, parts []string) (answer, bool) {
	known := map[string]func() answer{
		"installations":                        func() answer { return o.wrapped(req, "installations", o.appBodies()) },
		"hooks":                                func() answer { return page(req, o, o.hookBodies("")) },
		"teams":                                func() answer { return page(req, o, o.teamBodies()) },
		"actions/permissions":                  func() answer { return o.actionsPermissions("") },
		"actions/permissions/selected-actions": func() answer { return o.selectedActions("") },
		"actions/permissions/workflow":         func() answer { return o.workflowToken("") },
		"actions/secrets":                      func() answer { return o.wrapped(req, "secrets", secretBodies(o.Access.Actions[""].Secrets, true)) },
		"actions/oidc/customization/sub":       func() answer { return o.subject("") },
		"actions/runner-groups":                func() answer { return o.wrapped(req, "runner_groups", o.runnerGroupBodies()) },
		"audit-log":                            func() answer { return o.auditLog(req) },
	}
	if len(parts) == 5 && parts[2] == "teams" {
		return o.teamAnswer(req, parts[3], parts[4]), true
	}
	say, ok := known[path]
	switch {
	case !ok:
		return answer{}, false
	case !o.owner():
		return refuse(http.StatusNotFound, "Not Found"), true
	}
	return say(), true
}

func (o *Organization) repositoryAccess(req *http.Request, path string, parts []string) (answer, bool) {
	name := parts[2]
	a := o.Access.Actions[name]
	known := map[string]func() answer{
		"collaborators":                        func() answer { return o.collaborators(req, name) },
		"keys":                                 func() answer { return page(req, o, keyBodies(o.Login+"/"+name, o.Access.Keys[name])) },
		"hooks":                                func() answer { return page(req, o, o.hookBodies(name)) },
		"environments":                         func() answer { return o.wrapped(req, "environments", o.environmentBodies(name)) },
		"actions/permissions":                  func() answer { return o.actionsPermissions(name) },
		"actions/permissions/selected-actions": func() answer { return o.selectedActions(name) },
		"actions/permissions/workflow":         func() answer { return o.workflowToken(name) },
		"actions/permissions/fork-pr-contributor-approval": func() answer {
			return say(map[string]any{"approval_policy": a.ForkApproval})
		},
		"actions/secrets":                func() answer { return o.wrapped(req, "secrets", secretBodies(a.Secrets, false)) },
		"actions/oidc/customization/sub": func() answer { return o.subject(name) },
		"actions/runners":                func() answer { return o.wrapped(req, "runners", runnerBodies(a.Runners)) },
	}
	answers, ok := known[path]
	if len(parts) == 6 && parts[3] == "environments" && parts[5] == "secrets" {
		answers, ok = func() answer { return o.environmentSecrets(req, name, parts[4]) }, true
	}
	if !ok {
		return answer{}, false
	}
	r := o.repository(name)
	switch {
	case r == nil:
		return refuse(http.StatusNotFound, "Not Found"), true
	case path == "environments": // with the right to read the repository
	case r.NotGranted:
		return refuse(http.StatusForbidden, notGranted), true
	case !o.administers(r):
		return refuse(http.StatusNotFound, "Not Found"), true
	}
	return answers(), true
}

// wrapped cuts a page from a list and puts it beside the list's total.
func (o *Organization) wrapped(req *http.Request, key string, items []any) answer {
	a := page(req, o, items)
	b := say(map[string]any{"total_count": len(items), key: rawJSON(a.body)})
	b.header = a.header
	return b
}

func (o *Organization) streams(slug string) answer {
	e := o.Access.Enterprise
	if e == nil || e.Slug != slug {
		return refuse(http.StatusNotFound, "Not Found")
	}
	items := []any{}
	for i, s := range e.Streams {
		b := map[string]any{
			"id": i + 1, "stream_type": s.Type, "stream_details": "acme-audit", "enabled": !s.Paused,
			"created_at": "2025-02-01T08:00:00Z", "updated_at": "2025-02-01T08:00:00Z", "paused_at": nil,
		}
		if s.Paused {
			b["paused_at"] = "2026-01-01T08:00:00Z"
		}
		items = append(items, b)
	}
	return say(items)
}

// auditLog is part of Enterprise Cloud.
func (o *Organization) auditLog(req *http.Request) answer {
	if o.Access.Plan != "enterprise" {
		return refuse(http.StatusNotFound, "Not Found")
	}
	items := []any{}
	for _, e := range append(o.AuditLog, AuditEntry{At: time.UnixMilli(1794645000000), ID: "x1", Action: "team.add_member", Actor: o.Members[0].Login, Team: o.Login + "/platform"}) {
		entry := map[string]any{"@timestamp": e.At.UnixMilli(), "_document_id": e.ID, "action": e.Action, "org": o.Login}
		for name, value := range map[string]string{"actor": e.Actor, "repo": e.Repo, "user": e.User, "team": e.Team} {
			if value != "" {
				entry[name] = value
			}
		}
		items = append(items, entry)
	}
	return cursorPage(req, items)
}

// AuditEntry is one entry of the audit log.
type AuditEntry struct {
	At                                  time.Time
	ID, Action, Actor, Repo, User, Team string
}

func (o *Organization) teamAnswer(req *http.Request, slug, what string) answer {
	t := o.team(slug)
	if t == nil || !o.Viewer.Member {
		return refuse(http.StatusNotFound, "Not Found")
	}
	items := []any{}
	if what == "members" {
		for _, p := range t.Members {
			items = append(items, simpleUser(p))
		}
		return page(req, o, items)
	}
	for i := range o.Repositories {
		r := &o.Repositories[i]
		if p, ok := t.Repositories[r.Name]; ok {
			b := o.repositoryBody(r)
			b["permissions"], b["role_name"] = permissionFlags(p), roleName(p)
			items = append(items, b)
		}
	}
	return page(req, o, items)
}

func (o *Organization) collaborators(req *http.Request, name string) answer {
	items := []any{}
	outside := map[int64]bool{}
	for _, p := range o.Outside {
		outside[p.ID] = true
	}
	for _, g := range o.Access.Direct[name] {
		if req.URL.Query().Get("affiliation") == "outside" && !outside[g.ID] {
			continue
		}
		b := simpleUser(g.Person)
		b["permissions"], b["role_name"] = permissionFlags(g.Permission), roleName(g.Permission)
		items = append(items, b)
	}
	return page(req, o, items)
}

func (o *Organization) actionsPermissions(name string) answer {
	a := o.Access.Actions[name]
	b := map[string]any{"sha_pinning_required": a.Pinned}
	if name == "" {
		b["enabled_repositories"] = "all"
		if a.Off {
			b["enabled_repositories"] = "none"
		}
	} else {
		b["enabled"] = !a.Off
	}
	if !a.Off {
		b["allowed_actions"] = a.allowed()
	}
	return say(b)
}

func (a Actions) allowed() string {
	if a.Allowed == "" {
		return "all"
	}
	return a.Allowed
}

func (o *Organization) selectedActions(name string) answer {
	a := o.Access.Actions[name]
	if a.allowed() != "selected" {
		return refuse(http.StatusConflict, "Conflict")
	}
	return say(map[string]any{"github_owned_allowed": true, "verified_allowed": false, "patterns_allowed": append([]string{}, a.Patterns...)})
}

func (o *Organization) workflowToken(name string) answer {
	a := o.Access.Actions[name]
	b := map[string]any{"default_workflow_permissions": "read", "can_approve_pull_request_reviews": a.Approves}
	if a.WriteToken {
		b["default_workflow_permissions"] = "write"
	}
	return say(b)
}

func (o *Organization) subject(name string) answer {
	a := o.Access.Actions[name]
	if name == "" {
		return say(map[string]any{"include_claim_keys": append([]string{"repo", "context"}, a.Claims...)})
	}
	b := map[string]any{"use_default": a.Claims == nil}
	if a.Claims != nil {
		b["include_claim_keys"] = a.Claims
	}
	return say(b)
}

func (o *Organization) environmentSecrets(req *http.Request, name, escaped string) answer {
	for _, e := range o.Access.Environments[name] {
		if url.PathEscape(e.Name) == escaped {
			return o.wrapped(req, "secrets", secretBodies(e.Secrets, false))
		}
	}
	return refuse(http.StatusNotFound, "Not Found")
}

// accessBody is what an organisation's own answer says of this part.
func (o *Organization) accessBody() map[string]any {
	b := map[string]any{}
	for name, on := range o.Access.Privileges {
		b[name] = on
	}
	if o.Access.Plan != "" {
		b["plan"] = map[string]any{"name": o.Access.Plan, "space": 976562499, "private_repos": 999999, "seats": 60, "filled_seats": len(o.Members)}
	}
	return b
}

func permissionFlags(p string) map[string]bool {
	flags := map[string]bool{"pull": false, "triage": false, "push": false, "maintain": false, "admin": false}
	for _, name := range []string{"pull", "triage", "push", "maintain", "admin"} {
		flags[name] = true
		if name == p {
			return flags
		}
	}
	return flags
}

func roleName(p string) string {
	return map[string]string{"pull": "read", "triage": "triage", "push": "write", "maintain": "maintain", "admin": "admin"}[p]
}

func date(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Format(time.RFC3339)
}

// with adds to a body.
func with(b, more map[string]any) map[string]any {
	maps.Copy(b, more)
	return b
}
