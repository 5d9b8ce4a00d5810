package soc2

import "github.com/controlwatch/controlwatch/evidence"

// Judged is everything that is said of one resource.
type Judged struct {
	Resource evidence.Resource
	Holes    []evidence.Hole // recorded with its fact
	Findings []Finding       // by control and check
	Seen     *evidence.Fact  // after derivation, until the next resource; nil: no fact stands behind the findings
	Asset    *Asset          // see Place; nil: not placed
}

// Place says what the resource is to the company, and marks its findings with it.
func (j *Judged) Place(s *Scope) {
	var a Asset
	if j.Seen != nil {
		a = s.Asset(*j.Seen)
	} else {
		a = s.AssetOf(j.Resource)
	}
	j.Asset = &a
	for i := range j.Findings {
		j.Findings[i].Asset = j.Asset
	}
}
