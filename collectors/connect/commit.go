package connect

import "context"

// Commit is what a git repository says of a file: the commit that made it what it is,
// and whose key signed that commit.
type Commit struct {
	Hash       string                 // empty: not known, or there is no repository
	Signer     string                 // empty: not known
	Is         func(name string) bool // whether a name is one of the signer's; nil without a signer
	Unverified string                 // why it is not known who signed; empty with a signer, and without a repository
}

// Commits tells of files of a folder, by their names in it and with what was read of
// them. There is an answer for each; an error is only that the context ended.
type Commits func(ctx context.Context, dir string, files map[string][]byte) (map[string]Commit, error)
