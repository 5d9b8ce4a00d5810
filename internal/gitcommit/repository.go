package gitcommit

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// repository is an open repository.
type repository struct {
	roots   []*os.Root
	own     readOnly // of this work tree
	common  readOnly
	store   *filesystem.Storage
	shallow map[plumbing.Hash]bool // commits whose parents were not fetched
	left    int                    // of the work that may still be done
	commits map[plumbing.Hash]commit
	trees   map[plumbing.Hash]map[string]entry
}

const (
	smallFile   = 1 << 16
	largestList = 1 << 26 // of packed references
	largest     = 1 << 24 // of a commit or tree
)

func open(p place) (*repository, error) {
	r := &repository{commits: map[plumbing.Hash]commit{}, trees: map[plumbing.Hash]map[string]entry{}}
	for _, to := range []struct {
		dir string
		fs  *readOnly
	}{{p.git, &r.own}, {p.common, &r.common}} {
		root, err := os.OpenRoot(to.dir)
		if err != nil {
			r.close()
			return nil, err
		}
		r.roots = append(r.roots, root)
		to.fs.root = root
	}
	r.store = filesystem.NewStorageWithOptions(r.common, cache.NewObjectLRU(32*cache.MiByte), filesystem.Options{LargeObjectThreshold: largest})
	if err := r.readShallow(); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *repository) close() {
	if r.store != nil {
		_ = r.store.Close() // it was only read
	}
	for _, root := range r.roots {
		_ = root.Close() // likewise
	}
}

// readShallow reads which commits have parents that are not here. Git takes such a
// commit for the first one, so that it seems to have changed every file.
func (r *repository) readShallow() error {
	b, err := r.common.content("shallow", largestList)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	r.shallow = map[plumbing.Hash]bool{}
	for line := range strings.Lines(string(b)) {
		hash, err := parseHash(strings.TrimSpace(line))
		if err != nil {
			return fmt.Errorf("its git repository says not which history is left out: %w", err)
		}
		r.shallow[hash] = true
	}
	return nil
}

// head is the commit that is checked out.
func (r *repository) head() (plumbing.Hash, error) {
	text, err := r.own.content("HEAD", smallFile)
	for range 5 { // a reference may name another one
		if err != nil {
			return plumbing.ZeroHash, err
		}
		line := strings.TrimSpace(string(text))
		to, symbolic := strings.CutPrefix(line, "ref:")
		if !symbolic {
			return parseHash(line)
		}
		to = strings.TrimSpace(to)
		if to == "refs/heads/.invalid" { // gitrepository-layout(5): a stand-in
			return plumbing.ZeroHash, errors.New("its git repository keeps references as a reftable, which is not read")
		}
		if !strings.HasPrefix(to, "refs/") || !fs.ValidPath(to) {
			return plumbing.ZeroHash, errors.New("HEAD of its git repository names no reference")
		}
		text, err = r.reference(to)
	}
	return plumbing.ZeroHash, errors.New("references of its git repository name each other")
}

func (r *repository) reference(name string) ([]byte, error) {
	from := r.common
	if strings.HasPrefix(name, "refs/worktree/") || strings.HasPrefix(name, "refs/bisect/") || strings.HasPrefix(name, "refs/rewritten/") {
		from = r.own
	}
	text, err := from.content(name, smallFile)
	if !errors.Is(err, fs.ErrNotExist) {
		return text, err
	}
	packed, err := r.common.content("packed-refs", largestList)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	lines := bufio.NewScanner(bytes.NewReader(packed))
	for lines.Scan() {
		if hash, ref, _ := strings.Cut(lines.Text(), " "); ref == name {
			return []byte(hash), nil
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read references of its git repository: %w", err)
	}
	return nil, errors.New("its git repository has no commit yet, or HEAD names a branch that is not there")
}

func parseHash(text string) (plumbing.Hash, error) {
	switch {
	case len(text) == 64:
		return plumbing.ZeroHash, errors.New("its git repository names objects by SHA-256, which is not read")
	case !plumbing.IsHash(text):
		return plumbing.ZeroHash, errors.New("its git repository holds a reference that is none")
	}
	return plumbing.NewHash(text), nil
}
