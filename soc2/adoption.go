package soc2

import (
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// AdoptionState is what the company does with a control. A control nobody decided on is Proposed.
type AdoptionState string

// The states of adoption. Reports on a period speak of adopted controls only.
const (
	Adopted  AdoptionState = "adopted"
	Advisory AdoptionState = "advisory"
	Declined AdoptionState = "declined" // with reason and approver
)

// Adoption is a decision on a control of the catalogue or of the company.
type Adoption struct {
	ID       string         `json:"id"`      // of its record
	Control  string         `json:"control"` // id in the catalogue, or the company's own
	State    AdoptionState  `json:"state"`
	Reason   string         `json:"reason,omitempty"`
	By       evidence.Actor `json:"by,omitzero"`
	Approver evidence.Actor `json:"approver,omitzero"` // another person
	At       time.Time      `json:"at"`                // in force from then on
}

// EntryAdoption is the kind of record that adopts, advises or declines controls.
const EntryAdoption = "adoption"

// CompanyControl is a control in the company's own id and wording (R6).
type CompanyControl struct {
	ID        string   `json:"id"` // the company's own: "AC-01"
	Wording   string   `json:"wording"`
	Owner     string   `json:"owner,omitempty"`
	Frequency string   `json:"frequency,omitempty"`
	Operation string   `json:"operation,omitempty"` // manual or automated
	Nature    string   `json:"nature,omitempty"`    // preventive, detective or corrective
	Criteria  []string `json:"criteria"`
	Controls  []string `json:"controls"` // ids in the catalogue that test or attest it; none: nothing shows that it holds
	Source    string   `json:"source"`   // file and row it came from
}
