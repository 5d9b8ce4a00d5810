package okta

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRoles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want, err string }{
		"a standard role":                       {`{"type":"SUPER_ADMIN","status":"ACTIVE"}`, "SUPER_ADMIN", ""},
		"a custom role has its label":           {`{"type":"CUSTOM","label":"Key keeper","status":"ACTIVE"}`, "CUSTOM:Key keeper", ""},
		"a role type nobody described is one":   {`{"type":"GALAXY_ADMIN","status":"ACTIVE"}`, "GALAXY_ADMIN", ""},
		"a role of unknown status is one":       {`{"type":"ORG_ADMIN"}`, "ORG_ADMIN", ""},
		"a role that is switched off is none":   {`{"type":"ORG_ADMIN","status":"INACTIVE"}`, "", ""},
		"a role without type proves nothing":    {`{"status":"ACTIVE"}`, "", "no type"},
		"a role of a wrong form proves nothing": {`{"type":7}`, "", "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := parseRole([]byte(c.in))
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}
