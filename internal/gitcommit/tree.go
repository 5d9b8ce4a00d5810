package gitcommit

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// entry is what a tree says of a name; without a mode: nothing.
type entry struct {
	mode string
	hash plumbing.Hash
}

const folderMode = "40000"

func (e entry) regular() bool { return strings.HasPrefix(e.mode, "100") }

var (
	errNotIn = errors.New("it is not in the commit that is checked out")
	errLink  = errors.New("it is a link to the commit that is checked out")
)

// file is the content of a file in a tree, by its digest.
func (r *repository) file(tree plumbing.Hash, name string) (plumbing.Hash, error) {
	e, err := r.at(tree, name)
	switch {
	case err != nil:
		return plumbing.ZeroHash, err
	case e.mode == "":
		return plumbing.ZeroHash, errNotIn
	case !e.regular():
		return plumbing.ZeroHash, errLink
	}
	return e.hash, nil
}

// at follows a path down from a tree.
func (r *repository) at(tree plumbing.Hash, name string) (entry, error) {
	e := entry{folderMode, tree}
	if name == "." {
		return e, nil
	}
	for part := range strings.SplitSeq(name, "/") {
		if e.mode != folderMode {
			return entry{}, nil
		}
		t, err := r.tree(e.hash)
		if err != nil {
			return entry{}, err
		}
		e = t[part] // the zero entry: nothing of that name
	}
	return e, nil
}

// keptTrees is how many trees are kept to be asked again: neighbours in history, of one
// path, are asked for all files of a folder.
const keptTrees = 64

func (r *repository) tree(hash plumbing.Hash) (map[string]entry, error) {
	if t, known := r.trees[hash]; known {
		return t, nil
	}
	b, err := r.object(plumbing.TreeObject, hash)
	if err != nil {
		return nil, err
	}
	t, err := parseTree(b)
	if err != nil {
		return nil, fmt.Errorf("tree %s of its git repository: %w", hash, err)
	}
	if len(r.trees) >= keptTrees {
		clear(r.trees)
	}
	r.trees[hash] = t
	return t, nil
}

// parseTree reads a tree. A name that is there twice could be read in two ways.
func parseTree(b []byte) (map[string]entry, error) {
	t := map[string]entry{}
	for len(b) > 0 {
		head, rest, found := bytes.Cut(b, []byte{0})
		mode, name, both := bytes.Cut(head, []byte{' '})
		if !found || !both || len(mode) == 0 || len(rest) < len(plumbing.ZeroHash) {
			return nil, errors.New("it is cut short")
		}
		if _, twice := t[string(name)]; twice {
			return nil, errors.New("it holds one name twice")
		}
		e := entry{mode: string(mode)}
		copy(e.hash[:], rest)
		t[string(name)] = e
		b = rest[len(plumbing.ZeroHash):]
	}
	return t, nil
}
