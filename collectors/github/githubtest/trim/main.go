// Command trim writes testdata/api.github.com.json: the reads our collectors
// make, cut from GitHub's published API description with everything they refer
// to. See testdata/ORIGIN.md for how to get the description.
//
//	go run ./collectors/github/githubtest/trim generated/api.github.com.json
package main

import (
	"encoding/json"
	"fmt"
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
}

const output = "collectors/github/githubtest/testdata/api.github.com.json"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "trim:", err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("want one argument: the published description")
	}
	b, err := os.ReadFile(os.Args[1])
	if err != nil {
		return err
	}
	var spec map[string]any
	if err := json.Unmarshal(b, &spec); err != nil {
		return fmt.Errorf("read %s: %w", os.Args[1], err)
	}
	paths := map[string]any{}
	for _, path := range kept {
		item, ok := object(spec, "paths", path)
		if !ok {
			return fmt.Errorf("the description has no %s", path)
		}
		paths[path] = map[string]any{"get": item["get"]}
	}
	trimmed := map[string]any{
		"openapi": spec["openapi"], "info": spec["info"], "servers": spec["servers"], "paths": paths,
	}
	prune(paths, false)
	components := map[string]any{}
	if err := follow(spec, components, paths); err != nil {
		return err
	}
	trimmed["components"] = components
	out, err := json.MarshalIndent(trimmed, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(output, append(out, '\n'), 0o644)
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
