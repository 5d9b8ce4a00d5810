package evidence

import "time"

var attestationKind = KindInfo{Kind: "Attestation", New: func() any { return new(Attestation) }, Doc: "A person's dated statement that a manual control was performed."}

// The results an attestation can state.
const (
	Met             = "met"
	MetWithFindings = "met-with-findings"
	NotMet          = "not-met"
	NoOccurrence    = "no-occurrence"
)

// Attestation is a person's dated statement that a manual control was
// performed, with evidence files. It stands beside automated results and never
// turns them.
type Attestation struct {
	Control     string    `json:"control" seen:"always"` // id of the control it speaks of
	Result      string    `json:"result" seen:"always"`  // met, met-with-findings, not-met, no-occurrence
	PerformedAt time.Time `json:"performed_at" seen:"always"`
	PerformedBy string    `json:"performed_by" seen:"always"`
	ReviewedBy  string    `json:"reviewed_by,omitempty" seen:"always"`
	CoversFrom  time.Time `json:"covers_from,omitzero" seen:"always"`
	CoversTo    time.Time `json:"covers_to,omitzero" seen:"always"`
	System      string    `json:"system,omitempty" seen:"always"` // empty: all
	Note        string    `json:"note,omitempty" seen:"always"`
	Files       []File    `json:"files,omitzero"` // nil: at least one named file could not be read, or is another than was attested
	// How much of it was looked at; nil: not stated.
	Population *int `json:"population,omitzero" seen:"always"`
	Tested     *int `json:"tested,omitzero" seen:"always"`
	Deviations *int `json:"deviations,omitzero" seen:"always"`

	Record   string   `json:"record,omitempty" seen:"always"`   // id of its record in the log; empty: it is a file
	Identity Identity `json:"identity,omitempty" seen:"always"` // how it is known who performed it
	Refused  string   `json:"refused,omitempty" seen:"always"`  // who was to sign it off and said no

	// Of a statement in a file that lies in a git repository; all empty: in none.
	Commit     string `json:"commit,omitempty" seen:"always"`     // that made the file what it is; empty: not known
	SignedBy   string `json:"signed_by,omitempty" seen:"always"`  // whose key signed that commit; empty: not known
	Unverified string `json:"unverified,omitempty" seen:"always"` // why it does not show who performed it
}

// File is a file that supports an attestation.
type File struct {
	Path   string `json:"path" seen:"always"`   // relative to the attestation
	SHA256 string `json:"sha256" seen:"always"` // of its bytes, hexadecimal
	Size   int64  `json:"size" seen:"always"`   // bytes
}
