package catalogue

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/soc2"
)

// The numbers are the frameworks' own: ISO/IEC 27001:2022 Annex A, NIST CSWP 29,
// SP 800-53B, and 45 CFR 164 subparts C (with its appendix A) and D.
func TestFrameworksAreListedInFull(t *testing.T) {
	t.Parallel()
	all, err := Frameworks()
	require.NoError(t, err)
	count := map[string]int{}
	for _, f := range all {
		count[f.ID] = len(f.Requirements)
		require.NotEmpty(t, f.Name)
		require.NotEmpty(t, f.Short)
		require.NotEmpty(t, f.Lists)
		for id, about := range f.Requirements {
			require.NotEmpty(t, strings.TrimSpace(about), id)
		}
	}
	require.Equal(t, map[string]int{"iso27001": 93, "nist_csf": 106, "nist_800_53": 287, "hipaa": 67}, count)
}

// Every series of Annex A is there from its first number to its last.
func TestAnnexAHasNoHole(t *testing.T) {
	t.Parallel()
	all, err := Frameworks()
	require.NoError(t, err)
	iso := all[slices.IndexFunc(all, func(f soc2.Framework) bool { return f.ID == "iso27001" })]
	for series, last := range map[int]int{5: 37, 6: 8, 7: 14, 8: 34} {
		for n := 1; n <= last; n++ {
			require.Contains(t, iso.Requirements, fmt.Sprintf("A.%d.%d", series, n))
		}
	}
}

// A control that names a requirement which is not there is misspelt.
func TestControlsNameRequirementsThatExist(t *testing.T) {
	t.Parallel()
	all, err := Frameworks()
	require.NoError(t, err)
	cat, err := Load()
	require.NoError(t, err)
	// Beyond what is listed: privacy (45 CFR 164 subpart E), and enhancements of
	// SP 800-53 outside the moderate baseline.
	beyond := []string{"164.502(b)", "164.504(e)", "164.508", "164.520", "164.524", "164.526", "164.528", "164.530(d)", "IA-5(7)", "SC-7(10)"}
	for _, control := range cat.Controls {
		for _, f := range all {
			for _, id := range control.Frameworks[f.ID] {
				if !slices.Contains(beyond, id) {
					require.Contains(t, f.Requirements, id, "%s, %s", control.ID, f.ID)
				}
			}
		}
	}
}
