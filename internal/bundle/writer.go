package bundle

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"
)

// Writer writes a bundle, file after file. What has been written is not kept but
// for its digest.
type Writer struct {
	zip     *zip.Writer
	at      time.Time
	files   []File
	names   map[string]bool // in lower case: some file systems do not tell
	current *entry
}

// entry is the file that is being written.
type entry struct {
	to   io.Writer
	hash hash.Hash
	file File
	done bool
}

func (e *entry) Write(b []byte) (int, error) {
	if e.done {
		return 0, fmt.Errorf("write %s: the next file was begun already", e.file.Path)
	}
	n, err := e.to.Write(b)
	e.hash.Write(b[:n])
	e.file.Size += int64(n)
	return n, err
}

// NewWriter begins a bundle whose files all carry one time.
func NewWriter(w io.Writer, at time.Time) *Writer {
	return &Writer{zip: zip.NewWriter(w), at: at.UTC(), names: map[string]bool{}}
}

// Create begins a file, which ends when the next begins.
func (w *Writer) Create(name string) (io.Writer, error) { return w.createBy(name, zip.Deflate) }

// CreateStored is Create of a file that others made: what they could have filled with
// zeros is not packed, since a reader takes what unpacks to very much for a bomb.
func (w *Writer) CreateStored(name string) (io.Writer, error) { return w.createBy(name, zip.Store) }

func (w *Writer) createBy(name string, method uint16) (io.Writer, error) {
	switch name {
	case ManifestFile, StatementFile, SumsFile:
		return nil, fmt.Errorf("write %s: that file is the bundle's own", name)
	}
	return w.create(name, method)
}

func (w *Writer) create(name string, method uint16) (io.Writer, error) {
	w.end()
	if err := validName(name); err != nil {
		return nil, fmt.Errorf("write %s: %w", name, err)
	}
	if w.names[strings.ToLower(name)] {
		return nil, fmt.Errorf("write %s: there is one already", name)
	}
	w.names[strings.ToLower(name)] = true
	to, err := w.zip.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: w.at})
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", name, err)
	}
	w.current = &entry{to: to, hash: sha256.New(), file: File{Path: name}}
	return w.current, nil
}

func (w *Writer) end() {
	if e := w.current; e != nil {
		e.done = true
		e.file.SHA256 = Digest(e.hash.Sum(nil))
		w.files = append(w.files, e.file)
		w.current = nil
	}
}

// File writes a whole file.
func (w *Writer) File(name string, b []byte) error {
	to, err := w.Create(name)
	if err == nil {
		_, err = to.Write(b)
	}
	return err
}

// Close writes the sums, the manifest and its signed statement, and gives the
// manifest as it is in the bundle, and its digest. Schema and files of m are
// filled in.
func (w *Writer) Close(ctx context.Context, m Manifest, signer Signer) (Manifest, Digest, error) {
	w.end()
	sums, err := w.create(SumsFile, zip.Deflate)
	if err != nil {
		return m, Digest{}, err
	}
	for _, f := range w.files {
		if _, err := fmt.Fprintf(sums, "%s  %s\n", f.SHA256, f.Path); err != nil {
			return m, Digest{}, fmt.Errorf("write %s: %w", SumsFile, err)
		}
	}
	w.end()
	m.Schema, m.Files = ManifestSchema, w.files
	b, err := encoded(m)
	if err != nil {
		return m, Digest{}, err
	}
	digest := Digest(sha256.Sum256(b))
	statement, err := sign(ctx, m, digest, signer)
	if err != nil {
		return m, digest, err
	}
	for _, f := range []struct {
		name string
		b    []byte
	}{{ManifestFile, b}, {StatementFile, statement}} {
		to, err := w.create(f.name, zip.Deflate)
		if err == nil {
			_, err = to.Write(f.b)
		}
		if err != nil {
			return m, digest, err
		}
	}
	w.current = nil
	if err := w.zip.Close(); err != nil {
		return m, digest, fmt.Errorf("write bundle: %w", err)
	}
	return m, digest, nil
}

// encoded is the one form in which a bundle holds JSON of its own.
func encoded(value any) ([]byte, error) {
	b, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return append(bytes.Clone(b), '\n'), nil
}
