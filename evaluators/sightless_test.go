package evaluators

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// What is lost one at a time is everything that can be.
func TestVariants(t *testing.T) {
	t.Parallel()
	enabled := true
	user := func(id string) evidence.Fact {
		return evidence.Fact{
			Resource: evidence.Resource{Provider: "aws", Account: caseAccount, Kind: "User", Type: "aws.iam.user", ID: id},
			Body:     &evidence.User{MFA: &evidence.MFA{Enabled: &enabled}}, Seen: caseNow,
		}
	}
	c := testCase{Now: caseNow, Check: "has-factor", facts: []evidence.Fact{user("a"), user("b")}}
	variants, err := c.variants()
	require.NoError(t, err)
	var lost []string
	for _, v := range variants {
		lost = append(lost, v.lost)
	}
	require.Equal(t, []string{
		"mfa of a not observed", "mfa.enabled of a not observed", "no field of a observed", "a stale",
		"mfa of b not observed", "mfa.enabled of b not observed", "no field of b observed", "b stale",
		"no field of any fact observed", "aws.iam.user not seen to its end", "b missing from a list not seen to its end",
	}, lost)
	require.Nil(t, variants[0].snap.Facts[0].Body.(*evidence.User).MFA)
	require.NotNil(t, c.facts[0].Body.(*evidence.User).MFA, "the case itself is left alone")
}

// A verdict that depends on how much was seen is found out.
func TestSightlessFindsFlips(t *testing.T) {
	t.Parallel()
	engine, err := New(soc2.Catalogue{Controls: []soc2.Control{{ID: "c", Checks: []soc2.Check{{ID: "k", Kind: "Attestation", Pass: "size(self.files) > 0"}}}}}, nil)
	require.NoError(t, err)
	c := testCase{Now: caseNow, Check: "k", facts: []evidence.Fact{{
		Resource: evidence.Resource{Provider: "attestations", Account: caseAccount, Kind: "Attestation", Type: "attestations.attestation", ID: "a"},
		Body:     &evidence.Attestation{Files: []evidence.File{{Path: "x"}}}, Seen: caseNow,
	}}}
	wrong, err := c.sightless(t.Context(), engine, soc2.Pass)
	require.NoError(t, err)
	require.Empty(t, wrong)
	// Told that the full view failed, every variant that still passes is a flip.
	wrong, err = c.sightless(t.Context(), engine, soc2.Fail)
	require.NoError(t, err)
	require.Contains(t, wrong, "with attestations.attestation not seen to its end it turns from fail into pass: what is not seen must make it unobserved")
}
