package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/soc2"
)

func TestScopeOf(t *testing.T) {
	t.Parallel()
	c, err := config.Read("../../config/testdata/scope.ok.yaml", os.Getenv)
	require.NoError(t, err)
	j, err := newJudge(c)
	require.NoError(t, err)
	s := j.scope
	require.Equal(t, soc2.TypeII, s.Type)
	require.Equal(t, time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC), s.From, "the first day in Berlin")
	require.Equal(t, time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC), s.To, "the last day is in it")
	require.Equal(t, time.Date(2027, 1, 14, 23, 0, 0, 0, time.UTC), s.Audit)
	require.Equal(t, "growing", s.Profile)
	require.Equal(t, []soc2.AssetSelector{
		{Selector: soc2.Selector{Provider: "aws", Account: "111122223333"}, Tags: map[string]string{"service": "payments*"}},
		{Selector: soc2.Selector{Provider: "github"}, Path: "acme/payments-*"},
	}, s.Systems[0].Select)
	require.Equal(t, []string{"ledger", "Stripe"}, s.Systems[0].Uses)
	require.Equal(t, []string{"squad"}, s.Tags.Owner)
	require.Equal(t, "Stripe", s.Parties[0].Name)
	require.Equal(t, soc2.CarveOut, s.Description.Subservices[0].Method)
	require.Equal(t, time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC), s.Description.Incidents[0].On)
	require.Equal(t, "C1.2", s.Description.NotRelevant[0].Criterion)
	require.True(t, s.Stated())

	nothing, err := scopeOf(config.Default())
	require.NoError(t, err)
	require.False(t, nothing.Stated(), "an old configuration states nothing")
}

func TestScopeKnowsTheCatalogue(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.Load()
	require.NoError(t, err)
	for text, want := range map[string]string{
		"scope: {commitments: [{id: a, text: b, criteria: [CC6.99]}]}":                                                                                `:2:51: scope.commitments: there is no criterion "CC6.99"; expected one such as CC6.1`,
		"scope: {owners: [{controls: [users-have-mfaa], owner: a@example.com}]}":                                                                      `there is no control "users-have-mfaa"; see`,
		"scope: {systems: [{id: a, select: [{provider: awz}]}]}":                                                                                      `scope.systems[0].select[0].provider: there is no provider "awz"; expected aws, `,
		"scope: {description: {not_relevant: [{criterion: C9, reason: r}]}}":                                                                          `there is no criterion "C9"`,
		"scope: {description: {user_controls: [{text: t, criteria: [C9]}]}}":                                                                          `there is no criterion "C9"`,
		"scope: {description: {incidents: [{on: 2026-01-01, text: t, criteria: [C9]}]}}":                                                              `there is no criterion "C9"`,
		"scope: {description: {subservices: [{name: n, services: s, method: inclusive, criteria: [C9]}]}}":                                            `there is no criterion "C9"`,
		"scope: {categories: [Security, Confidentiality], description: {not_relevant: [{criterion: C1.1, reason: r}, {criterion: C1.2, reason: r}]}}": `no criterion of Confidentiality is left`,
	} {
		file := filepath.Join(t.TempDir(), "c.yaml")
		require.NoError(t, os.WriteFile(file, []byte("sources: [{provider: aws}]\n"+text+"\n"), 0o600))
		c, err := config.Read(file, os.Getenv)
		require.NoError(t, err, text)
		require.ErrorContains(t, knownScope(c, cat), want, text)
	}
}

// What the first configuration has as a comment works once its marks are taken away.
func TestFirstScopeWorks(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("sources: [{provider: aws}]\n")
	for line := range strings.Lines(firstScope) {
		bare, commented := strings.CutPrefix(strings.TrimLeft(line, " "), "# ")
		indent := len(line) - len(strings.TrimLeft(line, " "))
		key := strings.TrimLeft(bare, " -{")
		if commented && (strings.HasPrefix(key, "id: ") || strings.Contains(strings.Split(key, " ")[0], ":")) {
			line = strings.Repeat(" ", indent) + bare
		}
		b.WriteString(line)
	}
	file := filepath.Join(t.TempDir(), "c.yaml")
	require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o600))
	c, err := config.Read(file, os.Getenv)
	require.NoError(t, err, b.String())
	cat, err := catalogue.Load()
	require.NoError(t, err)
	require.NoError(t, knownScope(c, cat))
	require.Len(t, c.Scope.Systems, 1)
	require.Equal(t, "baseline", c.Scope.Profile)
	require.NotEmpty(t, c.Scope.Owners)
	require.NotEmpty(t, c.Scope.Commitments)
}
