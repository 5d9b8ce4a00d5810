package admin

import (
	"fmt"

	"github.com/controlwatch/controlwatch/evidence"
)

// String says who committed the file, and how that is known.
func (c FileCommit) String() string {
	commit := "a git commit that is not known"
	if c.Hash != "" {
		commit = "git commit " + c.Hash
	}
	if c.Before != "" && c.Before != c.Hash {
		commit += ", before it " + c.Before
	}
	if c.SignedBy == "" {
		return fmt.Sprintf("the configuration's file is of %s (identity not verified): %s", commit, c.Unverified)
	}
	who := evidence.Actor{Name: c.SignedBy, Identity: evidence.IdentityGit}
	return fmt.Sprintf("the configuration's file was last committed by %s, known by: signed git commit; it is of %s; that is no approval", who, commit)
}
