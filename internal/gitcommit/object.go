package gitcommit

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"

	"github.com/go-git/go-git/v5/plumbing"
)

var (
	errTooLarge = errors.New("larger than anything that git needs")
	errMissing  = errors.New("an object is not in its git repository: it may be a partial clone, or share objects with another one")
	errLimit    = errors.New("its history is longer than is looked at")
)

// object reads a commit or a tree. Its name is its digest, and that is checked: a
// signature over a commit says something of a tree only by its name.
func (r *repository) object(kind plumbing.ObjectType, hash plumbing.Hash) ([]byte, error) {
	if r.left--; r.left < 0 {
		return nil, errLimit
	}
	b, err := r.loose(kind, hash)
	if errors.Is(err, fs.ErrNotExist) {
		b, err = r.packed(kind, hash)
	}
	if err != nil {
		return nil, err
	}
	if plumbing.ComputeHash(kind, b) != hash {
		return nil, fmt.Errorf("object %s of its git repository is another than its name says", hash)
	}
	return b, nil
}

// loose reads an object from a file of its own. The library would believe what the
// file says of its size.
func (r *repository) loose(kind plumbing.ObjectType, hash plumbing.Hash) ([]byte, error) {
	name := hash.String()
	f, err := r.common.Open(path.Join("objects", name[:2], name[2:]))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	unread := fmt.Errorf("object %s of its git repository cannot be read", hash)
	z, err := zlib.NewReader(f)
	if err != nil {
		return nil, unread
	}
	b, err := io.ReadAll(io.LimitReader(z, largest))
	if err != nil || len(b) == largest {
		return nil, unread
	}
	head, content, found := bytes.Cut(b, []byte{0})
	if !found || string(head) != kind.String()+" "+strconv.Itoa(len(content)) {
		return nil, unread
	}
	return content, nil
}

// packed reads an object from a pack. A damaged pack may make the library stumble,
// which is the pack's fault and must not end the pull.
func (r *repository) packed(kind plumbing.ObjectType, hash plumbing.Hash) (b []byte, err error) {
	unread := fmt.Errorf("object %s of its git repository cannot be read", hash)
	defer func() {
		if recover() != nil {
			b, err = nil, unread
		}
	}()
	size, err := r.store.EncodedObjectSize(hash)
	switch {
	case errors.Is(err, plumbing.ErrObjectNotFound):
		return nil, errMissing
	case err != nil || size > largest:
		return nil, unread
	}
	o, err := r.store.EncodedObject(kind, hash)
	if err != nil || o.Type() != kind {
		return nil, unread
	}
	content, err := o.Reader()
	if err != nil {
		return nil, unread
	}
	defer func() { _ = content.Close() }() // it was only read
	if b, err = io.ReadAll(io.LimitReader(content, largest)); err != nil {
		return nil, unread
	}
	return b, nil
}
