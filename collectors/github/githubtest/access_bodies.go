package githubtest

import (
	"encoding/json"
	"fmt"
	"strconv"
)

type rawJSON = json.RawMessage

func (a App) body(o *Organization) map[string]any {
	u := fmt.Sprintf("%s/app/installations/%d", apiURL, a.ID)
	b := map[string]any{
		"id": a.ID, "app_id": a.AppID, "app_slug": a.Slug, "target_id": o.ID, "target_type": "Organization", "single_file_name": nil,
		"repository_selection": a.Selection, "access_tokens_url": u + "/access_tokens", "repositories_url": apiURL + "/installation/repositories",
		"html_url": fmt.Sprintf("https://github.com/organizations/%s/settings/installations/%d", o.Login, a.ID), "events": []string{},
		"account": simpleUser(Person{ID: o.ID, Login: o.Login}), "permissions": a.Permissions,
		"created_at": "2024-02-05T10:00:00Z", "updated_at": "2026-02-05T10:00:00Z", "suspended_by": nil, "suspended_at": nil,
	}
	if a.Suspended {
		b["suspended_by"], b["suspended_at"] = simpleUser(o.Members[0]), "2026-05-04T10:00:00Z"
	}
	return b
}

func (o *Organization) appBodies() []any {
	items := []any{}
	for _, a := range o.Access.Apps {
		items = append(items, a.body(o))
	}
	return items
}

func (t Team) body(login string) map[string]any {
	u := apiURL + "/orgs/" + login + "/teams/" + t.Slug
	return map[string]any{
		"id": t.ID, "node_id": nodeID("Team", t.ID), "url": u, "members_url": u + "/members{/member}", "repositories_url": u + "/repos",
		"html_url": "https://github.com/orgs/" + login + "/teams/" + t.Slug, "name": t.Slug, "slug": t.Slug, "description": nil,
		"permission": "pull", "parent": nil, "type": "organization", "privacy": "closed",
	}
}

func (o *Organization) teamBodies() []any {
	items := []any{}
	for _, t := range o.Access.Teams {
		items = append(items, t.body(o.Login))
	}
	return items
}

func keyBodies(repository string, keys []DeployKey) []any {
	items := []any{}
	for _, k := range keys {
		items = append(items, map[string]any{
			"id": k.ID, "key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI", "url": fmt.Sprintf("%s/repos/%s/keys/%d", apiURL, repository, k.ID),
			"title": k.Title, "verified": true, "created_at": date(k.CreatedAt), "read_only": k.ReadOnly, "added_by": k.AddedBy,
			"last_used": date(k.LastUsed), "enabled": true,
		})
	}
	return items
}

func (o *Organization) hookBodies(repository string) []any {
	u, kind := apiURL+"/orgs/"+o.Login+"/hooks/", "Organization"
	if repository != "" {
		u, kind = apiURL+"/repos/"+o.Login+"/"+repository+"/hooks/", "Repository"
	}
	items := []any{}
	for _, h := range o.Access.Hooks[repository] {
		config := map[string]any{"url": h.URL, "content_type": "json", "insecure_ssl": "0"}
		if h.Insecure {
			config["insecure_ssl"] = "1"
		}
		if h.Signed {
			config["secret"] = "********"
		}
		id := strconv.FormatInt(h.ID, 10)
		b := map[string]any{
			"id": h.ID, "type": kind, "name": "web", "active": !h.Inactive, "events": []string{"push"}, "config": config,
			"url": u + id, "ping_url": u + id + "/pings", "created_at": "2024-06-01T08:00:00Z", "updated_at": "2024-06-01T08:00:00Z",
		}
		if repository != "" {
			b = with(b, map[string]any{
				"test_url": u + id + "/test", "last_response": map[string]any{"code": 200, "status": "active", "message": "OK"},
			})
		}
		items = append(items, b)
	}
	return items
}

func secretBodies(names []string, organization bool) []any {
	items := []any{}
	for _, name := range names {
		b := map[string]any{"name": name, "created_at": "2025-01-20T08:00:00Z", "updated_at": "2026-04-12T08:00:00Z"}
		if organization {
			b["visibility"], b["selected_repositories_url"] = "private", apiURL+"/orgs/acme-robotics/actions/secrets/"+name+"/repositories"
		}
		items = append(items, b)
	}
	return items
}

func runnerBodies(names []string) []any {
	items := []any{}
	for i, name := range names {
		items = append(items, map[string]any{
			"id": i + 1, "name": name, "os": "linux", "status": "online", "busy": false,
			"labels": []any{map[string]any{"id": 1, "name": "self-hosted", "type": "read-only"}},
		})
	}
	return items
}

func (o *Organization) runnerGroupBodies() []any {
	items := []any{}
	for i, g := range o.Access.RunnerGroups {
		u := fmt.Sprintf("%s/orgs/%s/actions/runner-groups/%d", apiURL, o.Login, g.ID)
		items = append(items, map[string]any{
			"id": g.ID, "name": g.Name, "visibility": g.Visibility, "default": i == 0, "runners_url": u + "/runners", "inherited": false,
			"allows_public_repositories": g.Public, "restricted_to_workflows": false, "selected_workflows": []string{},
			"workflow_restrictions_read_only": false,
		})
	}
	return items
}

func (o *Organization) environmentBodies(repository string) []any {
	items := []any{}
	for _, e := range o.Access.Environments[repository] {
		items = append(items, e.body(o, repository))
	}
	return items
}

func (e Environment) body(o *Organization, repository string) map[string]any {
	rules := []any{}
	rule := func(kind string, more map[string]any) {
		id := e.ID*10 + int64(len(rules))
		rules = append(rules, with(map[string]any{"id": id, "node_id": nodeID("Gate", id), "type": kind}, more))
	}
	reviewers := []any{}
	for _, p := range e.Reviewers {
		reviewers = append(reviewers, map[string]any{"type": "User", "reviewer": simpleUser(p)})
	}
	for _, slug := range e.Teams {
		reviewers = append(reviewers, map[string]any{"type": "Team", "reviewer": o.team(slug).body(o.Login)})
	}
	if len(reviewers) > 0 {
		rule("required_reviewers", map[string]any{"prevent_self_review": e.PreventSelfReview, "reviewers": reviewers})
	}
	if e.WaitMinutes > 0 {
		rule("wait_timer", map[string]any{"wait_timer": e.WaitMinutes})
	}
	var branches any
	if e.BranchesLimited {
		rule("branch_policy", nil)
		branches = map[string]any{"protected_branches": true, "custom_branch_policies": false}
	}
	name := o.Login + "/" + repository
	return map[string]any{
		"id": e.ID, "node_id": nodeID("Environment", e.ID), "name": e.Name, "url": apiURL + "/repos/" + name + "/environments/" + e.Name,
		"html_url":   "https://github.com/" + name + "/deployments/activity_log?environments_filter=" + e.Name,
		"created_at": "2024-03-01T08:00:00Z", "updated_at": "2026-03-01T08:00:00Z", "protection_rules": rules,
		"deployment_branch_policy": branches, "can_admins_bypass": e.AdminsBypass,
	}
}
