package store

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// VerifyOptions say how much to verify and whom to trust.
type VerifyOptions struct {
	// Fast verifies the log in itself: its tree, its checkpoints and their
	// signatures. Rows and bodies are not read.
	Fast bool
	// Since limits rows to those of the commits made then or later, and of the
	// newest before; earlier leaves are taken as they were logged.
	Since time.Time
	// Keys are public keys that are known to be the log's by other means. Without
	// any, the first key in the store is believed, which protects against whoever
	// could change the rows but not against whoever could change the key as well.
	Keys []string
	// Copy is for a copy that is compared with nothing else: what is not signed in it
	// was not signed where it comes from, and is a warning.
	Copy bool
	// Progress, if given, is told how far each stage is.
	Progress func(stage string, done, total int64)
}

// Verification is what was verified and what does not fit.
type Verification struct {
	unsigned int64 // assessments that no signature shows to be unchanged, where that is a problem

	Origin      string    `json:"origin"` // of the log; empty if nothing is signed
	Commits     int64     `json:"commits"`
	Leaves      int64     `json:"leaves"`
	Lines       int64     `json:"lines"`       // made again from rows
	Bodies      int64     `json:"bodies"`      // hashed again
	Checkpoints int64     `json:"checkpoints"` // signatures and roots
	Signed      int64     `json:"signed"`      // commits that the newest good checkpoint covers
	SignedAt    time.Time `json:"signed_at,omitzero"`
	Root        string    `json:"root"`     // of the whole tree, base64
	Pinned      bool      `json:"pinned"`   // the keys were given from outside
	Keys        []string  `json:"keys"`     // public keys that the checkpoints are trusted by
	Problems    []Problem `json:"problems"` // in the order found
	Warnings    []string  `json:"warnings"` // true, and to be explained

	Pruned []PrunedBodies `json:"pruned"` // bodies that are not there any more, oldest first
}

// Problem is a record that does not fit, and what follows.
type Problem struct {
	Commit    int64  `json:"commit,omitempty"` // 0: it is of no one commit
	Record    string `json:"record"`           // what it is, and what it belongs to
	What      string `json:"what"`             // expected and found
	Untrusted string `json:"untrusted"`        // what can no longer be trusted
}

func (p Problem) Error() string {
	return fmt.Sprintf("%s: %s; %s", p.Record, p.What, p.Untrusted)
}

// OK says that nothing was found that does not fit.
func (v *Verification) OK() bool { return len(v.Problems) == 0 }

// First is the problem of the earliest record. One that is of no commit comes
// after those that are.
func (v *Verification) First() (Problem, bool) {
	if v.OK() {
		return Problem{}, false
	}
	return slices.MinFunc(v.Problems, func(a, b Problem) int {
		switch {
		case a.Commit == b.Commit:
			return 0
		case b.Commit == 0, a.Commit != 0 && a.Commit < b.Commit:
			return -1
		}
		return 1
	}), true
}

// maxProblems is how many are told one by one. A damaged store has thousands.
const maxProblems = 100

func (v *Verification) problem(p Problem) {
	if len(v.Problems) < maxProblems {
		v.Problems = append(v.Problems, p)
	}
}

func (v *Verification) warn(format string, args ...any) {
	if len(v.Warnings) < maxProblems {
		v.Warnings = append(v.Warnings, fmt.Sprintf(format, args...))
	}
}

// rowsText lists how many rows of which tables a leaf has.
func rowsText(rows []int) string {
	var parts []string
	for i, n := range rows {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d of %s", n, loggedTables[i].name))
		}
	}
	return strings.Join(parts, ", ")
}
