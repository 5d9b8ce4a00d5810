package soc2

import (
	"encoding/json"
	"fmt"
	"time"
)

// BasisV1 names the form of a Basis.
const BasisV1 = "controlwatch.basis/v1"

// Basis is what an assessment was made of beside the evidence and the clock. Its
// bytes are kept with every assessment, so that it can be made again without the
// configuration of its day.
type Basis struct {
	Schema     string            `json:"schema"`
	Catalogue  string            `json:"catalogue"`  // digest of the catalogue's bytes as they are kept
	Parameters json.RawMessage   `json:"parameters"` // all in force, by control and name; their digest is the judge's
	Categories []string          `json:"categories"` // in scope
	Decisions  []Decision        `json:"decisions"`  // the configuration's, and the recorded ones that were in force
	Skipped    []Skipped         `json:"skipped,omitempty"`
	Adoptions  []Adoption        `json:"adoptions,omitempty"` // in force, of controls of the catalogue; none: all are proposed
	Scope      *Scope            `json:"scope,omitempty"`     // nil: nothing beside the categories was stated
	Confirm    Confirmation      `json:"confirm,omitzero"`
	Sources    map[string]string `json:"sources"` // each configured source, and how old its evidence may be
}

// Ages reads how old each source's evidence may be.
func (b Basis) Ages() (map[string]time.Duration, error) {
	ages := map[string]time.Duration{}
	for name, text := range b.Sources {
		age, err := time.ParseDuration(text)
		if err != nil {
			return nil, fmt.Errorf("age of source %s: %w", name, err)
		}
		ages[name] = age
	}
	return ages, nil
}

// ReadBasis reads the kept form. One it does not know in full is refused: what a
// later version added may bear on a verdict.
func ReadBasis(kept []byte) (Basis, error) {
	var b Basis
	if err := json.Unmarshal(kept, &b); err != nil {
		return b, fmt.Errorf("read what an assessment was made of: %w", err)
	}
	if b.Schema != BasisV1 {
		return b, fmt.Errorf("what the assessment was made of has the form %q, this version knows %q: replay it with the version that wrote it", b.Schema, BasisV1)
	}
	return b, nil
}
