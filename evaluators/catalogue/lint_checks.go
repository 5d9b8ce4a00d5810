package catalogue

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/soc2"
)

func (l *linter) checks(s source, judged map[string]string) {
	seen := map[string]bool{}
	for i, k := range s.control.Checks {
		at := fmt.Sprintf("$.checks[%d].", i)
		if !kebab.MatchString(k.ID) || k.ID == soc2.AttestationCheck {
			l.wrong(s, at+"id", "check id %q: expected lower-case words joined by hyphens, other than %s", k.ID, soc2.AttestationCheck)
		}
		if seen[k.ID] {
			l.wrong(s, at+"id", "check %s is defined twice", k.ID)
		}
		seen[k.ID] = true
		if same, dup := judged[sameness(k)]; dup {
			l.wrong(s, at+"pass", "check %s judges the same as %s", k.ID, same)
		}
		judged[sameness(k)] = s.control.ID + "/" + k.ID
		if len(k.Observed) == 0 {
			l.wrong(s, at+"observed", "check %s shows no current state", k.ID)
		}
		if strings.TrimSpace(k.Desired) == "" {
			l.wrong(s, at+"desired", "check %s: desired is missing", k.ID)
		}
		l.oneOf(s, at+"effort", k.Effort, "low", "medium", "high")
		l.remediation(s, at, k)
	}
}

// sameness is what makes two checks one.
func sameness(k soc2.Check) string {
	types := slices.Sorted(slices.Values(k.Types))
	return strings.Join([]string{string(k.Kind), strings.Join(types, ","), strings.Join(strings.Fields(k.When), " "), strings.Join(strings.Fields(k.Pass), " ")}, "\n")
}

// remediation: a check that names its types has advice for their providers, and
// for no other. Which providers feed a check that names none is not known here;
// see Fed.
func (l *linter) remediation(s source, at string, k soc2.Check) {
	if len(k.Remediation) == 0 {
		l.wrong(s, at+"remediation", "check %s: remediation is missing", k.ID)
	}
	providers := map[string]bool{}
	for _, t := range k.Types {
		providers[providerOf(t)] = true
	}
	for _, p := range slices.Sorted(maps.Keys(providers)) {
		if strings.TrimSpace(k.Remediation[p]) == "" {
			l.wrong(s, at+"remediation", "check %s: remediation for %s is missing", k.ID, p)
		}
	}
	for _, p := range slices.Sorted(maps.Keys(k.Remediation)) {
		if len(providers) > 0 && !providers[p] {
			l.wrong(s, at+"remediation."+p, "check %s: remediation for %s, whose resources it does not judge", k.ID, p)
		}
	}
}

func providerOf(resourceType string) string {
	p, _, _ := strings.Cut(resourceType, ".")
	return p
}

func (l *linter) attestation(s source) {
	a := s.control.AttestationAsked
	if a == nil {
		return
	}
	if strings.TrimSpace(a.Question) == "" {
		l.wrong(s, "$.attestation.question", "question is missing")
	}
	if len(a.Evidence) == 0 {
		l.wrong(s, "$.attestation.evidence", "asks for no evidence")
	}
	if !isPeriod(a.Validity) {
		l.wrong(s, "$.attestation.validity", "validity %q: expected an ISO 8601 duration such as P90D", a.Validity)
	}
}

// covers: rows exist, and each is answered once.
func (l *linter) covers(s source, taken map[string]string) {
	take := func(at, id string, rows map[string]bool, table string) {
		if !rows[id] {
			l.wrong(s, at, "%q is no row of %s", id, table)
		}
		if other, dup := taken[id]; dup && sharedRows[id] == "" {
			l.wrong(s, at, "row %s is answered by %s too", id, other)
		}
		taken[id] = s.control.ID
	}
	for i, k := range s.control.Checks {
		at := fmt.Sprintf("$.checks[%d].covers", i)
		for j, id := range k.Covers {
			take(fmt.Sprintf("%s[%d]", at, j), id, l.tests, "tests.csv")
		}
	}
	if a := s.control.AttestationAsked; a != nil {
		if len(a.Covers) == 0 && !l.partial {
			l.wrong(s, "$.attestation.covers", "answers no row of manual.csv")
		}
		for j, id := range a.Covers {
			take(fmt.Sprintf("$.attestation.covers[%d]", j), id, l.manual, "manual.csv")
		}
	}
}
