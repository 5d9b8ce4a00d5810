package soc2_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/soc2"
)

func TestWhateverNarrowsIsNamedWithTheDecisionItRestsOn(t *testing.T) {
	t.Parallel()
	by := soc2.NarrowedBy{
		Catalogue: soc2.Catalogue{
			Controls: []soc2.Control{{ID: "c", Parameters: map[string]any{"days": 90, "score": 7.0, "types": []any{"A", "B"}}}},
			Criteria: []soc2.Criterion{{ID: "CC1.1", Category: "Security"}, {ID: "A1.1", Category: "Availability"}, {ID: "A1.2", Category: "Availability"}},
		},
		Parameters: map[string]map[string]any{"c": {"days": int64(90), "score": 7.0, "types": []string{"A", "B"}}},
		Categories: []string{"Security", "Availability"},
	}
	require.Empty(t, soc2.Narrowings(by, asked), "the catalogue's own values narrow nothing, whatever their types")

	by.Parameters["c"] = map[string]any{"days": int64(120), "score": 7.0, "types": []string{"A"}}
	by.Categories = by.Categories[:1]
	by.Skipped = []soc2.Skipped{{Source: "aws", Setting: "regions", Value: `["eu-west-1"]`}}
	by.LeftOut = []string{"billing"}
	all := soc2.Narrowings(by, asked)
	require.Len(t, all, 4, "a category that was never in scope narrows nothing")
	by.Before = []string{"Availability", "Security"}
	all = soc2.Narrowings(by, asked)
	require.Len(t, all, 5)
	require.Equal(t, all, soc2.Unrecorded(all))
	require.Equal(t, "c judges by days 120 instead of 90", all[0].String())

	relax := acceptance("R", 1)
	relax.Kind, relax.Parameter, relax.Value = soc2.Relax, "days", "120"
	skip := acceptance("S", 1)
	skip.Kind, skip.Control, skip.Source, skip.Setting = soc2.Skip, "", "aws", "regions"
	scope := acceptance("L", 1)
	scope.Kind, scope.Control, scope.Leaves = soc2.LeaveOut, "", "availability"
	by.Decisions = []soc2.Decision{relax, skip, scope}
	all = soc2.Narrowings(by, asked)
	require.Len(t, soc2.Unrecorded(all), 2, "types and billing")
	by.Before = nil
	require.Equal(t, all, soc2.Narrowings(by, asked), "a decision to leave a category out stands beside it, whatever was before")
	by.Before = []string{"Availability"}
	d := soc2.NewDecider(by.Decisions, asked)
	for _, s := range d.States(soc2.Configured(by.Decisions), all, 0) {
		require.Equal(t, 1, s.Picks, s.ID)
		require.False(t, s.Unused)
	}

	for name, change := range map[string]func(){
		"another value than was decided on": func() { by.Decisions[0].Value = "365" },
		"a value that cannot be read":       func() { by.Decisions[0].Value = "12 0" },
		"a decision that has ended":         func() { by.Decisions[0].Expires = asked },
		"a decision nobody approved":        func() { by.Decisions[0].Approver = "" },
		"a decision on another control":     func() { by.Decisions[0].Control = "d" },
		"other regions":                     func() { by.Decisions[0] = skip; by.Decisions[0].Value = `["us-east-1"]` },
	} {
		by.Decisions = []soc2.Decision{relax}
		change()
		require.Len(t, soc2.Unrecorded(soc2.Narrowings(by, asked)), 5, name)
	}
}
