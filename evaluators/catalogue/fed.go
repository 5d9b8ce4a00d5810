package catalogue

import (
	"errors"
	"fmt"
	"slices"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// contextKinds are kinds no check needs to judge, each with the reason.
var contextKinds = map[evidence.Kind]string{
	"Attestation":       "attested controls read it",
	"DatastoreDefaults": "whether a data store is public is derived with it",
}

// Fed compares a catalogue with everything the collectors deliver: every type a
// check names is delivered and of the check's kind, every check has advice for
// each provider that feeds it, and every kind delivered is judged.
func Fed(cat soc2.Catalogue, delivered []evidence.Population) error {
	var problems []error
	judged := map[evidence.Kind]bool{}
	for _, c := range cat.Controls {
		for _, k := range c.Checks {
			judged[k.Kind] = true
			for _, err := range fedCheck(k, delivered) {
				problems = append(problems, fmt.Errorf("control %s, check %s: %w", c.ID, k.ID, err))
			}
		}
	}
	for _, p := range delivered {
		if !judged[p.Kind] && contextKinds[p.Kind] == "" {
			problems = append(problems, fmt.Errorf("kind %s (%s) is collected and judged by no check", p.Kind, p.Type))
		}
	}
	return errors.Join(problems...)
}

func fedCheck(k soc2.Check, delivered []evidence.Population) []error {
	var problems []error
	for _, t := range k.Types {
		if !slices.Contains(delivered, evidence.Population{Kind: k.Kind, Type: t}) {
			problems = append(problems, fmt.Errorf("no collector delivers %s as %s", t, k.Kind))
		}
	}
	fed := false
	for _, p := range delivered {
		if p.Kind != k.Kind || !k.AppliesTo(p.Type) {
			continue
		}
		fed = true
		if k.Remediation[providerOf(p.Type)] == "" {
			problems = append(problems, fmt.Errorf("remediation for %s is missing, which delivers %s", providerOf(p.Type), p.Type))
		}
	}
	if !fed {
		problems = append(problems, fmt.Errorf("no collector delivers any %s it applies to", k.Kind))
	}
	return problems
}
