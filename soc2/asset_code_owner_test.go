package soc2_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

func TestARepositoryIsOwnedByWhoItsCodeOwnersAre(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		owners    *evidence.CodeOwners
		owner, by string
	}{
		"a team":                       {&evidence.CodeOwners{Everything: []string{"@acme/platform"}}, "platform", "CODEOWNERS"},
		"the first who is known":       {&evidence.CodeOwners{Everything: []string{"@acme/strangers", "@ada"}}, "Ada", "CODEOWNERS"},
		"an address":                   {&evidence.CodeOwners{Everything: []string{"ops@example.com"}}, "ops@example.com", "CODEOWNERS"},
		"nobody whom the scope knows":  {&evidence.CodeOwners{Everything: []string{"@acme/strangers"}}, "marie@example.com", "rule"},
		"owners of parts only":         {&evidence.CodeOwners{Everything: []string{}, Named: []string{"@acme/platform"}}, "marie@example.com", "rule"},
		"owners that were not seen":    {nil, "marie@example.com", "rule"},
		"a login is no e-mail address": {&evidence.CodeOwners{Everything: []string{"@example.com"}}, "marie@example.com", "rule"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scope := acme()
			a := scope.Asset(evidence.Fact{
				Resource: evidence.Resource{Provider: "github", Account: "acme", Kind: "Repository", Type: "github.repository", ID: "1", Name: "acme/tools"},
				Body:     &evidence.Repository{CodeOwners: c.owners},
			})
			require.Equal(t, c.owner, a.Owner)
			require.Equal(t, c.by, a.OwnerBy)
		})
	}
}
