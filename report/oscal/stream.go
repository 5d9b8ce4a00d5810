package oscal

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
)

// member is one of an object, in the order they are written. Its value is members, a
// list, or anything that JSON knows.
type member struct {
	name  string
	value any
}

type members []member

// list gives its items one after the other, so that a long one is never held. An
// empty one is left out: OSCAL has none.
type list func(item func(any) error) error

// one is a list of one item.
func one(v any) list { return func(item func(any) error) error { return item(v) } }

// writeStream writes a document whose UUID is made of all of the rest: it is made
// twice, once to be hashed.
func writeStream(w io.Writer, document func(id string) members) error {
	sum := sha256.New()
	if err := (&stream{bufio.NewWriter(sum)}).all(document("")); err != nil {
		return err
	}
	return (&stream{bufio.NewWriterSize(w, 64<<10)}).all(document(documentID(sum)))
}

func documentID(sum hash.Hash) string { return ID("document", hex.EncodeToString(sum.Sum(nil))) }

type stream struct{ w *bufio.Writer }

func (s *stream) all(m members) error {
	if err := s.value(m); err != nil {
		return err
	}
	s.w.WriteByte('\n') //nolint:errcheck // a bufio.Writer keeps its first error for Flush
	return s.w.Flush()
}

func (s *stream) value(v any) error {
	m, nested := v.(members)
	if !nested {
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		_, err = s.w.Write(b)
		return err
	}
	s.w.WriteByte('{') //nolint:errcheck // as above
	first := true
	for _, each := range m {
		before := func() error {
			sep := ",\n"
			if first {
				sep = "\n"
			}
			first = false
			name, err := json.Marshal(each.name)
			if err != nil {
				return err
			}
			_, err = s.w.WriteString(sep + string(name) + ": ")
			return err
		}
		if items, ok := each.value.(list); ok {
			if err := s.items(items, before); err != nil {
				return err
			}
			continue
		}
		if err := before(); err != nil {
			return err
		}
		if err := s.value(each.value); err != nil {
			return err
		}
	}
	_, err := s.w.WriteString("\n}")
	return err
}

// items writes a list with its name, if there is anything in it.
func (s *stream) items(items list, name func() error) error {
	n := 0
	err := items(func(v any) error {
		if n++; n == 1 {
			if err := name(); err != nil {
				return err
			}
			s.w.WriteString("[\n") //nolint:errcheck // as above
		} else {
			s.w.WriteString(",\n") //nolint:errcheck // as above
		}
		return s.value(v)
	})
	if err != nil || n == 0 {
		return err
	}
	_, err = s.w.WriteString("\n]")
	return err
}
