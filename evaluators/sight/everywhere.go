package sight

import "github.com/controlwatch/controlwatch/evidence"

// Everywhere says why not every resource of a kind is known, whatever provider
// and account it is of: no feed of any source lists them, or one that does was
// not seen to its end recently enough.
func (v *Sight) Everywhere(kind evidence.Kind) []evidence.Hole {
	var holes []evidence.Hole
	listed := false
	for _, of := range v.accounts[kind] {
		listed = true
		holes = append(holes, v.Kind(of.provider, of.account, kind)...)
	}
	if !listed {
		return []evidence.Hole{{Reason: evidence.NotCollected, Detail: "no source lists any " + string(kind), NeverSeen: true}}
	}
	return holes
}
