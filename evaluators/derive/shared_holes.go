package derive

import (
	"hash/maphash"
	"slices"

	"github.com/controlwatch/controlwatch/evidence"
)

// sharedHoles keeps one copy of lists of holes that say the same, without what
// they say twice. Why it is not known whether a user of a directory administers
// is the same long list for nearly all of its thousands.
type sharedHoles struct {
	seed maphash.Seed
	kept map[uint64][][]evidence.Hole // by their hash
	said map[evidence.Hole]bool
	once []evidence.Hole // used again for each list
	last struct{ of, kept []evidence.Hole }
}

func newSharedHoles() *sharedHoles {
	return &sharedHoles{seed: maphash.MakeSeed(), kept: map[uint64][][]evidence.Hole{}, said: map[evidence.Hole]bool{}}
}

// of gives the list to keep. It has no room, so that whoever appends to it gets a copy.
func (s *sharedHoles) of(holes []evidence.Hole) []evidence.Hole {
	if len(holes) == 0 {
		return nil
	}
	if len(holes) == len(s.last.of) && &holes[0] == &s.last.of[0] {
		return s.last.kept // the same list as before, not one like it
	}
	s.last.of, s.last.kept = holes, s.keep(holes)
	return s.last.kept
}

func (s *sharedHoles) keep(holes []evidence.Hole) []evidence.Hole {
	clear(s.said)
	s.once = s.once[:0]
	var sum uint64
	for _, h := range holes {
		if !s.said[h] {
			s.said[h] = true
			s.once = append(s.once, h)
			sum = sum*31 + maphash.Comparable(s.seed, h)
		}
	}
	for _, known := range s.kept[sum] {
		if slices.Equal(known, s.once) {
			return known
		}
	}
	exact := slices.Clip(slices.Clone(s.once))
	s.kept[sum] = append(s.kept[sum], exact)
	return exact
}

// with is the login with holes that others share. What is counted of them must
// have been counted before.
func (l login) with(shared *sharedHoles) login {
	l.open.holes, l.privileged.holes = shared.of(l.open.holes), shared.of(l.privileged.holes)
	return l
}
