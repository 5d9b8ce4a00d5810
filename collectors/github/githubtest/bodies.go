package githubtest

import (
	"encoding/base64"
	"fmt"
	"maps"
	"strings"
	"time"
)

const apiURL = "https://api.github.com"

func nodeID(kind string, id int64) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%s%d", kind, id))
}

func simpleUser(p Person) map[string]any {
	u := apiURL + "/users/" + p.Login
	b := map[string]any{
		"login": p.Login, "id": p.ID, "node_id": nodeID("User", p.ID), "type": "User", "site_admin": false, "gravatar_id": "",
		"avatar_url": fmt.Sprintf("https://avatars.githubusercontent.com/u/%d?v=4", p.ID), "user_view_type": "public",
		"url": u, "html_url": "https://github.com/" + p.Login, "following_url": u + "/following{/other_user}",
		"gists_url": u + "/gists{/gist_id}", "starred_url": u + "/starred{/owner}{/repo}", "events_url": u + "/events{/privacy}",
	}
	for _, name := range []string{"followers", "subscriptions", "organizations", "repos", "received_events"} {
		path := name
		if name == "organizations" {
			path = "orgs"
		}
		b[name+"_url"] = u + "/" + path
	}
	return b
}

func userBody(p Person) map[string]any {
	b := simpleUser(p)
	maps.Copy(b, map[string]any{
		"name": nil, "company": nil, "blog": "", "location": nil, "email": nil, "hireable": nil, "bio": nil,
		"public_repos": 0, "public_gists": 0, "followers": 0, "following": 0,
		"created_at": "2015-01-05T10:00:00Z", "updated_at": "2026-10-01T10:00:00Z",
	})
	return b
}

func simpleOrganization(o *Organization) map[string]any {
	u := apiURL + "/orgs/" + o.Login
	return map[string]any{
		"login": o.Login, "id": o.ID, "node_id": nodeID("Organization", o.ID), "url": u, "repos_url": u + "/repos",
		"events_url": u + "/events", "hooks_url": u + "/hooks", "issues_url": u + "/issues", "members_url": u + "/members{/member}",
		"public_members_url": u + "/public_members{/member}", "description": "",
		"avatar_url": fmt.Sprintf("https://avatars.githubusercontent.com/u/%d?v=4", o.ID),
	}
}

// body is the organisation; what only owners see is left out for everybody else.
func (o *Organization) body() map[string]any {
	public, private := 0, 0
	for _, r := range o.Repositories {
		if r.Visibility == "public" {
			public++
		} else {
			private++
		}
	}
	b := simpleOrganization(o)
	maps.Copy(b, map[string]any{
		"html_url": "https://github.com/" + o.Login, "type": "Organization", "has_organization_projects": true,
		"has_repository_projects": true, "public_repos": public, "public_gists": 0, "followers": 0, "following": 0,
		"created_at": o.CreatedAt.Format(time.RFC3339), "updated_at": "2026-10-01T10:00:00Z", "archived_at": nil,
	})
	if o.owner() {
		maps.Copy(b, map[string]any{
			"total_private_repos": private, "owned_private_repos": private,
			"two_factor_requirement_enabled": o.TwoFactorRequired, "default_repository_permission": o.DefaultPermission,
		})
		maps.Copy(b, o.accessBody())
	}
	return b
}

func (o *Organization) repositoryBodies() []any {
	items := []any{}
	for i := range o.Repositories {
		if r := &o.Repositories[i]; o.shown(r) {
			items = append(items, o.repositoryBody(r))
		}
	}
	return items
}

// repositoryURLs are the addresses a repository must have, with what follows its own.
const repositoryURLs = `archive /{archive_format}{/ref},assignees /assignees{/user},blobs /git/blobs{/sha},branches /branches{/branch},` +
	`collaborators /collaborators{/collaborator},comments /comments{/number},commits /commits{/sha},compare /compare/{base}...{head},` +
	`contents /contents/{+path},contributors /contributors,deployments /deployments,downloads /downloads,events /events,forks /forks,` +
	`git_commits /git/commits{/sha},git_refs /git/refs{/sha},git_tags /git/tags{/sha},hooks /hooks,issue_comment /issues/comments{/number},` +
	`issue_events /issues/events{/number},issues /issues{/number},keys /keys{/key_id},labels /labels{/name},languages /languages,` +
	`merges /merges,milestones /milestones{/number},notifications /notifications{?since},pulls /pulls{/number},releases /releases{/id},` +
	`stargazers /stargazers,statuses /statuses/{sha},subscribers /subscribers,subscription /subscription,tags /tags,teams /teams,trees /git/trees{/sha}`

func (o *Organization) repositoryBody(r *Repository) map[string]any {
	name := o.Login + "/" + r.Name
	u := apiURL + "/repos/" + name
	admin := o.owner() || r.ViewerAdmin
	b := map[string]any{
		"id": r.ID, "node_id": nodeID("Repository", r.ID), "name": r.Name, "full_name": name,
		"owner": simpleUser(Person{ID: o.ID, Login: o.Login}), "private": r.Visibility != "public", "visibility": r.Visibility,
		"html_url": "https://github.com/" + name, "description": nil, "fork": r.Fork, "url": u, "archived": r.Archived,
		"default_branch": r.DefaultBranch, "topics": append([]string{}, r.Topics...), "created_at": r.CreatedAt.Format(time.RFC3339),
		"pushed_at": nil, "permissions": map[string]bool{"admin": admin, "maintain": admin, "push": admin, "triage": admin, "pull": true},
	}
	for pair := range strings.SplitSeq(repositoryURLs, ",") {
		key, rest, _ := strings.Cut(pair, " ")
		b[key+"_url"] = u + rest
	}
	if !r.PushedAt.IsZero() {
		b["pushed_at"] = r.PushedAt.Format(time.RFC3339)
	}
	b["custom_properties"] = map[string]any{}
	if r.Properties != nil {
		b["custom_properties"] = r.Properties
	}
	if o.administers(r) {
		security := map[string]any{}
		for feature, on := range r.Features {
			status := "disabled"
			if on {
				status = "enabled"
			}
			security[feature] = map[string]string{"status": status}
		}
		b["security_and_analysis"] = security
	}
	return b
}

func (p *Protection) body(u string) map[string]any {
	enabled := func(on bool) map[string]any { return map[string]any{"enabled": on} }
	b := map[string]any{
		"url":                              u,
		"enforce_admins":                   map[string]any{"url": u + "/enforce_admins", "enabled": p.EnforceAdmins},
		"required_signatures":              map[string]any{"url": u + "/required_signatures", "enabled": p.Signatures},
		"required_linear_history":          enabled(false),
		"allow_force_pushes":               enabled(p.AllowForcePushes),
		"allow_deletions":                  enabled(p.AllowDeletions),
		"block_creations":                  enabled(false),
		"required_conversation_resolution": enabled(p.Conversations),
		"lock_branch":                      enabled(false),
		"allow_fork_syncing":               enabled(false),
	}
	if r := p.Reviews; r != nil {
		reviews := map[string]any{
			"url": u + "/required_pull_request_reviews", "dismiss_stale_reviews": r.DismissStale,
			"require_code_owner_reviews": r.CodeOwners, "require_last_push_approval": r.LastPush,
			"required_approving_review_count": r.Approvals,
		}
		if len(r.BypassUsers) > 0 {
			users := []any{}
			for _, p := range r.BypassUsers {
				users = append(users, simpleUser(p))
			}
			reviews["bypass_pull_request_allowances"] = map[string]any{"users": users, "teams": []any{}, "apps": []any{}}
		}
		b["required_pull_request_reviews"] = reviews
	}
	if p.Checks != nil {
		checks := []any{}
		for _, c := range p.Checks {
			checks = append(checks, map[string]any{"context": c, "app_id": nil})
		}
		b["required_status_checks"] = map[string]any{
			"url": u + "/required_status_checks", "strict": true, "contexts": p.Checks,
			"contexts_url": u + "/required_status_checks/contexts", "checks": checks,
		}
	}
	return b
}

func (r Rule) body() map[string]any {
	b := map[string]any{"type": r.Type}
	if r.Parameters != nil {
		b["parameters"] = r.Parameters
	}
	return b
}

func (s Ruleset) ruleBodies(sourceType, source string) []any {
	items := []any{}
	for _, r := range s.Rules {
		b := r.body()
		b["ruleset_source_type"], b["ruleset_source"], b["ruleset_id"] = sourceType, source, s.ID
		items = append(items, b)
	}
	return items
}

// body is the ruleset; who may bypass it is left out for who may not change it.
func (s Ruleset) body(sourceType, source string, writer bool) map[string]any {
	rules := []any{}
	for _, r := range s.Rules {
		rules = append(rules, r.body())
	}
	b := map[string]any{
		"id": s.ID, "name": s.Name, "target": "branch", "source_type": sourceType, "source": source,
		"enforcement": "active", "rules": rules, "node_id": nodeID("RepositoryRuleset", s.ID),
		"conditions": map[string]any{"ref_name": map[string]any{"include": []string{"~DEFAULT_BRANCH"}, "exclude": []string{}}},
		"created_at": "2026-03-02T08:00:00Z", "updated_at": "2026-03-02T08:00:00Z",
	}
	if writer {
		actors := []any{}
		for _, a := range s.Bypass {
			actors = append(actors, map[string]any{"actor_id": a.ID, "actor_type": a.Type, "bypass_mode": a.Mode})
		}
		b["bypass_actors"] = actors
	}
	return b
}
