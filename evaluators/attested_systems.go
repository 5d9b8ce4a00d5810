package evaluators

import (
	"slices"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// ForSystems is the same engine for a scope with these systems: controls that ask
// for it are judged once for each. Which systems there are changes findings, so they
// are kept with what an assessment was made of.
func (e *Engine) ForSystems(systems []soc2.System) *Engine {
	of := *e
	of.systems = nil
	for _, s := range systems {
		if s.ID != "" && !slices.Contains(of.systems, s.ID) {
			of.systems = append(of.systems, s.ID)
		}
	}
	return &of
}

// Systems are the ids of the systems that it judges for.
func (e *Engine) Systems() []string { return e.systems }

// instancesOf are the systems for which a control is judged; "" stands for all.
func (e *Engine) instancesOf(c soc2.Control, facts []*evidence.Fact) []string {
	if !c.AttestationAsked.PerSystem || len(e.systems) == 0 {
		return []string{""}
	}
	systems := slices.Clone(e.systems)
	for _, f := range facts {
		a, _ := f.Body.(*evidence.Attestation)
		if a.Result == evidence.NotMet && a.System != "" && !slices.Contains(systems, a.System) {
			systems = append(systems, a.System) // renamed, or taken out of scope: still a failure
		}
	}
	slices.Sort(systems)
	return systems
}

// about leaves out what says nothing of a system.
func about(system string, facts []*evidence.Fact) []*evidence.Fact {
	if system == "" {
		return facts
	}
	return slices.DeleteFunc(slices.Clone(facts), func(f *evidence.Fact) bool {
		a, _ := f.Body.(*evidence.Attestation)
		return a.System != system && (a.System != "" || a.Result != evidence.NotMet)
	})
}

func ofSystem(system string) string {
	if system == "" {
		return ""
	}
	return "for the system " + system
}
