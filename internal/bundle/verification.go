package bundle

import (
	"fmt"
	"time"
)

// Options say whom to trust and how much to read.
type Options struct {
	// Keys are public keys that are known to be the log's by other means. Without
	// any, the first key in the bundle is believed: that shows damage, and changes
	// by whoever has no other key to sign all of it with.
	Keys   []string
	Limits Limits // the zero value: DefaultLimits
	// Stamp judges a token of a timestamping authority over a checkpoint: when that
	// existed, and who says so. Nil: no token is judged.
	Stamp func(token, checkpoint []byte) (at time.Time, by string, err error)
	// Cosigned judges the signature lines of a witness over a checkpoint: who signed,
	// and when if the signature says. Without a name, no key is known for any of them.
	// Nil: no such lines are judged.
	Cosigned func(lines, checkpoint []byte) (at time.Time, by string, err error)
	Progress func(stage string, done, total int64)
}

// Verification is what was checked and what does not fit.
type Verification struct {
	Origin      string    `json:"origin"`
	From        time.Time `json:"from,omitzero"`
	To          time.Time `json:"to,omitzero"`
	Commits     Range     `json:"commits"`
	Criteria    []string  `json:"criteria"`
	By          string    `json:"by,omitempty"`
	For         string    `json:"for,omitempty"`
	Manifest    Digest    `json:"manifest"`    // digest
	Files       int64     `json:"files"`       // hashed again
	Leaves      int64     `json:"leaves"`      // each with its proof
	Lines       int64     `json:"lines"`       // of those leaves
	Bodies      int64     `json:"bodies"`      // tied to a line
	LeftOut     int64     `json:"left_out"`    // bodies that lines name and the bundle says it does not have
	Checkpoints int64     `json:"checkpoints"` // signatures, and consistency with the next
	SignedBy    string    `json:"signed_by"`   // key of the statement
	Pinned      bool      `json:"pinned"`      // a key was given
	Attached    int64     `json:"attached"`    // files that bodies name by their digest, each tied to one
	Items       int64     `json:"items"`       // of answers, each tied to one
	Tokens      []Token   `json:"tokens"`      // of anchors
	Anchored    bool      `json:"anchored"`    // a token that was judged is of a checkpoint over all of the window
	SampleData  bool      `json:"sample_data"`
	Problems    []Problem `json:"problems"`
	Warnings    []string  `json:"warnings"`
	NotHeld     []LeftOut `json:"not_held"` // what the bundle itself says it leaves out
}

// Problem is a file that does not fit.
type Problem struct {
	File string `json:"file"`
	What string `json:"what"`
}

func (p Problem) Error() string { return p.File + ": " + p.What }

// OK says that everything was checked and everything fits. A verification of
// nothing is not OK.
func (v *Verification) OK() bool {
	return v != nil && len(v.Problems) == 0 && v.Files > 0 && v.Leaves > 0 && v.Checkpoints > 0 && v.SignedBy != ""
}

const maxProblems = 100

func (v *Verification) problem(file, what string) {
	if len(v.Problems) < maxProblems {
		v.Problems = append(v.Problems, Problem{file, what})
	}
}

func (v *Verification) warn(format string, args ...any) {
	if len(v.Warnings) < maxProblems {
		v.Warnings = append(v.Warnings, fmt.Sprintf(format, args...))
	}
}
