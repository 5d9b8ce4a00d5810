package gitcommit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/controlwatch/controlwatch/internal/identity"
)

// Commit is the commit that last changed a file, as it lies there now.
type Commit struct {
	Hash   string          // empty: not known, or there is no repository
	Signer identity.Person // without a name: not known
	Why    string          // it is not known who signed; empty with a signer, and where there is no repository
}

// Last finds, for files of a folder by their names in it, the commit that made each
// what it holds now. People are those whose keys count. There is an answer for every
// file; an error is only that the context ended.
func Last(ctx context.Context, dir string, files map[string][]byte, people identity.People) (map[string]Commit, error) {
	return last(ctx, dir, files, people, limit)
}

func last(ctx context.Context, dir string, files map[string][]byte, people identity.People, left int) (map[string]Commit, error) {
	out := make(map[string]Commit, len(files))
	all := func(why string) (map[string]Commit, error) {
		for name := range files {
			out[name] = Commit{Why: why}
		}
		return out, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	place, err := find(dir)
	switch {
	case errors.Is(err, errNone):
		return all("")
	case err != nil:
		return all(reason(err))
	}
	r, err := open(place)
	if err != nil {
		return all(reason(err))
	}
	defer r.close()
	r.left = left
	head, err := r.head()
	if err != nil {
		return all(reason(err))
	}
	tip, err := r.commit(head)
	if err != nil {
		return all(reason(err))
	}
	w := walk{repository: r, folder: place.folder, done: map[string]found{}}
	start := step{at: head, blobs: map[string]plumbing.Hash{}}
	for name, content := range files {
		in, err := r.file(tip.tree, path.Join(place.folder, name))
		switch {
		case err != nil:
			out[name] = Commit{Why: reason(err)}
		case in != plumbing.ComputeHash(plumbing.BlobObject, content):
			out[name] = Commit{Why: "it was changed since it was committed, or checked out with other line ends"}
		default:
			start.blobs[name] = in
		}
	}
	if err := w.from(ctx, start); err != nil {
		return nil, err
	}
	for name, f := range w.done {
		out[name] = f.commit(r, people)
	}
	return out, nil
}

func (f found) commit(r *repository, people identity.People) Commit {
	if f.why != "" {
		return Commit{Why: f.why}
	}
	c := Commit{Hash: f.at.String()}
	of, err := r.commit(f.at)
	if err == nil {
		c.Signer, err = of.signer(people)
	}
	if err != nil {
		c.Why = reason(err)
	}
	return c
}

// reason says why without where on this machine the repository lies.
func reason(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		err = fmt.Errorf("its git repository cannot be read: %w", p.Err)
	}
	return err.Error()
}
