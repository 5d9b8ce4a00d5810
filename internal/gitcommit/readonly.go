package gitcommit

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-billy/v5"
)

// readOnly is a git folder as go-git sees it: it cannot be written, no link and no
// ".." leads out of it, and nothing but files is opened, since a pipe would be
// waited for.
type readOnly struct {
	root *os.Root
	base string
}

func (r readOnly) name(of string) string {
	of = strings.TrimLeft(filepath.Join(r.base, of), string(filepath.Separator))
	if of == "" {
		return "."
	}
	return of
}

func (r readOnly) Open(name string) (billy.File, error) {
	info, err := r.root.Stat(r.name(name))
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("not a regular file")}
	}
	f, err := r.root.Open(r.name(name))
	if err != nil {
		return nil, err
	}
	return readFile{f}, nil
}

func (r readOnly) OpenFile(name string, flag int, _ os.FileMode) (billy.File, error) {
	if flag != os.O_RDONLY {
		return nil, billy.ErrReadOnly
	}
	return r.Open(name)
}

// content reads a small file whole.
func (r readOnly) content(name string, most int64) ([]byte, error) {
	f, err := r.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(b)) > most {
		err = &fs.PathError{Op: "read", Path: name, Err: errTooLarge}
	}
	return b, err
}

func (r readOnly) ReadDir(name string) ([]os.FileInfo, error) {
	entries, err := fs.ReadDir(r.root.FS(), filepath.ToSlash(r.name(name)))
	if err != nil {
		return nil, err
	}
	infos := make([]os.FileInfo, 0, len(entries))
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // git packs while we read
		}
		if err != nil {
			return nil, err
		}
		infos = append(infos, info)
	}
	return infos, nil
}

func (r readOnly) Stat(name string) (os.FileInfo, error)  { return r.root.Stat(r.name(name)) }
func (r readOnly) Lstat(name string) (os.FileInfo, error) { return r.root.Lstat(r.name(name)) }
func (r readOnly) Readlink(name string) (string, error)   { return r.root.Readlink(r.name(name)) }
func (r readOnly) Join(elem ...string) string             { return filepath.Join(elem...) }
func (r readOnly) Root() string                           { return r.base }

func (r readOnly) Chroot(to string) (billy.Filesystem, error) {
	return readOnly{r.root, r.name(to)}, nil
}

func (r readOnly) Create(string) (billy.File, error)           { return nil, billy.ErrReadOnly }
func (r readOnly) TempFile(string, string) (billy.File, error) { return nil, billy.ErrReadOnly }
func (r readOnly) Rename(string, string) error                 { return billy.ErrReadOnly }
func (r readOnly) Remove(string) error                         { return billy.ErrReadOnly }
func (r readOnly) MkdirAll(string, os.FileMode) error          { return billy.ErrReadOnly }
func (r readOnly) Symlink(string, string) error                { return billy.ErrReadOnly }

// readFile is a file that go-git cannot write.
type readFile struct{ *os.File }

func (readFile) Write([]byte) (int, error) { return 0, billy.ErrReadOnly }
func (readFile) Truncate(int64) error      { return billy.ErrReadOnly }
func (readFile) Lock() error               { return nil }
func (readFile) Unlock() error             { return nil }
