package gitcommit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// place is where a repository lies.
type place struct {
	folder string // within the work tree, separated by /
	git    string // of this work tree: HEAD
	common string // of all its work trees: objects and references
}

// errNone is that a folder is in no work tree.
var errNone = errors.New("not in a git work tree")

// find looks for the work tree that a folder is in, from the folder upwards, as git
// does. Links are resolved first: git-sync gives a link to a work tree.
func find(dir string) (place, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return place{}, err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return place{}, err
	}
	for top := dir; ; top = filepath.Dir(top) {
		at := filepath.Join(top, ".git")
		info, err := os.Stat(at)
		switch {
		case errors.Is(err, fs.ErrNotExist) && filepath.Dir(top) == top:
			return place{}, errNone
		case errors.Is(err, fs.ErrNotExist):
			if _, err := os.Lstat(at); err == nil {
				return place{}, errElsewhere
			}
			continue
		case err != nil:
			return place{}, err
		}
		if info.Mode().IsRegular() {
			at, err = pointed(at, "gitdir: ")
		} else if !info.IsDir() {
			err = errors.New("its .git is neither a folder nor a file")
		}
		if err != nil {
			return place{}, err
		}
		return placed(top, dir, at)
	}
}

func placed(top, dir, git string) (place, error) {
	folder, err := filepath.Rel(top, dir)
	if err != nil {
		return place{}, err
	}
	p := place{folder: filepath.ToSlash(folder), git: git, common: git}
	common, err := pointed(filepath.Join(git, "commondir"), "")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return p, nil
	case err != nil:
		return place{}, err
	}
	p.common = common
	return p, nil
}

var errElsewhere = errors.New("its .git points to a place that is not here: let controlwatch see the whole repository, not the work tree alone")

// pointed is where a file points to, and that has to be a folder.
func pointed(file, before string) (string, error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s of its git repository is not a file", filepath.Base(file))
	}
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // it was only read
	b, err := io.ReadAll(io.LimitReader(f, 1<<13))
	if err != nil {
		return "", err
	}
	to, ok := bytes.CutPrefix(bytes.TrimRight(b, "\r\n"), []byte(before))
	if !ok || len(to) == 0 || bytes.ContainsAny(to, "\x00\n") {
		return "", fmt.Errorf("%s of its git repository points nowhere", filepath.Base(file))
	}
	target := filepath.FromSlash(string(to))
	if !filepath.IsAbs(target) {
		target = filepath.Join(filepath.Dir(file), target)
	}
	if info, err := os.Stat(target); err != nil || !info.IsDir() {
		return "", errElsewhere
	}
	return target, nil
}
