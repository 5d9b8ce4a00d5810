// Package canon writes flat JSON objects in the one form that RFC 8785 (JSON
// Canonicalization Scheme) gives them, so that their bytes can be hashed and made
// again by anybody.
package canon

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

// maxInteger is the largest integer that every reader of JSON keeps exactly
// (RFC 8785, section 3.2.2.3: numbers are IEEE 754 doubles).
const maxInteger = 1<<53 - 1

// Line appends an object and a newline. The keys must be ASCII; they are written
// in their order. A value is nil, a bool, a string, an int64, or bytes, which are
// written as hexadecimal text. Anything else is an error, as is text that is not
// UTF-8: replacing its bytes would let two texts have one form.
func Line(b []byte, fields map[string]any) ([]byte, error) {
	keys := make([]string, 0, len(fields))
	for key := range fields {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return Ordered(b, keys, func(i int) any { return fields[keys[i]] })
}

// Ordered is Line for keys that are in their order already.
func Ordered(b []byte, keys []string, value func(int) any) ([]byte, error) {
	b = append(b, '{')
	for i, key := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(text(b, key), ':')
		var err error
		if b, err = appendValue(b, value(i)); err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
	}
	return append(b, '}', '\n'), nil
}

func appendValue(b []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case int64:
		if v > maxInteger || v < -maxInteger {
			return nil, fmt.Errorf("%d does not fit into a number of JSON", v)
		}
		return strconv.AppendInt(b, v, 10), nil
	case string:
		if !utf8.ValidString(v) {
			return nil, fmt.Errorf("%q is not UTF-8", v)
		}
		return text(b, v), nil
	case []byte:
		b = append(b, '"')
		b = hex.AppendEncode(b, v)
		return append(b, '"'), nil
	default:
		return nil, fmt.Errorf("a %T has no place in a line", value)
	}
}

// text writes a string by RFC 8785, section 3.2.2.2: only what must be escaped is.
func text(b []byte, s string) []byte {
	const digits = "0123456789abcdef"
	b = append(b, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, `\b`...)
		case '\f':
			b = append(b, `\f`...)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			b = append(b, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	return append(append(b, s[from:]...), '"')
}
