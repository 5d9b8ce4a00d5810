package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// The one promise everything else rests on: with any read taken away, alone or
// together, on a fresh store or after everything had been seen, no fail becomes
// a pass, nothing unseen becomes a pass, and each loss is a hole with a name.
//
// Each read is tried on a copy of a prepared store, over which only what asks for
// that read is pulled; everything is judged. That this is what the whole pipeline
// comes to is asked of a few (see losses).
func TestNoLossTurnsAFailIntoAPass(t *testing.T) {
	t.Parallel()
	l := newLosses(t)
	require.NotZero(t, l.healthy.Summary.Outcomes.Fail, "the sample company has gaps to lose")
	require.NotZero(t, l.healthy.Summary.Outcomes.Pass)

	for i, op := range declaredReads() {
		whole := i%wholePipelineEvery == 0
		t.Run(strings.ReplaceAll(op, "/", "∕"), func(t *testing.T) {
			t.Parallel()
			without := l.without(t, op, atFirst)
			requireNoneGreener(t, l.healthy, without)
			l.requireNamed(t, op, without)
			if whole {
				c := newCompany(t)
				c.base = deny(c.base, op)
				requireSame(t, judgementOf(c.scan(0)), judgementOf(without))
			}
		})
		t.Run(strings.ReplaceAll(op, "/", "∕")+" after all was seen", func(t *testing.T) {
			t.Parallel()
			without := l.without(t, op, afterAll)
			requireNoneGreener(t, l.healthy, without)
			l.requireNamed(t, op, without)
			if whole {
				c := newCompany(t)
				c.remember(l.seen)
				c.base = deny(c.base, op)
				requireSame(t, judgementOf(c.scan(time.Hour)), judgementOf(without))
			}
		})
	}
	t.Run("no collector has anything from another's reads", func(t *testing.T) {
		t.Parallel()
		l.requireIndependence(t)
	})
	t.Run("none of them", func(t *testing.T) {
		t.Parallel()
		for _, when := range []moment{atFirst, afterAll} {
			requireSame(t, judgementOf(l.healthy), judgementOf(l.without(t, "", when)))
		}
	})
	t.Run("all of them", func(t *testing.T) {
		t.Parallel()
		c := newCompany(t)
		c.base = denying{base: c.base, denied: func(string) bool { return true }}
		without := c.scan(0)
		requireNoneGreener(t, l.healthy, without)
		for _, f := range without.Findings {
			if f.Resource.Provider != "attestations" && f.Resource.Provider != "files" {
				require.Equal(t, soc2.Unobserved, f.Outcome, "%s on %s", f.Check, f.Resource.ID)
			}
		}
	})
}

// wholePipelineEvery is of how many reads one is also lost in the whole pipeline.
const wholePipelineEvery = 47

func declaredReads() []string {
	var ops []string
	for _, p := range collectors.Providers {
		if p.Name == "attestations" || p.Name == "files" {
			continue // read a folder, not a network
		}
		ops = append(ops, p.Discovery.Reads...)
		for _, c := range p.Collectors {
			ops = append(ops, c.Reads...)
		}
	}
	slices.Sort(ops)
	return slices.Compact(ops)
}

// requireNamed: a read that is made where nothing is denied leaves a hole that names it.
func (l *losses) requireNamed(t *testing.T, op string, without report.Scan) {
	t.Helper()
	if used(l.healthy, op) {
		require.True(t, slices.ContainsFunc(without.Holes, func(h report.Hole) bool {
			return h.Reason == evidence.Denied && strings.Contains(h.Detail, op)
		}), "no hole names %s: %v", op, without.Holes)
	}
}

func used(s report.Scan, op string) bool {
	return slices.ContainsFunc(s.Pulls, func(p report.Pull) bool { return p.OperationCounts[op] > 0 })
}

func requireNoneGreener(t *testing.T, healthy, without report.Scan) {
	t.Helper()
	type key struct{ control, check, account, id string }
	before := map[key]soc2.Outcome{}
	keyOf := func(f report.Finding) key { return key{f.Control, f.Check, f.Resource.Account, f.Resource.ID} }
	for _, f := range healthy.Findings {
		before[keyOf(f)] = f.Outcome
	}
	for _, f := range without.Findings {
		was, known := before[keyOf(f)]
		if f.Outcome == soc2.Pass || f.Outcome == soc2.NotApplicable {
			require.True(t, known, "%s/%s on %s is %s and was not there before", f.Control, f.Check, f.Resource.ID, f.Outcome)
			require.Equal(t, was, f.Outcome, "%s/%s on %s", f.Control, f.Check, f.Resource.ID)
		}
	}
	for i, c := range without.Controls {
		if c.State == soc2.Pass || c.State == soc2.NotApplicable {
			require.Equal(t, healthy.Controls[i].State, c.State, c.ID)
		}
	}
	for i, c := range without.Criteria {
		if c.State == soc2.NoGapSeen {
			require.Equal(t, soc2.NoGapSeen, healthy.Criteria[i].State, c.ID)
		}
	}
}
