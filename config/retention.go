package config

import "time"

// Retention is how long evidence is kept that is not current any more.
type Retention struct {
	Keep  Span `yaml:"keep" json:"keep,omitempty" jsonschema:"description=How long facts\\, records of pulls and results are kept after they were last valid\\, such as 730d or 104w; at least 30d. Older ones are pruned under a logged tombstone\\, once a day\\, but nothing of a hold or of a period that is not closed. Default 730d."`
	Never bool `yaml:"never" json:"never,omitempty" jsonschema:"description=true: nothing is ever pruned."`
}

// DefaultKeep is how long evidence is kept when nothing is said.
const DefaultKeep = 730 * 24 * time.Hour

// shortestKeep guards against a slip of the pen: what is pruned is gone.
const shortestKeep = 30 * 24 * time.Hour

func (r *Retention) fill() {
	if r.Keep == 0 {
		r.Keep = Span(DefaultKeep)
	}
}

func (r Retention) problems() map[string]string {
	if time.Duration(r.Keep) < shortestKeep {
		return map[string]string{"keep": "expected at least 30d"}
	}
	return nil
}
