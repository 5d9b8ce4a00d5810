package github

import (
	"context"
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

const readDeployKeys = "GET /repos/{owner}/{repo}/keys"

var deployKeyPopulation = evidence.Population{Kind: "AccessKey", Type: "github.deploy_key"}

// Calls: 1 + ⌈repositories/100⌉ + per repository ⌈keys/100⌉.
var deployKeysCollector = evidence.Collector{
	Name:        "github_deploy_keys",
	Doc:         "Reads the deploy keys of each repository: who added them, when they were used, whether they may write.",
	Populations: []evidence.Population{deployKeyPopulation},
	Reads:       []string{readRepositories, readOrganization, readDeployKeys},
	Permissions: []string{permitRepositories, permitOrganization, permitProtection},
}

// deployKey leaves out the key itself: it is public, and nobody needs it here.
type deployKey struct {
	ID        int64             `json:"id"`
	Title     string            `json:"title"`
	CreatedAt *time.Time        `json:"created_at"`
	ReadOnly  *bool             `json:"read_only"`
	AddedBy   *string           `json:"added_by"`
	LastUsed  stated[time.Time] `json:"last_used"`
	Enabled   *bool             `json:"enabled"`
	Verified  *bool             `json:"verified"`
}

func (s *source) collectDeployKeys(ctx context.Context, c *session, rec *evidence.Recorder) error {
	repos, listErr := s.readRepositories(ctx, c, rec)
	var lost losses
	err := each(ctx, repos, func(ctx context.Context, r repository) error {
		items, err := c.whole(ctx, readDeployKeys, r.path("/keys"), nil, rec)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		keys, unread := entries(readDeployKeys, items, func(k deployKey) bool { return k.ID != 0 })
		for _, k := range keys {
			if err := rec.Add(s.deployKeyFact(r, k)); err != nil {
				return err
			}
		}
		if err == nil {
			err = unread
		}
		if err != nil {
			lost.add(r.FullName, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	missEach(rec, deployKeyPopulation, lost.whole("repositories", len(repos)), listErr)
	return nil
}

// deployKeyFact takes an unverified key as inactive, since GitHub accepts it not
// yet. Where enabled is not stated (Enterprise Server), a key works.
func (s *source) deployKeyFact(r repository, k deployKey) evidence.Fact {
	body := &evidence.AccessKey{User: k.AddedBy, CreatedAt: k.CreatedAt, ReadOnly: k.ReadOnly, Subject: &r.FullName}
	id := fmt.Sprintf("%d/%d", r.ID, k.ID)
	f := evidence.Fact{Resource: s.resource(deployKeyPopulation, id, r.FullName+" "+k.Title), Body: body}
	if k.Verified == nil {
		f.Miss("active", unreadable(readDeployKeys, "GitHub did not state it", nil))
	} else {
		active := *k.Verified && (k.Enabled == nil || *k.Enabled)
		body.Active = &active
	}
	if body.CreatedAt == nil {
		f.Miss("created_at", unreadable(readDeployKeys, "GitHub did not state it", nil))
	}
	if body.ReadOnly == nil {
		f.Miss("read_only", unreadable(readDeployKeys, "GitHub did not state it", nil))
	}
	switch {
	case k.LastUsed.Value != nil:
		body.LastUsed = evidence.VolatileDay(*k.LastUsed.Value)
	case k.LastUsed.There:
		body.LastUsed = &evidence.Moment{Never: true}
	default:
		f.Miss("last_used", unreadable(readDeployKeys, "GitHub did not state it", nil))
	}
	return f
}
