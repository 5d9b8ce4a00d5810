package soc2

// AttestedSystems are the systems as far as verdicts depend on them.
func (b Basis) AttestedSystems() []System {
	if b.Scope == nil {
		return nil
	}
	return b.Scope.Systems
}
