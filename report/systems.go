package report

import (
	"fmt"
	"strings"

	"github.com/controlwatch/controlwatch/soc2"
)

// mostSystems bounds the list of systems in the header.
const mostSystems = 12

// systems says how much belongs to each system of the company, and what belongs to
// none. A system nothing belongs to is named too: its selectors may be wrong.
func (s *summary) systems(a soc2.Assessment) {
	if len(a.Systems) > 0 && a.Narrowed == nil {
		var parts []string
		for i, system := range a.Systems {
			if i == mostSystems {
				parts = append(parts, fmt.Sprintf("and %s more", count(len(a.Systems)-i, "system", "systems")))
				break
			}
			parts = append(parts, fmt.Sprintf("%s %d", Safe(system.ID), a.Assets.Systems[system.ID]))
		}
		s.lines(2, "systems   ", strings.Join(parts, ", "))
		belong, have := " belongs", " has"
		if a.Assets.Unscoped != 1 {
			belong = " belong"
		}
		if a.Assets.Unowned != 1 {
			have = " have"
		}
		s.lines(2, "          ", fmt.Sprintf("%s%s to no system, %d%s no owner, of %d that can hold data the class is not known",
			count(a.Assets.Unscoped, "resource", "resources"), belong, a.Assets.Unowned, have, a.Assets.Unclassified))
	}
	if a.Profile == "" {
		return
	}
	above := 0
	for _, c := range a.Controls {
		if c.NotYet {
			above++
		}
	}
	s.lines(2, "profile   ", fmt.Sprintf("%s: %s above it, advisory: judged and shown, but no criterion holds by them", Safe(a.Profile), count(above, "control", "controls")))
}
