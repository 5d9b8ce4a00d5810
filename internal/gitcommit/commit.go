package gitcommit

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/controlwatch/controlwatch/internal/identity"
)

// commit is what is needed of one.
type commit struct {
	tree       plumbing.Hash
	parents    []plumbing.Hash
	committer  string // a name that nobody has verified
	signatures []string
	payload    []byte // what is signed: all but the signature
}

func (r *repository) commit(hash plumbing.Hash) (commit, error) {
	if c, known := r.commits[hash]; known {
		return c, nil
	}
	b, err := r.object(plumbing.CommitObject, hash)
	if err != nil {
		return commit{}, err
	}
	c, err := parseCommit(b)
	if err != nil {
		return commit{}, fmt.Errorf("commit %s of its git repository: %w", hash, err)
	}
	if len(c.signatures) == 0 {
		c.payload = nil // it need not be kept
	}
	r.commits[hash] = c
	return c, nil
}

// parseCommit reads the headers; a line that starts with a space continues the one
// before it. The signature is one of them, and is over everything else.
func parseCommit(b []byte) (commit, error) {
	var c commit
	var key string
	rest := b
	for n := 0; ; n++ {
		line, after, found := bytes.Cut(rest, []byte{'\n'})
		if !found {
			return commit{}, errors.New("its headers do not end")
		}
		if len(line) == 0 {
			break
		}
		rest = after
		value, more := bytes.CutPrefix(line, []byte{' '})
		if !more {
			name, first, _ := bytes.Cut(line, []byte{' '})
			key, value = string(name), first
		}
		if (n == 0) != (key == "tree" && !more) {
			return commit{}, errors.New("it does not begin with its tree")
		}
		if err := c.header(key, string(value), more); err != nil {
			return commit{}, err
		}
		if !signs(key) {
			c.payload = append(append(c.payload, line...), '\n')
		}
	}
	if c.tree.IsZero() {
		return commit{}, errors.New("it has no tree")
	}
	c.payload = append(c.payload, rest...)
	return c, nil
}

// signs says whether a header holds a signature. The second is of a repository that
// names its objects in two ways.
func signs(key string) bool { return key == "gpgsig" || key == "gpgsig-sha256" }

func (c *commit) header(key, value string, more bool) (err error) {
	switch {
	case signs(key) && more && len(c.signatures) > 0:
		c.signatures[len(c.signatures)-1] += value + "\n"
	case signs(key):
		c.signatures = append(c.signatures, value+"\n")
	case more:
	case key == "tree":
		c.tree, err = parseHash(value)
	case key == "parent":
		var parent plumbing.Hash
		parent, err = parseHash(value)
		c.parents = append(c.parents, parent)
	case key == "committer":
		c.committer, _, _ = strings.Cut(value, ">")
	}
	return err
}

// webFlow is the address that GitHub commits with when somebody merges or edits on
// its pages.
const webFlow = "<noreply@github.com"

// kinds are signatures that are not checked, by how they begin.
var kinds = []struct{ begins, name string }{
	{"-----BEGIN PGP SIGNATURE-----", "OpenPGP"},
	{"-----BEGIN PGP MESSAGE-----", "OpenPGP"},
	{"-----BEGIN SIGNED MESSAGE-----", "X.509"},
}

// signer is the person whose key signed. The names in a commit prove nothing: whoever
// commits writes them.
func (c commit) signer(people identity.People) (identity.Person, error) {
	var who identity.Person
	switch {
	case len(c.signatures) == 0 && strings.HasSuffix(c.committer, webFlow):
		return who, errors.New("its commit was made by a code host, and is not signed")
	case len(c.signatures) == 0:
		return who, errors.New("its commit is not signed")
	case len(c.signatures) > 1:
		return who, errors.New("its commit has more than one signature")
	}
	signature := c.signatures[0]
	if i := slices.IndexFunc(kinds, func(k struct{ begins, name string }) bool { return strings.HasPrefix(signature, k.begins) }); i >= 0 {
		if strings.HasSuffix(c.committer, webFlow) {
			return who, errors.New("its commit is signed by a code host, which shows no person")
		}
		return who, fmt.Errorf("its commit has a signature of a kind that is not checked (%s)", kinds[i].name)
	}
	key, err := identity.VerifyGit(signature, c.payload)
	if err != nil {
		return who, fmt.Errorf("the signature of its commit does not count: %w", err)
	}
	who, known := people.Holder(key)
	if !known {
		return identity.Person{}, fmt.Errorf("its commit is signed with a key that is of nobody in identities (%s)", identity.Fingerprint(key))
	}
	return who, nil
}
