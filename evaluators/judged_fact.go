package evaluators

import "github.com/controlwatch/controlwatch/evidence"

// Fact is what was judged, after derivation; false where no fact stands behind the
// findings. It must not be changed.
func (j *Judged) Fact() (evidence.Fact, bool) {
	return j.fact, len(j.checks) > 0 && j.fact.Resource.Key() == j.Resource.Key()
}
