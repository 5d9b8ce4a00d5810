package derive_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evidence"
)

// The table of the Amazon ECR user guide, filters to choose which repositories are scanned.
func TestScanningFilters(t *testing.T) {
	t.Parallel()
	names := []string{"prod", "repo-prod", "prod-repo", "repo-prod-repo", "prodrepo"}
	for filter, want := range map[string][]bool{
		"prod":      {true, true, true, true, true},
		"*prod":     {true, true, false, false, false},
		"prod*":     {true, false, true, false, true},
		"*prod*":    {true, true, true, true, true},
		"prod*repo": {false, false, true, false, true},
		"*":         {true, true, true, true, true},
		"pro*od":    {false, false, false, false, false},
	} {
		for i, name := range names {
			f := fact("Artifact", "aws.ecr.repository", name, &evidence.Artifact{
				ScanOnPush: new(false),
				Scanning:   &evidence.RegistryScanning{Type: "BASIC", Rules: []evidence.ScanningRule{{Frequency: "SCAN_ON_PUSH", Filters: []string{filter}}}},
			})
			f.Resource.Name = name
			got := derive.All(world(f))[0].Body.(*evidence.Artifact).Scanned
			require.Equal(t, want[i], *got, "%s for %s", filter, name)
		}
	}
}
