package github

import (
	"context"
	"fmt"
	"net/http"

	"github.com/controlwatch/controlwatch/evidence"
)

const codeOwnersFile = "CODEOWNERS"

// codeOwnersBytes: a file from this size on counts for nothing at GitHub.
const codeOwnersBytes = 3 << 20

// readCodeOwners reads who answers for the code. GitHub takes the first file of
// .github, the root and docs, from the default branch here. It goes down from the
// root's list: asking for the file itself would answer 404 both where there is none
// and where the right is missing.
//
// Calls: 1, 1 more for each of the folders .github and docs that has to be looked
// into, and 1 where there is a file.
func readCodeOwners(ctx context.Context, c *session, r repository) (*evidence.CodeOwners, error) {
	branch, ok := r.branchName()
	switch {
	case r.PushedAt.There && r.PushedAt.Value == nil:
		return noCodeOwners(), nil // nothing was ever pushed
	case !ok:
		return nil, unreadable(readRepositories, "GitHub names no default branch", nil)
	}
	root, err := readFolder(ctx, c, r, branch)
	if refusedWith(err, http.StatusConflict, "Git Repository is empty") {
		return noCodeOwners(), nil
	}
	if err != nil {
		return nil, err
	}
	for _, folder := range []string{".github", "", "docs"} {
		entries, name := root, codeOwnersFile
		if folder != "" {
			at, ok := entryOf(root, folder, "tree")
			if !ok {
				continue
			}
			if entries, err = readFolder(ctx, c, r, at.SHA); err != nil {
				return nil, err
			}
			name = folder + "/" + codeOwnersFile
		}
		file, ok := entryOf(entries, codeOwnersFile, "blob")
		if !ok {
			continue
		}
		owners, err := readCodeOwnersFile(ctx, c, r, file)
		if err != nil {
			return nil, err
		}
		owners.File = &name
		return owners, nil
	}
	return noCodeOwners(), nil
}

// noCodeOwners says that there is no file, which is known.
func noCodeOwners() *evidence.CodeOwners {
	none := parseCodeOwners("")
	none.File = new(string)
	return none
}

func entryOf(entries []treeEntry, name, kind string) (treeEntry, bool) {
	for _, e := range entries {
		if e.Path == name && e.Type == kind {
			return e, true
		}
	}
	return treeEntry{}, false
}

func readCodeOwnersFile(ctx context.Context, c *session, r repository, file treeEntry) (*evidence.CodeOwners, error) {
	switch {
	case file.Mode == symlink:
		return nil, unreadable(readTree, "CODEOWNERS is a link to another file, and what GitHub makes of it is not known", nil)
	case file.Size >= codeOwnersBytes:
		return nil, unreadable(readTree, fmt.Sprintf("CODEOWNERS has %d bytes, and GitHub takes none of 3 MB or more", file.Size), nil)
	}
	text, err := readFile(ctx, c, r, file)
	if err != nil {
		return nil, err
	}
	return parseCodeOwners(string(text)), nil
}
