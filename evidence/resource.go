package evidence

import "strings"

// Resource is one thing that can be looked at. Provider, Account, Region, Kind
// and ID identify it for ever; Name is an attribute, so a rename is not a
// disappearance.
type Resource struct {
	Provider string `json:"provider"`         // "aws", "github", "okta", "attestations"
	Account  string `json:"account"`          // the provider's account, organisation or tenant id
	Region   string `json:"region,omitempty"` // empty for what is global
	Kind     Kind   `json:"kind"`             // the neutral kind of fact, or KindScope
	Type     string `json:"type"`             // provider.service.kind, e.g. "aws.s3.bucket"
	ID       string `json:"id"`               // the provider's immutable id: ARN, unique id, node id
	Name     string `json:"name,omitempty"`   // what a person calls it
}

// Key is the identity of a resource, comparable and usable as a map key.
type Key struct {
	Provider, Account, Region string
	Kind                      Kind
	ID                        string
}

// Key returns the resource's identity.
func (r Resource) Key() Key {
	return Key{Provider: r.Provider, Account: r.Account, Region: r.Region, Kind: r.Kind, ID: r.ID}
}

// Label is the name if there is one, else the id.
func (r Resource) Label() string {
	if r.Name != "" {
		return r.Name
	}
	return r.ID
}

// Scope is what one pull covers. It is itself a resource on which findings can
// stand when nothing inside it could be seen.
type Scope struct {
	Provider string `json:"provider"`
	Account  string `json:"account"`
	Region   string `json:"region,omitempty"`
	Shard    string `json:"shard,omitempty"`
}

// String is a form for people: provider/account[/region[/shard]].
func (s Scope) String() string {
	parts := []string{s.Provider, s.Account}
	if s.Region != "" {
		parts = append(parts, s.Region)
	}
	if s.Shard != "" {
		parts = append(parts, s.Shard)
	}
	return strings.Join(parts, "/")
}

// Resource is the scope as something a finding can stand on. The population's
// type is part of the identity: two populations of one scope can be lost
// independently.
func (s Scope) Resource(populationType string) Resource {
	return Resource{
		Provider: s.Provider, Account: s.Account, Region: s.Region,
		Kind: KindScope, Type: populationType,
		ID: "scope:" + s.String() + "#" + populationType, Name: s.String(),
	}
}
