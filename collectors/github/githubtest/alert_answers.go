package githubtest

import (
	"net/http"
	"slices"
	"strings"
)

// alertList lists alerts of all repositories the token was made for.
func (o *Organization) alertList(req *http.Request, list string) answer {
	if !o.owner() {
		return refuse(http.StatusForbidden, "Resource not accessible by personal access token")
	}
	items := []any{}
	for i := range o.Repositories {
		r := &o.Repositories[i]
		if !o.administers(r) {
			continue
		}
		repo := map[string]any{
			"id": r.ID, "name": r.Name, "full_name": o.Login + "/" + r.Name, "private": r.Visibility != "public", "fork": r.Fork,
			"owner": simpleUser(Person{ID: o.ID, Login: o.Login}), "description": nil,
		}
		switch list {
		case "secret-scanning":
			items = append(items, r.secretAlerts(req, repo)...)
		case "dependabot":
			items = append(items, r.dependencyAlerts(repo)...)
		default:
			items = append(items, r.codeAlerts(repo)...)
		}
	}
	if list == "dependabot" {
		return cursorPage(req, items)
	}
	return page(req, o, items)
}

func (r *Repository) secretAlerts(req *http.Request, repo map[string]any) []any {
	q := req.URL.Query()
	var items []any
	for _, s := range r.Code.Secrets {
		if asked := strings.Split(q.Get("secret_type"), ","); s.Generic != (q.Get("secret_type") != "") || s.Generic && !slices.Contains(asked, s.Type) {
			continue
		}
		b := map[string]any{
			"number": s.Number, "created_at": stamp(s.CreatedAt), "state": "open", "resolution": nil, "resolved_at": nil,
			"secret_type": s.Type, "secret_type_display_name": s.Name, "repository": repo, "validity": "unknown",
		}
		if q.Get("hide_secret") != "true" {
			b["secret"] = s.Secret
		}
		if s.Resolution != "" {
			b["state"], b["resolution"], b["resolved_at"] = "resolved", s.Resolution, stamp(s.ResolvedAt)
		}
		items = append(items, b)
	}
	return items
}

func (r *Repository) dependencyAlerts(repo map[string]any) []any {
	var items []any
	for _, d := range r.Code.Dependencies {
		ecosystem, name, _ := strings.Cut(d.Package, "/")
		pkg := map[string]any{"ecosystem": ecosystem, "name": name}
		weakness := map[string]any{"package": pkg, "severity": d.Severity, "vulnerable_version_range": "< 99", "first_patched_version": nil}
		if d.Patched != "" {
			weakness["first_patched_version"] = map[string]any{"identifier": d.Patched}
		}
		b := map[string]any{
			"number": d.Number, "state": d.State, "created_at": stamp(d.CreatedAt), "updated_at": stamp(d.CreatedAt), "repository": repo,
			"dependency":             map[string]any{"package": pkg, "manifest_path": "go.mod", "scope": none(d.Scope)},
			"security_advisory":      map[string]any{"ghsa_id": d.GHSA, "cve_id": none(d.CVE), "summary": d.Summary, "severity": d.Severity, "vulnerabilities": []any{weakness}},
			"security_vulnerability": weakness, "dismissed_at": nil, "dismissed_reason": none(d.Reason), "fixed_at": nil, "auto_dismissed_at": nil,
		}
		if d.State != "open" {
			b[d.State+"_at"] = stamp(d.EndedAt)
		}
		items = append(items, b)
	}
	return items
}

func (r *Repository) codeAlerts(repo map[string]any) []any {
	var items []any
	for _, c := range r.Code.Flaws {
		b := map[string]any{
			"number": c.Number, "state": c.State, "created_at": stamp(c.CreatedAt), "repository": repo,
			"rule": map[string]any{
				"id": c.RuleID, "description": c.Rule, "name": c.RuleID, "severity": none(c.Severity), "security_severity_level": none(c.SecuritySeverity),
			},
			"tool": map[string]any{"name": "CodeQL", "version": "2.23.0", "guid": nil}, "dismissed_reason": none(c.Reason), "dismissed_at": nil, "fixed_at": nil,
			"most_recent_instance": map[string]any{"ref": "refs/heads/" + r.DefaultBranch, "state": c.State},
		}
		if c.State != "open" {
			b[c.State+"_at"] = stamp(c.EndedAt)
		}
		items = append(items, b)
	}
	return items
}

func none(text string) any {
	if text == "" {
		return nil
	}
	return text
}
