package okta

import (
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/evidence"
)

// guarded is the reading of one fact on a goroutine of its own.
func guarded(f evidence.Fact, read func() error) func() error {
	return func() error { return connect.Safely(f.Resource.Type+" "+f.Resource.ID, read) }
}
