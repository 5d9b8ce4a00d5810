package soc2

import "github.com/controlwatch/controlwatch/evidence"

// Asset is a resource with what the company says of it and what evidence shows (R2, R3).
type Asset struct {
	Resource    evidence.Resource
	Systems     []string          // ids of those that claim it; none: unscoped, and shown as that
	Owner       string            // empty: nobody is known
	OwnerBy     string            // how that is known: "tag owner", "its own record", "system payments", "rule"
	Environment string            // production, staging, development; empty: not known
	Data        []string          // ids of data classes, and levels that tags name; empty: not classified
	Tags        map[string]string // nil: not seen, or the kind has none
	Exposed     *bool             // the internet can reach it; nil: not seen, or the kind cannot tell
	Privileged  *bool             // it administers others; nil: not seen, or the kind cannot tell
}

// Unscoped says that no system claims it.
func (a Asset) Unscoped() bool { return len(a.Systems) == 0 }
