package soc2

import (
	"reflect"
	"time"
)

// Scope is what the audit is about, as the company states it.
type Scope struct {
	Organization string       `json:"organization"`
	Categories   []string     `json:"categories"` // Trust Services categories; Security is always one
	Type         PeriodType   `json:"type,omitempty"`
	From         time.Time    `json:"from,omitzero"` // of the observation period; zero: not stated
	To           time.Time    `json:"to,omitzero"`   // its end, which is not in it
	Audit        time.Time    `json:"audit,omitzero"`
	Profile      string       `json:"profile,omitempty"` // baseline, growing or established; empty: not stated
	Systems      []System     `json:"systems"`
	Data         []DataClass  `json:"data"` // classes, whoever holds them
	Commitments  []Commitment `json:"commitments"`
	Teams        []Team       `json:"teams"`
	Owners       []OwnerRule  `json:"owners"`                  // the first that applies wins
	Parties      []ThirdParty `json:"third_parties,omitempty"` // companies that systems send data to
	Tags         TagNames     `json:"tags,omitzero"`           // which tags say what
	Description  Description  `json:"description,omitzero"`    // inputs of the system description (R24)
}

// System is a part of what is audited: a product, with everything it runs on.
type System struct {
	ID          string          `json:"id"`
	Title       string          `json:"title"`
	Description string          `json:"description,omitempty"`
	Owner       string          `json:"owner,omitempty"`       // a person or the id of a team; empty: nobody, which is a gap
	Environment string          `json:"environment,omitempty"` // production, staging, development; empty: not stated
	Data        []string        `json:"data"`                  // ids of data classes that it holds; empty: not classified, which is a gap
	Uses        []string        `json:"uses,omitempty"`        // ids of systems and names of third parties that it sends data to
	Select      []AssetSelector `json:"select"`                // any of them claims a resource
}

// AssetSelector picks resources. Empty fields pick everything.
type AssetSelector struct {
	Selector
	// Path picks by the repository a thing is in, or else by its name, segment by
	// segment, with everything below: "acme/payments-*" picks the repository
	// acme/payments-api, and its workflows and environments.
	Path string            `json:"path,omitempty"`
	Tags map[string]string `json:"tags,omitempty"` // each must be there; the value may hold the wildcards of path.Match
}

// DataClass is a kind of data with one named owner (R3).
type DataClass struct {
	ID    string   `json:"id"`
	Level string   `json:"level"`          // public, internal, confidential or restricted
	Holds []string `json:"holds,omitzero"` // pii, phi, cardholder, financial, ip, credentials
	Owner string   `json:"owner"`
}

// Commitment is a promise to customers, or a law, that controls serve.
type Commitment struct {
	ID       string   `json:"id"`
	Text     string   `json:"text"`
	Criteria []string `json:"criteria"` // it rests on
	Law      string   `json:"law,omitempty"`
}

// Team is who answers together.
type Team struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Members []string `json:"members"`
	Contact string   `json:"contact,omitempty"` // e-mail address or channel
}

// OwnerRule says who answers for what is not owned otherwise. Empty fields apply to everything.
type OwnerRule struct {
	System   string   `json:"system,omitempty"`
	Controls []string `json:"controls,omitempty"`
	Criteria []string `json:"criteria,omitempty"`
	Owner    string   `json:"owner"`
}

// Stated says that anything is stated beside the categories. Where nothing is,
// nothing is kept of it.
func (s Scope) Stated() bool {
	s.Organization, s.Categories = "", nil
	return !reflect.DeepEqual(s, Scope{})
}
