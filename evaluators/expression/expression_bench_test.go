package expression_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/expression"
	"github.com/controlwatch/controlwatch/evidence"
)

func BenchmarkEvaluate(b *testing.B) {
	user := &evidence.User{
		Status: new("active"), PasswordSignIn: new(true), MFA: &evidence.MFA{Enabled: new(true)},
		CreatedAt: new(now.AddDate(-1, 0, 0)), Roles: []string{"a", "b"},
	}
	env, err := expression.New("User", map[string]any{"max": 400})
	require.NoError(b, err)
	for name, source := range map[string]string{
		"field":  `self.mfa.enabled`,
		"and":    `self.status == 'active' && self.password_sign_in && self.mfa.enabled`,
		"age":    `now - self.created_at <= days(params.max)`,
		"loop":   `self.roles.all(r, r != 'c')`,
		"unseen": `self.mfa.strong || self.external`,
	} {
		b.Run(name, func(b *testing.B) {
			p, err := env.Compile(source)
			require.NoError(b, err)
			s, err := env.Subject(user, &evidence.Resource{}, now)
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Evaluate(b.Context(), s); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "evaluations/s")
		})
	}
}
