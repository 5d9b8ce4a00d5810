// Package spool holds what is written until it is read: in memory while it is
// little, in a file nobody else can open when it is much. It knows nothing of what
// it holds.
package spool

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// memory is how much is held before a file is made.
const memory = 4 << 20

// Spool is written to its end, then read any number of times. The zero Spool is
// empty and ready.
type Spool struct {
	head bytes.Buffer
	file *os.File
	size int64
}

// Write appends.
func (s *Spool) Write(b []byte) (int, error) {
	if s.file == nil && s.head.Len()+len(b) > memory {
		if err := s.spill(); err != nil {
			return 0, err
		}
	}
	if s.file == nil {
		n, err := s.head.Write(b)
		s.size += int64(n)
		return n, err
	}
	n, err := s.file.Write(b)
	s.size += int64(n)
	if err != nil {
		err = fmt.Errorf("write to a temporary file: %w: make room in %s, or set TMPDIR", err, os.TempDir())
	}
	return n, err
}

// spill moves what is held into a file that has no name any more, so that nothing
// is left behind however the program ends.
func (s *Spool) spill() error {
	f, err := os.CreateTemp("", "controlwatch-*")
	if err != nil {
		return fmt.Errorf("make a temporary file: %w: set TMPDIR to a folder that can be written to", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return errors.Join(fmt.Errorf("unlink a temporary file: %w", err), f.Close())
	}
	if _, err := f.Write(s.head.Bytes()); err != nil {
		return errors.Join(fmt.Errorf("write to a temporary file: %w: make room in %s, or set TMPDIR", err, os.TempDir()), f.Close())
	}
	s.file, s.head = f, bytes.Buffer{}
	return nil
}

// Size is how much was written.
func (s *Spool) Size() int64 { return s.size }

// Section reads a part.
func (s *Spool) Section(from, size int64) io.Reader {
	if s.file == nil {
		return io.NewSectionReader(bytes.NewReader(s.head.Bytes()), from, size)
	}
	return io.NewSectionReader(s.file, from, size)
}

// Close gives the file back, if there is one. A spool that nobody refers to any
// more does so by itself, as files do.
func (s *Spool) Close() error {
	if s.file == nil {
		return nil
	}
	if err := s.file.Close(); err != nil {
		return fmt.Errorf("close a temporary file: %w", err)
	}
	return nil
}
