package collectorstest

import (
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

// requireWhole asks of a healthy provider that every declared collector ran,
// found something, saw all of it, and used what it declares.
func (s Suite) requireWhole(t require.TestingT, got seen) {
	ran := map[string]bool{}
	found := map[string]int{}
	for id, p := range got.pulls {
		require.Empty(t, p.Holes, "holes in %s over %s", id.Collector, id.Scope)
		require.Equal(t, s.Provider.Name, id.Scope.Provider, "scope of %s", id.Collector)
		require.NotEmpty(t, id.Scope.Account, "account of %s", id.Collector)
		ran[id.Collector] = true
		found[id.Collector] += p.Items
		for _, f := range got.facts[id] {
			requireFact(t, s.Provider.Name, p, f)
		}
	}
	for _, c := range s.Provider.Collectors {
		require.True(t, ran[c.Name], "collector %s is declared and was not planned", c.Name)
		if slices.Contains(s.Empty, c.Name) {
			require.Zero(t, found[c.Name], "collector %s is in Empty and found something", c.Name)
		} else {
			require.NotZero(t, found[c.Name], "collector %s found nothing in a healthy provider", c.Name)
		}
		s.requireUsed(t, got, c)
	}
	s.requireUsed(t, got, s.Provider.Discovery)
	for _, operation := range s.Conditional {
		require.NotContains(t, s.alwaysUsed(got), operation, "it is in Conditional, and every collector that declares it used it")
	}
}

func (s Suite) requireUsed(t require.TestingT, got seen, c evidence.Collector) {
	for _, operation := range c.Reads {
		if !got.usedBy(c.Name, operation) {
			require.Contains(t, s.Conditional, operation, "%s declares a read that it did not use", c.Name)
		}
	}
}

// alwaysUsed are the operations that every collector declaring them used.
func (s Suite) alwaysUsed(got seen) []string {
	var always []string
	all := append([]evidence.Collector{s.Provider.Discovery}, s.Provider.Collectors...)
	for _, operation := range got.operations() {
		if !slices.ContainsFunc(all, func(c evidence.Collector) bool {
			return slices.Contains(c.Reads, operation) && !got.usedBy(c.Name, operation)
		}) {
			always = append(always, operation)
		}
	}
	return always
}

func (s seen) usedBy(collector, operation string) bool {
	for id, used := range s.used {
		if id.Collector == collector && used[operation] {
			return true
		}
	}
	return false
}

// requireHonest asks, whatever was lost, that nothing else changed: no feed is
// missing, no resource appears or disappears without a hole, and no field says
// anything else than it did under health; it may only become nil, with a reason.
func requireHonest(t require.TestingT, healthy, got seen) {
	for id := range healthy.pulls {
		pull, ok := got.pulls[id]
		require.True(t, ok, "%s over %s was planned and has no pull", id.Collector, id.Scope)
		for key, f := range got.facts[id] {
			was, ok := healthy.facts[id][key]
			require.True(t, ok, "%s %s appeared", f.Resource.Type, key.ID)
			requireUnchanged(t, was, f)
		}
		for key, f := range healthy.facts[id] {
			if _, still := got.facts[id][key]; !still {
				require.False(t, pull.CompleteFor(f.Resource.Type), "%s %s is missing from a pull that says it is complete", f.Resource.Type, key.ID)
			}
		}
	}
	for id := range got.pulls {
		require.Contains(t, healthy.pulls, id, "a feed appeared")
	}
}

// requireNamed asks that each feed that needed the lost operation has a hole that
// names it, and that other feeds are as whole as before.
func requireNamed(t require.TestingT, healthy, got seen, operation string, f fault) {
	discovering := healthy.usedWhileDiscovering(operation)
	named, lost := false, false
	for id := range healthy.pulls {
		holes := got.holes(id)
		i := slices.IndexFunc(holes, func(h evidence.Hole) bool { return h.Operation == operation })
		named = named || i >= 0
		lost = lost || len(holes) > 0
		switch {
		case healthy.used[id][operation]:
			require.GreaterOrEqual(t, i, 0, "%s over %s lost %s, and no hole names it; holes: %+v", id.Collector, id.Scope, operation, holes)
		case !discovering:
			require.Empty(t, holes, "%s over %s does not use %s", id.Collector, id.Scope, operation)
		}
		if i >= 0 && f.reason != "" {
			require.Equal(t, f.reason, holes[i].Reason, "reason of the hole %+v", holes[i])
		}
	}
	if discovering && lost {
		require.True(t, named, "discovery lost %s, and no hole names it", operation)
	}
}

// requireLost asks that no feed whose every read failed passes for seen.
func requireLost(t require.TestingT, healthy, got seen, f fault) {
	for id := range healthy.pulls {
		if len(healthy.used[id]) > 0 {
			requireUnseen(t, got.pulls[id], got.facts[id], f)
		}
	}
}

// requireNothing asks that a source which could never be asked anything has a
// failed pull for every collector, but for those that only a discovery plans.
func (s Suite) requireNothing(t require.TestingT, healthy, got seen, f fault) {
	for _, c := range s.Provider.Collectors {
		if !healthy.calls(c) {
			continue
		}
		pulls := 0
		for id, p := range got.pulls {
			if id.Collector == c.Name {
				pulls++
				requireUnseen(t, p, got.facts[id], f)
				require.Contains(t, got.planned, id, "a pull nobody planned is one nobody sees")
			}
		}
		require.True(t, pulls > 0 || c.Optional, "collector %s has no pull", c.Name)
	}
}

func (s seen) calls(c evidence.Collector) bool {
	return slices.ContainsFunc(c.Reads, func(op string) bool { return s.usedBy(c.Name, op) })
}

// requireUnseen asks that of every population either the list is missing or, where
// discovery alone tells what there is, every single resource has a hole.
func requireUnseen(t require.TestingT, p evidence.Pull, facts map[evidence.Key]evidence.Fact, f fault) {
	for _, pop := range p.Populations {
		if !p.CompleteFor(pop.Type) {
			continue
		}
		found := 0
		for _, fact := range facts {
			if fact.Resource.Type == pop.Type {
				found++
				require.NotEmpty(t, fact.Holes, "%s %s has no hole, and nothing could be read", pop.Type, fact.Resource.ID)
			}
		}
		require.NotZero(t, found, "%s over %s says that there is no %s, and nothing could be read", p.Collector, p.Scope, pop.Type)
	}
	holes := slices.Clone(p.Holes)
	for _, fact := range facts {
		holes = append(holes, fact.Holes...)
	}
	for _, h := range holes {
		require.NotEmpty(t, h.Reason)
		if f.reason != "" {
			require.Equal(t, f.reason, h.Reason, "reason of the hole %+v", h)
		}
	}
}
