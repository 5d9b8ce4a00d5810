package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// emitTo writes to standard output or, whole or not at all, to a file, in place of one
// that is there. What is no regular file, such as /dev/null or a pipe, is written to
// and never replaced.
func (p *program) emitTo(file string, write func(io.Writer) error) (err error) {
	if file == "" {
		return write(p.stdout)
	}
	switch info, err := os.Stat(file); {
	case err == nil && info.IsDir():
		return fmt.Errorf("--out: %s is a folder: name a file in it", file)
	case err == nil && !info.Mode().IsRegular():
		return emitInto(file, write)
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".controlwatch-*")
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("--out: there is no folder %s to write %s into", filepath.Dir(file), filepath.Base(file))
	}
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	defer os.Remove(tmp.Name()) //nolint:errcheck // gone already when all went well
	if err := write(tmp); err != nil {
		tmp.Close() //nolint:errcheck // the reason is on its way
		return err
	}
	if err := tmp.Close(); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	if err := os.Rename(tmp.Name(), file); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return nil
}

func emitInto(file string, write func(io.Writer) error) error {
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return errors.Join(write(f), f.Close())
}

// writeOut writes to a new file, or to standard output where none is named. What
// was written in part is taken away.
func (p *program) writeOut(flag, file string, write func(io.Writer) error) error {
	if file == "" {
		return write(p.stdout)
	}
	f, err := newFile(flag, file)
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return errors.Join(err, os.Remove(file))
	}
	return nil
}

// newFile makes a file for its owner only, where none is: it may hold what somebody
// filled in.
func newFile(flag, file string) (*os.File, error) {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%s: %s is there already, and nothing is written over: name another file", flag, file)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	return f, nil
}
