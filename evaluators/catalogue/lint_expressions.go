package catalogue

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/controlwatch/controlwatch/evaluators/expression"
	"github.com/controlwatch/controlwatch/evaluators/observed"
	"github.com/controlwatch/controlwatch/soc2"
)

// expressions compiles every condition, so that a misspelt field is found where
// it is written, and sees that parameters and expressions know each other.
func (l *linter) expressions(s source) {
	for name, v := range s.control.Parameters {
		if !snake.MatchString(name) {
			l.wrong(s, "$.parameters."+name, "parameter %q: expected lower-case words joined by underscores", name)
		}
		if _, err := expression.Parameter(v); err != nil {
			l.wrong(s, "$.parameters."+name, "parameter %s %v", name, err)
			return
		}
	}
	used := map[string]bool{}
	compiled := true
	for i, k := range s.control.Checks {
		compiled = l.checkExpressions(s, fmt.Sprintf("$.checks[%d].", i), k, used) && compiled
	}
	if !compiled {
		return // what does not compile may well use the parameters
	}
	for _, name := range slices.Sorted(maps.Keys(s.control.Parameters)) {
		if !used[name] {
			l.wrong(s, "$.parameters."+name, "parameter %s is used by no check: changing it would change nothing", name)
		}
	}
}

// checkExpressions notes the parameters that a check uses, and says whether all
// its conditions compiled.
func (l *linter) checkExpressions(s source, at string, k soc2.Check, used map[string]bool) bool {
	env, err := expression.New(k.Kind, s.control.Parameters)
	if err != nil {
		l.wrong(s, at+"kind", "check %s: %v", k.ID, err)
		return false
	}
	compiled := true
	for field, source := range map[string]string{"when": k.When, "pass": k.Pass} {
		if source == "" && field == "when" {
			continue
		}
		p, err := env.Compile(source)
		if err != nil {
			l.uncompiled(s, at+field, fmt.Sprintf("check %s: %s", k.ID, field), err)
			compiled = false
			continue
		}
		for _, name := range p.Parameters() {
			used[name] = true
		}
	}
	for i, text := range k.Observed {
		if _, err := observed.Parse(k.Kind, text); err != nil {
			l.wrong(s, fmt.Sprintf("%sobserved[%d]", at, i), "check %s: %v", k.ID, err)
		}
	}
	for where, text := range texts(k) {
		for _, name := range expression.Placeholders(text) {
			if _, ok := s.control.Parameters[name]; !ok {
				l.wrong(s, at+where, "check %s: {%s} is no parameter", k.ID, name)
			}
		}
	}
	return compiled
}

func texts(k soc2.Check) map[string]string {
	all := map[string]string{"desired": k.Desired}
	for p, text := range k.Remediation {
		all["remediation."+p] = text
	}
	return all
}

// uncompiled points at the expression's place in the file; the error gives the
// place in the expression.
func (l *linter) uncompiled(s source, at, what string, err error) {
	var many interface{ Unwrap() []error }
	if errors.As(err, &many) {
		for _, one := range many.Unwrap() {
			l.uncompiled(s, at, what, one)
		}
		return
	}
	l.wrong(s, at, "%s: %v", what, err)
}
