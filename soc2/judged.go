package soc2

import "github.com/controlwatch/controlwatch/evidence"

// Judged is everything that is said of one resource.
type Judged struct {
	Resource evidence.Resource
	Holes    []evidence.Hole // recorded with its fact
	Findings []Finding       // by control and check
}
