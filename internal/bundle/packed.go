package bundle

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// PackedLine is a line of a file of packed documents: the digest in the log, the
// document for people, and the base64 of the bytes that have the digest, which are
// the document or the document in gzip. Those come last: a reader with simple tools
// finds them by that.
func PackedLine(packed, document []byte) ([]byte, error) {
	var b bytes.Buffer
	digest := Digest(sha256.Sum256(packed))
	b.WriteString(`{"sha256":"` + digest.String() + `","json":`)
	if err := json.Compact(&b, document); err != nil {
		return nil, fmt.Errorf("document %s: %w", digest, err)
	}
	b.WriteString(`,"packed":"` + base64.StdEncoding.EncodeToString(packed) + "\"}\n")
	return b.Bytes(), nil
}

// readPacked reads such a line without its end. What people read in it is what was
// packed, or it is an error.
func readPacked(line []byte) (packed, document []byte, err error) {
	var row struct {
		SHA256 Digest          `json:"sha256"`
		JSON   json.RawMessage `json:"json"`
		Packed string          `json:"packed"`
	}
	if err := json.Unmarshal(line, &row); err != nil {
		return nil, nil, fmt.Errorf("it is no JSON: %w", err)
	}
	if packed, err = base64.StdEncoding.DecodeString(row.Packed); err != nil {
		return nil, nil, errors.New("what is packed is no base64")
	}
	if document, err = unpacked(packed); err != nil {
		return nil, nil, err
	}
	again, err := PackedLine(packed, document)
	if err != nil {
		return nil, nil, err
	}
	if !bytes.Equal(bytes.TrimSuffix(again, []byte("\n")), line) {
		return nil, nil, errors.New("what people read in it is not what is packed, or it is not in the form in which it is written")
	}
	return packed, document, nil
}

func unpacked(b []byte) ([]byte, error) {
	if len(b) < 2 || b[0] != 0x1f || b[1] != 0x8b {
		return b, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	out, err := io.ReadAll(io.LimitReader(r, bodyLineLongest+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("unpack: %w", err)
	case len(out) > bodyLineLongest:
		return nil, fmt.Errorf("it unpacks to more than %d bytes", bodyLineLongest)
	}
	return out, nil
}
