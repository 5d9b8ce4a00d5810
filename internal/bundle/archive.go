package bundle

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// Limits bound what reading a bundle may take, whatever the file says of itself.
type Limits struct {
	Files    int   // how many
	FileSize int64 // of one, unpacked
	Total    int64 // of all, unpacked
	Ratio    int64 // of a file's size to what it takes in the bundle
	Manifest int64 // of the files that are read into memory whole
}

// DefaultLimits are far above what a year of a large company takes.
var DefaultLimits = Limits{Files: 2_000_000, FileSize: 16 << 30, Total: 256 << 30, Ratio: 200, Manifest: 512 << 20}

// smallFile is what may be packed at any ratio: repeated lines are.
const smallFile = 1 << 20

// archive is a zip file of which nothing is believed.
type archive struct {
	limits Limits
	order  []*zip.File
	byName map[string]*zip.File
}

var ageHeader = []byte("age-encryption.org/")

// openArchive reads the directory of a bundle. What is wrong with single files is
// told, and they are left out.
func openArchive(r io.ReaderAt, size int64, limits Limits, problem func(file, what string)) (*archive, error) {
	head := make([]byte, len(ageHeader))
	if n, err := r.ReadAt(head, 0); err == nil && bytes.Equal(head[:n], ageHeader) {
		return nil, errors.New("it is encrypted: decrypt it first with `age --decrypt -i KEYFILE -o bundle.zip`")
	}
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // names are judged below, each
		return nil, fmt.Errorf("it cannot be read as a zip file, it was cut off or is another thing: %w", err)
	}
	if len(z.File) > limits.Files {
		return nil, fmt.Errorf("it holds %d files, more than %d: it is not read", len(z.File), limits.Files)
	}
	a := &archive{limits: limits, byName: map[string]*zip.File{}}
	var total, packed uint64
	folded := map[string]bool{}
	for _, f := range z.File {
		total += min(f.UncompressedSize64, 1<<60)
		packed += min(f.CompressedSize64, 1<<60)
		if total > uint64(limits.Total) { // a limit is not negative
			return nil, fmt.Errorf("its files take more than %d bytes unpacked: it is not read", limits.Total)
		}
		if packed > uint64(size) { // a size is not negative
			return nil, errors.New("its files lie one over another, as those of a zip bomb do: it is not read")
		}
		if what := a.refused(f); what != "" {
			problem(f.Name, what)
			continue
		}
		if low := strings.ToLower(f.Name); folded[low] {
			problem(f.Name, "it is there twice, or two names differ only in capitals")
			continue
		} else {
			folded[low] = true
		}
		a.byName[f.Name] = f
		a.order = append(a.order, f)
	}
	if z.Comment != "" {
		problem("the zip file", "it carries a comment, which nothing vouches for")
	}
	return a, nil
}

func (a *archive) refused(f *zip.File) string {
	if err := validName(f.Name); err != nil {
		return err.Error()
	}
	switch mode := f.Mode(); {
	case mode&fs.ModeSymlink != 0:
		return "it is a symbolic link"
	case !mode.IsRegular():
		return "it is no regular file"
	}
	switch {
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return fmt.Sprintf("it is packed by a method (%d) that is not allowed", f.Method)
	case f.Flags&1 != 0:
		return "it is encrypted"
	case f.UncompressedSize64 > uint64(a.limits.FileSize): // a limit is not negative
		return fmt.Sprintf("it takes %d bytes unpacked, more than %d", f.UncompressedSize64, a.limits.FileSize)
	case f.UncompressedSize64 > smallFile && f.UncompressedSize64/max(f.CompressedSize64, 1) > uint64(a.limits.Ratio): // likewise
		return fmt.Sprintf("it unpacks to more than %d times its size, as a zip bomb does", a.limits.Ratio)
	}
	return ""
}

func (a *archive) has(name string) bool { return a.byName[name] != nil }

// open reads one file; what reads more than the directory promised is stopped.
func (a *archive) open(name string) (io.ReadCloser, error) {
	f := a.byName[name]
	if f == nil {
		return nil, errMissing
	}
	r, err := f.Open()
	if err != nil {
		return nil, unreadable(err)
	}
	return bounded{io.LimitReader(r, int64(f.UncompressedSize64)+1), r}, nil // bounded by the limits
}

var errMissing = errors.New("it is missing")

func unreadable(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("it cannot be unpacked, it was damaged or altered: %w", err)
}

type bounded struct {
	io.Reader
	io.Closer
}

// whole reads a file that is looked at as one.
func (a *archive) whole(name string) (b []byte, err error) {
	r, err := a.open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	b, err = io.ReadAll(io.LimitReader(r, a.limits.Manifest+1))
	switch {
	case err != nil:
		return nil, unreadable(err)
	case int64(len(b)) > a.limits.Manifest:
		return nil, fmt.Errorf("it is larger than %d bytes", a.limits.Manifest)
	}
	return b, nil
}
