package evaluators

import (
	"errors"
	"fmt"

	"github.com/controlwatch/controlwatch/evaluators/expression"
	"github.com/controlwatch/controlwatch/evaluators/observed"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// compileControl compiles the checks of one control. All that is wrong is
// reported, not the first thing only.
func compileControl(c soc2.Control, parameters map[string]any) ([]*check, error) {
	envs := map[evidence.Kind]*expression.Env{}
	var compiled []*check
	var problems []error
	for _, k := range c.Checks {
		env := envs[k.Kind]
		if env == nil {
			var err error
			if env, err = expression.New(k.Kind, parameters); err != nil {
				problems = append(problems, fmt.Errorf("control %s, check %s: %w", c.ID, k.ID, err))
				continue
			}
			envs[k.Kind] = env
		}
		one, err := compileCheck(c, k, env, parameters)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		compiled = append(compiled, one)
	}
	return compiled, errors.Join(problems...)
}

func compileCheck(c soc2.Control, k soc2.Check, env *expression.Env, parameters map[string]any) (*check, error) {
	one := &check{Check: k, control: c.ID, severity: c.Severity(), env: env, remediation: map[string]string{}}
	var problems []error
	wrong := func(field string, err error) {
		if err != nil {
			problems = append(problems, fmt.Errorf("control %s, check %s: %s: %w", c.ID, k.ID, field, err))
		}
	}
	var err error
	if k.When != "" {
		one.when, err = env.Compile(k.When)
		wrong("when", err)
	}
	one.pass, err = env.Compile(k.Pass)
	wrong("pass", err)
	for _, text := range k.Observed {
		p, err := observed.Parse(k.Kind, text)
		wrong("observed", err)
		one.shown = append(one.shown, p)
	}
	one.desired, err = expression.Fill(k.Desired, parameters)
	wrong("desired", err)
	for provider, text := range k.Remediation {
		one.remediation[provider], err = expression.Fill(text, parameters)
		wrong("remediation: "+provider, err)
	}
	return one, errors.Join(problems...)
}
