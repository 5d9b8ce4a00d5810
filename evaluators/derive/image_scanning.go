package derive

import (
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

var artifactRule = rule{kind: "Artifact", apply: func(_ *world, s *subject) {
	if a, ok := s.Body.(*evidence.Artifact); ok {
		a.Scanned = s.set("scanned", scanned(s, a))
	}
}}

// scanned says whether images are examined as they come in: a rule of the
// registry covers the repository, or its own switch is on and the registry lets
// it decide. With enhanced scanning a repository that no rule covers is not
// scanned at all. Source: Amazon ECR user guide, filters to choose which
// repositories are scanned.
func scanned(s *subject, a *evidence.Artifact) truth {
	if a.Scanning == nil {
		return unseen(sight.Holes(s.Fact, "scanning")...)
	}
	for _, rule := range a.Scanning.Rules {
		if rule.Frequency != "SCAN_ON_PUSH" && rule.Frequency != "CONTINUOUS_SCAN" {
			continue
		}
		if slices.ContainsFunc(rule.Filters, func(f string) bool { return covers(f, s.Resource.Name) }) {
			return definite(true)
		}
	}
	if a.Scanning.Type != "BASIC" {
		return definite(false)
	}
	return s.look("scan_on_push", a.ScanOnPush)
}

// covers says whether a filter takes in a repository: without a wildcard it is
// any part of the name, with one it is the whole name.
func covers(filter, name string) bool {
	parts := strings.Split(filter, "*")
	if len(parts) == 1 {
		return strings.Contains(name, filter)
	}
	rest, ok := strings.CutPrefix(name, parts[0])
	if !ok {
		return false
	}
	last := parts[len(parts)-1]
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, last)
}
