package catalogue_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/soc2"
)

func TestFind(t *testing.T) {
	t.Parallel()
	cat := soc2.Catalogue{Controls: []soc2.Control{
		{
			ID: "people-use-multi-factor-sign-in", Title: "People sign in with a second factor",
			Criteria: []soc2.Mapping{{ID: "CC6.1"}},
			Checks:   []soc2.Check{{ID: "console-user-has-second-factor", Covers: []string{"aws-iam-user-console-mfa"}}, {ID: "rule-asks"}},
		},
		{ID: "access-is-reviewed", Title: "Access is reviewed", Criteria: []soc2.Mapping{{ID: "CC6.2"}}, AttestationAsked: &soc2.AttestationAsked{Covers: []string{"man-access-review"}}},
	}}
	rows := []catalogue.Row{
		{ID: "aws-iam-user-console-mfa", Title: "Console users have MFA", Criteria: []string{"CC6.1"}, Peers: []string{"prowler:iam_user_mfa_enabled_console_access"}, CIS: []string{"CIS AWS 5.0.0: 1.9, 1.10"}, Group: "people-use-multi-factor-sign-in"},
		{ID: "aws-iam-root-mfa", Title: "Root user signs in with MFA", Criteria: []string{"CC6.1", "CC6.6"}, CIS: []string{"CIS AWS 5.0.0: 1.1"}, Group: "root-user-is-sealed"},
		{ID: "man-access-review", Title: "Access is reviewed", Criteria: []string{"CC6.2"}, Attested: true},
	}
	for query, want := range map[string][]string{
		"prowler:iam_user_mfa_enabled_console_access": {"aws-iam-user-console-mfa console-user-has-second-factor"},
		"Prowler:IAM_user_MFA_enabled_console_access": {"aws-iam-user-console-mfa console-user-has-second-factor"},
		"prowler:iam_user":                            nil, // a name elsewhere is meant wholly
		"cis:1.1":                                     {"aws-iam-root-mfa "},
		"cis:1.10":                                    {"aws-iam-user-console-mfa console-user-has-second-factor"},
		"cc6.2":                                       {"man-access-review attested"},
		"console mfa":                                 {"aws-iam-user-console-mfa console-user-has-second-factor"},
		"rule-asks":                                   {" rule-asks"},
		"mfa cc6.6":                                   {"aws-iam-root-mfa "},
		"second factor":                               {" console-user-has-second-factor", " rule-asks"},
		"nothing that is in here":                     nil,
		"  ":                                          nil,
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, m := range catalogue.Find(cat, rows, query) {
				got = append(got, m.Row.ID+" "+m.Check)
			}
			require.Equal(t, want, got)
		})
	}
	t.Run("what nothing answers comes last and says where it belongs", func(t *testing.T) {
		t.Parallel()
		found := catalogue.Find(cat, rows, "mfa")
		require.Len(t, found, 2)
		require.Equal(t, "aws-iam-root-mfa", found[1].Row.ID)
		require.Empty(t, found[1].Control.ID)
		require.Equal(t, "root-user-is-sealed", found[1].Row.Group)
	})
}

// Every row can be found by its own id, and the shipped lists are whole.
func TestRows(t *testing.T) {
	t.Parallel()
	rows, err := catalogue.Rows()
	require.NoError(t, err)
	cat, err := catalogue.Load()
	require.NoError(t, err)
	require.Greater(t, len(rows), 500)
	for _, r := range rows {
		require.NotEmpty(t, r.Title, r.ID)
		require.NotEmpty(t, r.Group, r.ID)
		require.NotEmpty(t, r.Criteria, r.ID)
		require.Equal(t, r.Attested, r.Provider == "", r.ID)
		found := catalogue.Find(cat, rows, r.ID)
		require.NotEmpty(t, found, r.ID)
		require.Equal(t, r.ID, found[0].Row.ID)
	}
}
