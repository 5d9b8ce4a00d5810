package soc2

import "slices"

// Profiles are how far a company has grown, the least demanding first (R11).
var Profiles = []string{"baseline", "growing", "established"}

// InProfile says whether a control is asked of a company of a profile. Without a
// profile every control is, and so is one whose own profile is not known.
func InProfile(c Control, profile string) bool {
	own, asked := slices.Index(Profiles, c.Profile), slices.Index(Profiles, profile)
	return own < 0 || asked < 0 || own <= asked
}
