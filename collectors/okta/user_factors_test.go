package okta

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/okta/oktatest"
	"github.com/controlwatch/controlwatch/evidence"
)

func TestFactors(t *testing.T) {
	t.Parallel()
	yes, no := new(true), new(false)
	for name, c := range map[string]struct {
		in    string
		want  *evidence.MFA
		holes []string
	}{
		"no factors are seen, and there are none": {`[]`, &evidence.MFA{Enabled: no, Strong: no, Factors: []string{}}, nil},
		"a question, e-mail, SMS and a call are weak": {
			`[{"factorType":"question","status":"ACTIVE"},{"factorType":"email","status":"ACTIVE"},{"factorType":"sms","status":"ACTIVE"},{"factorType":"call","status":"ACTIVE"}]`,
			&evidence.MFA{Enabled: yes, Strong: no, Factors: []string{"call", "email", "question", "sms"}}, nil,
		},
		"only active factors count": {
			`[{"factorType":"webauthn","status":"INACTIVE"},{"factorType":"push","status":"PENDING_ACTIVATION"}]`,
			&evidence.MFA{Enabled: no, Strong: no, Factors: []string{}}, nil,
		},
		"a password is no second factor": {
			`[{"factorType":"password","status":"ACTIVE"}]`, &evidence.MFA{Enabled: no, Strong: no, Factors: []string{}}, nil,
		},
		"two keys are one type": {
			`[{"factorType":"webauthn","status":"ACTIVE"},{"factorType":"webauthn","status":"ACTIVE"}]`,
			&evidence.MFA{Enabled: yes, Strong: yes, Factors: []string{"webauthn"}}, nil,
		},
		"an unknown type proves nothing": {
			`[{"factorType":"telepathy","status":"ACTIVE"}]`, &evidence.MFA{}, []string{"mfa.factors", "mfa.enabled", "mfa.strong"},
		},
		"an unknown type that is switched off is none": {
			`[{"factorType":"telepathy","status":"INACTIVE"}]`, &evidence.MFA{Enabled: no, Strong: no, Factors: []string{}}, nil,
		},
		"an unknown type beside a weak one leaves open whether there is a strong one": {
			`[{"factorType":"telepathy","status":"ACTIVE"},{"factorType":"sms","status":"ACTIVE"}]`,
			&evidence.MFA{Enabled: yes},
			[]string{"mfa.factors", "mfa.strong"},
		},
		"an unknown type beside a strong one changes nothing about that": {
			`[{"factorType":"telepathy","status":"ACTIVE"},{"factorType":"u2f","status":"ACTIVE"}]`,
			&evidence.MFA{Enabled: yes, Strong: yes},
			[]string{"mfa.factors"},
		},
		"a weak factor of unknown status is weak in any case": {
			`[{"factorType":"sms"}]`, &evidence.MFA{Strong: no}, []string{"mfa.factors", "mfa.enabled"},
		},
		"a factor without any of its properties proves nothing": {
			`[{}]`, &evidence.MFA{}, []string{"mfa.factors", "mfa.enabled", "mfa.strong"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var raw []json.RawMessage
			require.NoError(t, json.Unmarshal([]byte(c.in), &raw))
			got, err := parseFactors(raw)
			require.NoError(t, err)
			require.Equal(t, c.want, got.seen)
			var holes []string
			for _, h := range got.holes {
				holes = append(holes, h.field)
			}
			require.Equal(t, c.holes, holes)
		})
	}
	t.Run("every type and status Okta describes is known", func(t *testing.T) {
		t.Parallel()
		doc, err := oktatest.Description()
		require.NoError(t, err)
		for _, v := range doc.Components.Schemas["UserFactorType"].Value.Enum {
			require.Contains(t, factorStrength, v)
		}
		for _, v := range doc.Components.Schemas["UserFactorStatus"].Value.Enum {
			require.Contains(t, factorActive, v)
		}
	})
}
