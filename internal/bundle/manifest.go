package bundle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Manifest says what a bundle is, every file of it, and what it does not hold.
type Manifest struct {
	Schema     string    `json:"schema"`
	Origin     string    `json:"origin"`        // of the log
	Created    time.Time `json:"created"`       // by the clock of the machine that wrote it
	Version    string    `json:"version"`       // of the program that wrote it
	By         string    `json:"by,omitempty"`  // who asked for it; nobody has verified who that is
	For        string    `json:"for,omitempty"` // whom it is for
	From       time.Time `json:"from"`          // the window
	To         time.Time `json:"to"`            // its end, included
	Criteria   []string  `json:"criteria"`      // what it is limited to; empty: all
	Commits    Range     `json:"commits"`       // of the window, every one of them
	Leaves     Range     `json:"leaves"`        // of those commits, every one of them
	Size       int64     `json:"tree_size"`     // leaves under the checkpoint that the proofs lead to
	Root       string    `json:"tree_root"`     // its root, base64
	SampleData bool      `json:"sample_data"`   // it is about the sample company
	Anchors    []string  `json:"anchors"`       // files with which others say that they know a checkpoint; empty: none
	Protection string    `json:"not_protected"` // against whom nothing in it protects, in words
	LeftOut    []LeftOut `json:"left_out"`      // what a reader could expect and does not find
	Files      []File    `json:"files"`         // in the order written
}

// Range is first to last, both included.
type Range struct {
	First int64 `json:"first"`
	Last  int64 `json:"last"`
}

// LeftOut is something that is not in the bundle, and why.
type LeftOut struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// File is one file of a bundle.
type File struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 Digest `json:"sha256"`
}

func readManifest(b []byte) (Manifest, error) {
	var m Manifest
	if err := strict(b, &m); err != nil {
		return m, err
	}
	if m.Schema != ManifestSchema {
		return m, fmt.Errorf("its schema is %q, this program knows %s", m.Schema, ManifestSchema)
	}
	switch {
	case m.Commits.First < 1 || m.Commits.Last < m.Commits.First,
		m.Leaves.First < 0 || m.Leaves.Last < m.Leaves.First || m.Size <= m.Leaves.Last:
		return m, errors.New("its ranges of commits and leaves are none")
	case !m.To.After(m.From):
		return m, errors.New("its window ends before it begins")
	}
	return m, nil
}

// strict reads one JSON value of known fields, each once at most: two readers that
// take another one of two would see another bundle.
func strict(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows its end")
	}
	again, err := json.MarshalIndent(into, "", "  ")
	if err != nil {
		return err
	}
	if !bytes.Equal(append(again, '\n'), b) {
		return errors.New("it is not in the form in which it is written: a field is there twice, or in another order")
	}
	return nil
}
