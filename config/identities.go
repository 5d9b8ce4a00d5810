package config

import "github.com/controlwatch/controlwatch/internal/identity"

// Identity is a person who records, asks for or approves something.
type Identity struct {
	Name string   `yaml:"name" json:"name" jsonschema:"description=Name of the person\\, as --by gives it."`
	Also []string `yaml:"also" json:"also,omitempty" jsonschema:"description=Other names of the same person: addresses\\, logins. A requester and an approver who are one person are refused by them."`
	Keys []string `yaml:"keys" json:"keys,omitempty" jsonschema:"description=Public SSH keys of the person\\, each a line such as ssh-ed25519 AAAA… ada@laptop. What is recorded with --sign-with is checked by them."`
}

// Change is the change, in whatever keeps the company's changes, that this
// configuration came with.
type Change struct {
	Reference   string `yaml:"reference" json:"reference,omitempty" jsonschema:"description=Ticket or pull request of the change that this configuration came with."`
	RequestedBy string `yaml:"requested_by" json:"requested_by,omitempty" jsonschema:"description=Who asked for the change."`
	ApprovedBy  string `yaml:"approved_by" json:"approved_by,omitempty" jsonschema:"description=Who approved it: another person."`
}

// People are those of identities.
func (c Config) People() identity.People {
	people := make(identity.People, len(c.Identities))
	for i, one := range c.Identities {
		people[i] = identity.Person(one)
	}
	return people
}

func (c *Config) peopleProblems(wrong func(path []any, format string, args ...any)) {
	people := c.People()
	for _, problem := range people.Problems() {
		wrong(append([]any{"identities"}, problem.Path...), "identities[%d]: %v: %s", problem.Path[0], problem.Path[1], problem.Text)
	}
	if _, err := people.Apart(c.Change.RequestedBy, c.Change.ApprovedBy); err != nil {
		wrong([]any{"change", "approved_by"}, "change.approved_by: %v", err)
	}
	for i, d := range c.Decisions {
		if _, err := people.Apart(d.Requester, d.Approver); err != nil {
			text := "must be another person than the requester"
			if !identity.Same(d.Requester, d.Approver) {
				text += ": " + err.Error()
			}
			wrong([]any{"decisions", i, "approver"}, "decisions[%d].approver: %s", i, text)
		}
	}
}
