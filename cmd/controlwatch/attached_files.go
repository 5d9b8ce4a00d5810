package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/store"
)

// attachedFiles reads the files that a person attaches to a record: their bytes, and
// what the record says of them. Everything wrong is said at once, by its path.
func attachedFiles(paths []string, limit int64) ([]evidence.File, []store.Attachment, error) {
	files, bodies := []evidence.File{}, []store.Attachment(nil)
	var errs []error
	taken := map[string]string{}
	for _, path := range paths {
		body, err := attachedFile(path, limit)
		name := filepath.Base(path)
		if other, dup := taken[name]; err == nil && dup {
			err = fmt.Errorf("is named as %s is: name it otherwise, they could not be told apart", other)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("file %s: %w", path, err))
			continue
		}
		taken[name] = path
		files = append(files, evidence.File{Path: name, SHA256: evidence.Digest(body), Size: int64(len(body))})
		bodies = append(bodies, body)
	}
	return files, bodies, errors.Join(errs...)
}

func attachedFile(path string, limit int64) ([]byte, error) {
	name := filepath.Base(path)
	if !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return nil, errors.New("its name cannot be written down: name it otherwise")
	}
	info, err := os.Stat(path)
	if err != nil {
		if p, ok := errors.AsType[*fs.PathError](err); ok {
			err = p.Err
		}
		return nil, err
	}
	switch {
	case info.IsDir():
		return nil, errors.New("is a folder: attach the files in it one by one, or an archive of it")
	case !info.Mode().IsRegular(): // to open a pipe would wait for a writer
		return nil, errors.New("is no regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // read only
	body, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) == 0:
		return nil, errors.New("is empty: it shows nothing")
	case int64(len(body)) > limit:
		return nil, fmt.Errorf("is larger than %d bytes: evidence.max_file_size in the configuration is the largest that can be attached", limit)
	}
	return body, nil
}
