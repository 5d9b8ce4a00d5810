package sight

import "github.com/controlwatch/controlwatch/evidence"

// Holes gives every recorded hole that covers a field of a fact. Where none was
// recorded, that itself is the reason: nobody collected it.
func Holes(f *evidence.Fact, path string) []evidence.Hole {
	var holes []evidence.Hole
	for _, h := range f.Holes {
		one := evidence.Fact{Holes: []evidence.Hole{h}}
		if _, covers := one.Hole(path); covers {
			holes = append(holes, h)
		}
	}
	if len(holes) == 0 {
		holes = []evidence.Hole{{Field: path, Reason: evidence.NotCollected}}
	}
	return holes
}
