package soc2

import (
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Act is what was done to controlwatch itself, or recorded in it by somebody: the
// tool is a control too.
type Act struct {
	ID      string // of its record
	At      time.Time
	Kind    string
	Subject string
	Actor   evidence.Actor
	Changes []SettingChange
	Change  ChangeReference
	Notes   []string // what is to be known about it, and what is not known
}

// SettingChange is a setting that is another than before.
type SettingChange struct {
	Path   string  `json:"path"`
	Before *string `json:"before"` // null: it was not set
	After  *string `json:"after"`  // null: it is not set any more
	// Unknown says that before and after cannot be compared: the digests shown in
	// place of a secret are under different keys.
	Unknown bool `json:"unknown,omitempty"`
}

// ChangeReference is what is said of who wanted a change. Nobody has verified it.
type ChangeReference struct {
	Reference   string `json:"reference,omitempty"`
	RequestedBy string `json:"requested_by,omitempty"`
	ApprovedBy  string `json:"approved_by,omitempty"`
	// Apart is whether it is known that two people asked and approved.
	Apart  string `json:"apart,omitempty"`
	Reused bool   `json:"reused,omitempty"` // the same was given with an earlier change
}

// What is known of two names that are not alike.
const (
	ApartKnown      = "known"        // both are known people
	ApartUnverified = "names-differ" // all that is known
)

// Verified says that it is known who acted.
func (a Act) Verified() bool { return a.Actor.Identity != evidence.IdentityUnverified }

// Administration is what was done, oldest first.
type Administration struct {
	// Began is when the administrators' log of the store begins; zero: it is empty.
	// What was done before is not known.
	Began time.Time
	Acts  []Act
}

// Unverified counts the acts of which it is not known who did them.
func (a Administration) Unverified() (n int) {
	for _, act := range a.Acts {
		if !act.Verified() {
			n++
		}
	}
	return n
}
