package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/collectors/aws"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// The generated references are as the code says. `make generate` writes them.
func TestReferences(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.Load()
	require.NoError(t, err)
	schema, err := configSchema()
	require.NoError(t, err)
	policy, err := json.MarshalIndent(aws.PolicyDocument(), "", "  ")
	require.NoError(t, err)
	rows, err := catalogue.Rows()
	require.NoError(t, err)
	for file, want := range map[string][]byte{
		"../../docs/controls.md":            controlsReference(cat),
		"../../docs/permissions.md":         permissionsReference(),
		"../../docs/coverage.md":            coverageReference(cat, rows),
		"../../docs/peers.md":               peersReference(cat, rows),
		"../../deploy/permissions/aws.json": append(policy, '\n'),
		"../../docs/schema/config.json":     schema,
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			if os.Getenv("CONTROLWATCH_UPDATE") != "" {
				require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755)) // as is its folder
				require.NoError(t, os.WriteFile(file, want, 0o644))        // documentation is for everybody
			}
			got, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), string(got), "run `make generate`")
		})
	}
}

func controlsReference(cat soc2.Catalogue) []byte {
	var b bytes.Buffer
	b.WriteString("# Controls\n\nGenerated from the catalogue; `make generate` writes it again.\n\n| control | severity | criteria | checks |\n| --- | --- | --- | --- |\n")
	for _, c := range cat.Controls {
		checks := fmt.Sprint(len(c.Checks))
		if c.AttestationAsked != nil {
			checks = "attested"
		}
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s |\n", c.ID, c.ID, c.Severity(), criteriaOf(c), checks)
	}
	for _, c := range cat.Controls {
		controlReference(&b, c)
	}
	return b.Bytes()
}

func criteriaOf(c soc2.Control) string {
	var ids []string
	for _, m := range c.Criteria {
		id := m.ID
		if m.Strength == soc2.Supporting {
			id = "(" + id + ")"
		}
		ids = append(ids, id)
	}
	return strings.Join(ids, " ")
}

func controlReference(b *bytes.Buffer, c soc2.Control) {
	fmt.Fprintf(b, "\n## %s\n\n**%s** — %s\n\n%s\n\n", c.ID, c.Title, oneLine(c.Statement), oneLine(c.Rationale))
	fmt.Fprintf(b, "Severity %s (likelihood %d × impact %d: %s). Owner: %s. Profile: %s. Version %d.\n\n",
		c.Severity(), c.Likelihood, c.Impact, oneLine(c.RiskReason), c.Owner, c.Profile, c.Version)
	b.WriteString("| criterion | evidence | why | what remains for a person |\n| --- | --- | --- | --- |\n")
	for _, m := range c.Criteria {
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", m.ID, m.Strength, oneLine(m.Why), oneLine(m.Residual))
	}
	if len(c.Parameters) > 0 {
		b.WriteString("\n| parameter | default |\n| --- | --- |\n")
		for _, name := range sortedKeys(c.Parameters) {
			fmt.Fprintf(b, "| `%s` | `%v` |\n", name, c.Parameters[name])
		}
	}
	for _, check := range c.Checks {
		fmt.Fprintf(b, "\n### %s\n\nJudges %s", check.ID, check.Kind)
		if len(check.Types) > 0 {
			fmt.Fprintf(b, " of type %s", strings.Join(check.Types, ", "))
		}
		fmt.Fprintf(b, ". Desired: %s\n\n", oneLine(check.Desired))
		if check.When != "" {
			fmt.Fprintf(b, "Applies when\n\n```cel\n%s\n```\n\n", strings.TrimSpace(check.When))
		}
		fmt.Fprintf(b, "Passes when\n\n```cel\n%s\n```\n", strings.TrimSpace(check.Pass))
		if len(check.Covers) > 0 {
			fmt.Fprintf(b, "\nAnswers: %s.\n", strings.Join(check.Covers, ", "))
		}
	}
	if a := c.AttestationAsked; a != nil {
		fmt.Fprintf(b, "\n### Attested by a person\n\n%s\n\nEvidence: %s. Valid for %s. Answers: %s.\n",
			oneLine(a.Question), strings.Join(a.Evidence, "; "), a.Validity, strings.Join(a.Covers, ", "))
	}
}

func oneLine(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "|", "\\|")
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func permissionsReference() []byte {
	var b bytes.Buffer
	b.WriteString("# Permissions\n\nEvery operation each collector may call, and nothing else: the guard refuses the rest. Generated from the\ndeclarations that the guard enforces; `make generate` writes it again. For AWS, [`deploy/permissions/aws.json`](../deploy/permissions/aws.json)\nis the identity policy that allows exactly this.\n")
	for _, p := range collectors.Providers {
		fmt.Fprintf(&b, "\n## %s\n", p.Title)
		for _, c := range append([]evidence.Collector{p.Discovery}, p.Collectors...) {
			if c.Name == "" {
				continue
			}
			fmt.Fprintf(&b, "\n### %s\n\n%s\n\n", c.Name, c.Doc)
			for _, op := range c.Reads {
				fmt.Fprintf(&b, "- `%s`\n", op)
			}
			if len(c.Permissions) > 0 {
				fmt.Fprintf(&b, "\nNeeds: %s.\n", strings.Join(c.Permissions, "; "))
			}
		}
	}
	return b.Bytes()
}

// Every provider and collector is named once, so that metrics, permissions and
// holes cannot be confused.
func TestProvidersAreNamedOnce(t *testing.T) {
	t.Parallel()
	var names []string
	for _, p := range collectors.Providers {
		for _, c := range p.Collectors {
			names = append(names, c.Name)
			require.NotEmpty(t, c.Populations, c.Name)
			require.True(t, strings.HasPrefix(c.Name, p.Name), c.Name)
		}
	}
	slices.Sort(names)
	require.Len(t, slices.Compact(slices.Clone(names)), len(names), "%v", names)
}

// Every type of resource that a provider delivers is judged by some check.
func TestEveryPopulationIsJudged(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.Load()
	require.NoError(t, err)
	var delivered []evidence.Population
	for _, p := range collectors.Providers {
		for _, c := range p.Collectors {
			delivered = append(delivered, c.Populations...)
		}
	}
	require.NoError(t, catalogue.Fed(cat, delivered))
}
