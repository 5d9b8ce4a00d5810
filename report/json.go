package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/controlwatch/controlwatch/soc2"
)

// JSON writes an assessment as controlwatch.scan/v1, in an order that depends
// only on what it says, so that two scans can be compared line by line.
func JSON(w io.Writer, a soc2.Assessment) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(ScanOf(a)); err != nil {
		return fmt.Errorf("write %s: %w", SchemaV1, err)
	}
	return nil
}

// Read reads one scan back. A key it does not know, another schema, or anything
// after the scan is an error.
func Read(r io.Reader) (Scan, error) {
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	var s Scan
	if err := dec.Decode(&s); err != nil {
		return Scan{}, fmt.Errorf("read %s: %w", SchemaV1, err)
	}
	if s.Schema != SchemaV1 {
		return Scan{}, fmt.Errorf("read scan: its schema is %q; this version reads %q", s.Schema, SchemaV1)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Scan{}, fmt.Errorf("read %s: there is something after the scan", SchemaV1)
	}
	return s, nil
}
