package store

import (
	"context"

	"github.com/controlwatch/controlwatch/evidence"
)

func (c *commit) feed(ctx context.Context, feed evidence.FeedID) (int64, error) {
	return c.id(ctx, register{
		find:    "SELECT id FROM feed WHERE collector = $1 AND provider = $2 AND account = $3 AND region = $4 AND shard = $5",
		largest: "SELECT COALESCE(MAX(id), 0) FROM feed",
		insert:  "INSERT INTO feed (id, collector, provider, account, region, shard) VALUES ($1, $2, $3, $4, $5, $6)",
	}, feed.Collector, feed.Scope.Provider, feed.Scope.Account, feed.Scope.Region, feed.Scope.Shard)
}

func (c *commit) population(ctx context.Context, feed int64, p evidence.Population) (int64, error) {
	return c.id(ctx, register{
		find:    "SELECT id FROM population WHERE feed = $1 AND kind = $2 AND type = $3",
		largest: "SELECT COALESCE(MAX(id), 0) FROM population",
		insert:  "INSERT INTO population (id, feed, kind, type) VALUES ($1, $2, $3, $4)",
	}, feed, string(p.Kind), p.Type)
}

func (c *commit) resource(ctx context.Context, k evidence.Key) (int64, error) {
	return c.id(ctx, register{
		find:    "SELECT id FROM resource WHERE provider = $1 AND account = $2 AND region = $3 AND kind = $4 AND ref = $5",
		largest: "SELECT COALESCE(MAX(id), 0) FROM resource",
		insert:  "INSERT INTO resource (id, provider, account, region, kind, ref) VALUES ($1, $2, $3, $4, $5, $6)",
	}, k.Provider, k.Account, k.Region, string(k.Kind), k.ID)
}
