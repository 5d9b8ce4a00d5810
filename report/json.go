package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/controlwatch/controlwatch/soc2"
)

// JSON writes an assessment as controlwatch.scan/v1, in an order that depends
// only on what it says, so that two scans can be compared line by line. Findings
// are written as they come: not all of them are ever in memory.
func JSON(w io.Writer, a soc2.Assessment) error {
	if err := writeScan(w, a); err != nil {
		return fmt.Errorf("write %s: %w", SchemaV1, err)
	}
	return nil
}

func writeScan(w io.Writer, a soc2.Assessment) error {
	rest, err := indented(scanWithoutFindings(a), "")
	if err != nil {
		return err
	}
	// Two blanks stand before keys of the scan itself only, and no text holds a new line.
	const empty = "\n  \"findings\": []"
	before, after, found := bytes.Cut(rest, []byte(empty))
	if !found {
		return errors.New("the scan has no list of findings")
	}
	buffered := bufio.NewWriterSize(w, 64<<10)
	buffered.Write(before)                     //nolint:errcheck // Flush says so
	buffered.WriteString(empty[:len(empty)-1]) //nolint:errcheck // Flush says so
	first := true
	err = inOrder(a, func(f soc2.Finding) ([]byte, error) { return indented(findingOf(f), "    ") }, func(b []byte) error {
		if !first {
			buffered.WriteByte(',') //nolint:errcheck // Flush says so
		}
		first = false
		buffered.WriteString("\n    ") //nolint:errcheck // Flush says so
		_, err := buffered.Write(b)
		return err
	})
	if err != nil {
		return err
	}
	if !first {
		buffered.WriteString("\n  ") //nolint:errcheck // Flush says so
	}
	buffered.WriteByte(']')  //nolint:errcheck // Flush says so
	buffered.Write(after)    //nolint:errcheck // Flush says so
	buffered.WriteByte('\n') //nolint:errcheck // Flush says so
	return buffered.Flush()
}

func indented(v any, prefix string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent(prefix, "  ")
	err := enc.Encode(v)
	return bytes.TrimRight(b.Bytes(), "\n"), err
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
