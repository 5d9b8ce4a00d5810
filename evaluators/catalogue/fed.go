package catalogue

import (
	"errors"
	"fmt"
	"slices"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// contextTypes are types no check needs to judge, each with the reason.
var contextTypes = map[string]string{
	"aws.iam.group":                      "the rights that groups give count for their members",
	"aws.iam.managed_policy":             "AWS's own: the rights they give count for those who hold them",
	"aws.iam.saml_provider":              "where an account's identities come from is judged of the account",
	"aws.iam.oidc_provider":              "the roles that trust it are judged",
	"aws.identity_center.instance":       "where an account's identities come from is judged of the account",
	"aws.identity_center.user":           "what they are assigned is judged; who they are is their directory's",
	"aws.identity_center.group":          "the users in it are counted where it is assigned",
	"aws.identity_center.managed_policy": "AWS's own: the rights they give count for the permission sets",
	"attestations.attestation":           "attested controls read it",
	"aws.backup.protected_resource":      "the newest copy of a data store is derived from it",
	"okta.policy.enrolment":              "what people have enrolled is judged; this says why they could",
	"okta.group":                         "the roles that groups give count for their members",
	"github.team":                        "counting a repository's administrators reads who is in it",
	"github.team_access":                 "counting a repository's administrators reads it",
	"aws.cloudtrail.event":               eventLogs,
	"github.audit_event":                 eventLogs,
	"okta.log_event":                     eventLogs,
}

const eventLogs = "it says who changed what is judged, for alerts, and what came and went, for populations"

// Fed compares a catalogue with everything the collectors deliver: every type a
// check names is delivered and of the check's kind, every check has advice for
// each provider that feeds it, and every type delivered is judged.
func Fed(cat soc2.Catalogue, delivered []evidence.Population) error {
	var problems []error
	for _, c := range cat.Controls {
		for _, k := range c.Checks {
			for _, err := range fedCheck(k, delivered) {
				problems = append(problems, fmt.Errorf("control %s, check %s: %w", c.ID, k.ID, err))
			}
		}
	}
	for _, p := range delivered {
		if !judged(cat, p) && contextTypes[p.Type] == "" {
			problems = append(problems, fmt.Errorf("%s (%s) is collected and judged by no check: write a check of kind %s that applies to it, or give the reason in contextTypes in evaluators/catalogue/fed.go", p.Type, p.Kind, p.Kind))
		}
	}
	return errors.Join(problems...)
}

func judged(cat soc2.Catalogue, p evidence.Population) bool {
	return slices.ContainsFunc(cat.Controls, func(c soc2.Control) bool {
		return slices.ContainsFunc(c.Checks, func(k soc2.Check) bool { return k.Kind == p.Kind && k.AppliesTo(p.Type) })
	})
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
