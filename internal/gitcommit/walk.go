package gitcommit

import (
	"context"
	"errors"
	"maps"
	"path"

	"github.com/go-git/go-git/v5/plumbing"
)

// limit is how much is done for one folder: objects read, and steps of files that go
// together from a commit to its parent. It stands for some 40,000 commits.
const limit = 150_000

// walk goes back in history until each file was another, or was not there. Where
// branches were merged it follows the first parent that has the file as it is, as
// `git log -1 -- FILE` does.
type walk struct {
	*repository
	folder string
	done   map[string]found
}

// found is the commit of a file, or why it is not known.
type found struct {
	at  plumbing.Hash
	why string
}

// step is a commit that has files as they are now.
type step struct {
	at    plumbing.Hash
	blobs map[string]plumbing.Hash
}

func (w *walk) from(ctx context.Context, start step) error {
	for todo := []step{start}; len(todo) > 0; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if len(s.blobs) == 0 {
			continue
		}
		next, err := w.back(s)
		if err != nil {
			for name := range s.blobs {
				w.done[name] = found{why: reason(err)}
			}
			continue
		}
		todo = append(todo, next...)
	}
	return nil
}

var errShallow = errors.New("the commit that made it what it is was not fetched: the clone is shallow; fetch the whole history (git fetch --unshallow, depth 0 of git-sync)")

// back gives the parents that have files as they are. Those that none has were
// changed by this commit, and are done.
func (w *walk) back(s step) ([]step, error) {
	if w.left -= 1 + len(s.blobs)/16; w.left < 0 {
		return nil, errLimit
	}
	if w.shallow[s.at] {
		return nil, errShallow
	}
	c, err := w.commit(s.at)
	if err != nil {
		return nil, err
	}
	left := maps.Clone(s.blobs)
	var next []step
	for _, parent := range c.parents {
		same, err := w.same(c, parent, left)
		if err != nil {
			return nil, err
		}
		for name := range same {
			delete(left, name)
		}
		next = append(next, step{parent, same})
		if len(left) == 0 {
			break
		}
	}
	for name := range left {
		w.done[name] = found{at: s.at}
	}
	return next, nil
}

// same are the files that a parent has as they are.
func (w *walk) same(child commit, parent plumbing.Hash, files map[string]plumbing.Hash) (map[string]plumbing.Hash, error) {
	c, err := w.commit(parent)
	if err != nil {
		return nil, err
	}
	now, err := w.at(child.tree, w.folder)
	if err != nil {
		return nil, err
	}
	before, err := w.at(c.tree, w.folder)
	if err != nil {
		return nil, err
	}
	if before == now { // most commits change other folders
		return maps.Clone(files), nil
	}
	same := map[string]plumbing.Hash{}
	for name, blob := range files {
		e, err := w.at(c.tree, path.Join(w.folder, name))
		if err != nil {
			return nil, err
		}
		if e.regular() && e.hash == blob {
			same[name] = blob
		}
	}
	return same, nil
}
