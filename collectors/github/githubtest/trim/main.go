// Command trim writes testdata/api.github.com.json: the reads our collectors
// make, cut from GitHub's published API description with everything they refer
// to. See testdata/ORIGIN.md for how to get the description.
//
//	go run ./collectors/github/githubtest/trim generated/api.github.com.json generated/ghec.json
//
// Paths that GitHub.com describes for Enterprise Cloud only come from the second.
package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"
)

// kept are the reads that the collectors make.
var kept = []string{
	"/user",
	"/user/orgs",
	"/orgs/{org}",
	"/orgs/{org}/members",
	"/orgs/{org}/outside_collaborators",
	"/orgs/{org}/repos",
	"/repos/{owner}/{repo}/vulnerability-alerts",
	"/repos/{owner}/{repo}/branches/{branch}/protection",
	"/repos/{owner}/{repo}/rules/branches/{branch}",
	"/repos/{owner}/{repo}/rulesets/{ruleset_id}",
	"/orgs/{org}/installation",
	"/app/installations",
	"/app/installations/{installation_id}",
	"/orgs/{org}/installations",
	"/orgs/{org}/teams",
	"/orgs/{org}/teams/{team_slug}/members",
	"/orgs/{org}/teams/{team_slug}/repos",
	"/repos/{owner}/{repo}/collaborators",
	"/repos/{owner}/{repo}/keys",
	"/orgs/{org}/hooks",
	"/repos/{owner}/{repo}/hooks",
	"/orgs/{org}/actions/permissions",
	"/orgs/{org}/actions/permissions/selected-actions",
	"/orgs/{org}/actions/permissions/workflow",
	"/orgs/{org}/actions/secrets",
	"/orgs/{org}/actions/oidc/customization/sub",
	"/orgs/{org}/actions/runner-groups",
	"/repos/{owner}/{repo}/actions/permissions",
	"/repos/{owner}/{repo}/actions/permissions/selected-actions",
	"/repos/{owner}/{repo}/actions/permissions/workflow",
	"/repos/{owner}/{repo}/actions/permissions/fork-pr-contributor-approval",
	"/repos/{owner}/{repo}/actions/secrets",
	"/repos/{owner}/{repo}/actions/oidc/customization/sub",
	"/repos/{owner}/{repo}/actions/runners",
	"/repos/{owner}/{repo}/environments",
	"/repos/{owner}/{repo}/environments/{environment_name}/secrets",
	"/repos/{owner}/{repo}/languages",
	"/repos/{owner}/{repo}/code-scanning/default-setup",
	"/repos/{owner}/{repo}/code-scanning/analyses",
	"/repos/{owner}/{repo}/pulls",
	"/repos/{owner}/{repo}/pulls/{pull_number}",
	"/repos/{owner}/{repo}/pulls/{pull_number}/reviews",
	"/repos/{owner}/{repo}/pulls/{pull_number}/commits",
	"/repos/{owner}/{repo}/commits/{ref}/check-runs",
	"/repos/{owner}/{repo}/commits/{ref}/statuses",
	"/repos/{owner}/{repo}/branches/{branch}",
	"/repos/{owner}/{repo}/activity",
	"/repos/{owner}/{repo}/commits/{commit_sha}/pulls",
	"/repos/{owner}/{repo}/compare/{basehead}",
	"/orgs/{org}/secret-scanning/alerts",
	"/orgs/{org}/dependabot/alerts",
	"/orgs/{org}/code-scanning/alerts",
	"/repos/{owner}/{repo}/git/trees/{tree_sha}",
	"/repos/{owner}/{repo}/git/blobs/{file_sha}",
}

// enterprise are the reads that only Enterprise Cloud's description has.
var enterprise = []string{
	"/orgs/{org}/audit-log",
	"/enterprises/{enterprise}/audit-log/streams",
}

// issueReads, issueWrites and issueChanges are what publishing gaps as issues
// does. They have a file of their own: no collector may write.
var (
	issueReads = []string{
		"/repos/{owner}/{repo}",
		"/repos/{owner}/{repo}/issues",
		"/repos/{owner}/{repo}/issues/{issue_number}",
		"/repos/{owner}/{repo}/issues/{issue_number}/comments",
	}
	issueWrites = []string{
		"/repos/{owner}/{repo}/issues",
		"/repos/{owner}/{repo}/issues/{issue_number}/comments",
		"/app/installations/{installation_id}/access_tokens",
	}
	issueChanges = []string{"/repos/{owner}/{repo}/issues/{issue_number}"}
)

// mints are the requests that make tokens.
var mints = []string{"/app/installations/{installation_id}/access_tokens"}

const (
	output       = "collectors/github/githubtest/testdata/api.github.com.json"
	issuesOutput = "collectors/github/githubtest/testdata/issues.json"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "trim:", err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 3 {
		return fmt.Errorf("want two arguments: the published descriptions of GitHub.com and of Enterprise Cloud")
	}
	spec, err := load(os.Args[1])
	if err != nil {
		return err
	}
	cloud, err := load(os.Args[2])
	if err != nil {
		return err
	}
	err = write(output, spec, []cut{{spec, "get", kept}, {spec, "post", mints}, {cloud, "get", enterprise}})
	if err != nil {
		return err
	}
	// A loaded description is pruned in place: what two files have is read again.
	if spec, err = load(os.Args[1]); err != nil {
		return err
	}
	return write(issuesOutput, spec, []cut{{spec, "get", issueReads}, {spec, "post", issueWrites}, {spec, "patch", issueChanges}})
}

// cut is what is taken from a description.
type cut struct {
	from   map[string]any
	method string
	paths  []string
}

func write(output string, spec map[string]any, cuts []cut) error {
	paths, components := map[string]any{}, map[string]any{}
	for _, cut := range cuts {
		some := map[string]any{}
		for _, path := range cut.paths {
			item, ok := object(cut.from, "paths", path)
			if !ok {
				return fmt.Errorf("the description has no %s", path)
			}
			some[path] = map[string]any{cut.method: item[cut.method]}
		}
		prune(some, false)
		if err := follow(cut.from, components, some); err != nil {
			return err
		}
		for path, item := range some {
			if there, ok := paths[path].(map[string]any); ok {
				maps.Copy(there, item.(map[string]any))
				continue
			}
			paths[path] = item
		}
	}
	trimmed := map[string]any{
		"openapi": spec["openapi"], "info": spec["info"], "servers": spec["servers"], "paths": paths,
	}
	trimmed["components"] = components
	out, err := json.MarshalIndent(trimmed, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(output, append(out, '\n'), 0o644)
}

func load(name string) (map[string]any, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var spec map[string]any
	if err := json.Unmarshal(b, &spec); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return spec, nil
}

// follow copies what is referred to, and what that refers to.
func follow(spec, components map[string]any, v any) error {
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			return copyRef(spec, components, ref)
		}
		for _, inner := range v {
			if err := follow(spec, components, inner); err != nil {
				return err
			}
		}
	case []any:
		for _, inner := range v {
			if err := follow(spec, components, inner); err != nil {
				return err
			}
		}
	}
	return nil
}

func copyRef(spec, components map[string]any, ref string) error {
	parts := strings.Split(ref, "/") // #/components/<sort>/<name>
	if len(parts) != 4 {
		return fmt.Errorf("reference %s is of a kind not met before", ref)
	}
	sort, name := parts[2], parts[3]
	same, ok := components[sort].(map[string]any)
	if !ok {
		same = map[string]any{}
		components[sort] = same
	}
	if _, done := same[name]; done {
		return nil
	}
	target, ok := object(spec, "components", sort, name)
	if !ok {
		return fmt.Errorf("the description has no %s", ref)
	}
	prune(target, false)
	same[name] = target
	return follow(spec, components, target)
}

func object(v map[string]any, path ...string) (map[string]any, bool) {
	for _, p := range path {
		inner, ok := v[p].(map[string]any)
		if !ok {
			return nil, false
		}
		v = inner
	}
	return v, true
}

// prune drops what does not bear on validity: prose, examples, extensions. In a
// map of properties, "description" is a property's name.
func prune(v any, names bool) {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if !names && dropped(key, inner) {
				delete(v, key)
				continue
			}
			prune(inner, !names && (key == "properties" || key == "responses" || key == "headers"))
		}
	case []any:
		for _, inner := range v {
			prune(inner, false)
		}
	}
}

func dropped(key string, v any) bool {
	switch key {
	case "example", "examples", "externalDocs", "tags", "title", "summary":
		return true
	case "description":
		// A response must have one; short ones stay.
		s, ok := v.(string)
		return ok && len(s) > 60
	}
	return strings.HasPrefix(key, "x-")
}
