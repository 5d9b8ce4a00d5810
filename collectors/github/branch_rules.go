package github

import (
	"context"
	"errors"
	"net/url"
	"strconv"

	"github.com/controlwatch/controlwatch/evidence"
)

var branchPopulation = evidence.Population{Kind: "BranchRule", Type: "github.branch"}

// Calls: ⌈repositories/100⌉ (twice where there are several pages) + 1, for each
// repository 1 + ⌈rules/100⌉, and 1 for each ruleset.
var branchRulesCollector = evidence.Collector{
	Name:        "github_branch_rules",
	Doc:         "Reads what protects the default branch of each repository: its own protection, the rules of rulesets that apply to it, and who may bypass those.",
	Populations: []evidence.Population{branchPopulation},
	Reads:       []string{readRepositories, readOrganization, readProtection, readBranchRules, readRuleset},
	Permissions: []string{permitRepositories, permitOrganization, permitProtection},
}

func (s *source) collectBranchRules(ctx context.Context, c *session, rec *evidence.Recorder) error {
	repos, listErr := s.readRepositories(ctx, c, rec)
	bypasses := newBypassReader(c)
	err := each(ctx, repos, func(ctx context.Context, r repository) error {
		f := s.branchFact(ctx, c, r, bypasses)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return rec.Add(f)
	})
	return errors.Join(err, listErr)
}

// branchFact reads both halves of what protects a branch. Losing one leaves the
// other. The branch is known by its repository's number: there is one default
// branch, whatever its name.
func (s *source) branchFact(ctx context.Context, c *session, r repository, bypasses *bypassReader) evidence.Fact {
	body := &evidence.BranchRule{Repository: &r.FullName, Branch: r.DefaultBranch, Archived: r.Archived, Topics: r.Topics, Properties: r.properties()}
	f := evidence.Fact{Resource: s.resource(branchPopulation, strconv.FormatInt(r.ID, 10), r.FullName), Body: body}
	if r.Archived == nil {
		f.Miss("archived", unreadable(readRepositories, "GitHub did not state it", nil))
	}
	if body.Topics == nil {
		f.Miss("topics", unreadable(readRepositories, "GitHub did not state it", nil))
	}
	if body.Properties == nil {
		f.Miss("properties", notStated(readRepositories, "custom properties came with Enterprise Server 3.13; a topic marks a repository on any"))
	}
	if r.DefaultBranch == nil || *r.DefaultBranch == "" {
		body.Branch = nil
		err := unreadable(readRepositories, "GitHub names no default branch", nil)
		for _, field := range []string{"branch", "own", "rules", "bypasses"} {
			f.Miss(field, err)
		}
		return f
	}
	f.Resource.Name += ":" + *r.DefaultBranch
	branch := url.PathEscape(*r.DefaultBranch)

	var err error
	if body.Own, err = readOwnProtection(ctx, c, r.path("/branches/"+branch+"/protection"), &f); err != nil {
		f.Miss("own", err)
	}
	if body.Rules, err = readRules(ctx, c, r.path("/rules/branches/"+branch)); err != nil {
		f.Miss("rules", err)
		f.Miss("bypasses", err)
		return f
	}
	if body.Bypasses, err = bypasses.read(ctx, r, body.Rules); err != nil {
		f.Miss("bypasses", err)
	}
	return f
}
