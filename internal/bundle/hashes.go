package bundle

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// HashLine is a line of a file of proofs: numbers, then hashes in base64, with one
// space between.
func HashLine(numbers []int64, hashes []tlog.Hash) string {
	var b strings.Builder
	for i, n := range numbers {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.FormatInt(n, 10))
	}
	for _, h := range hashes {
		b.WriteByte(' ')
		b.WriteString(base64.StdEncoding.EncodeToString(h[:]))
	}
	b.WriteByte('\n')
	return b.String()
}

// eachHashLine reads a file of proofs whose lines begin with some numbers.
func eachHashLine(r io.Reader, numbers int, use func(numbers []int64, hashes []tlog.Hash) error) error {
	const longest = 16 << 10 // no tree has as many levels as that takes
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 4096), longest)
	for n := 1; lines.Scan(); n++ {
		parts := strings.Split(lines.Text(), " ")
		if len(parts) < numbers {
			return fmt.Errorf("line %d: it has too few parts", n)
		}
		var ns []int64
		for _, text := range parts[:numbers] {
			value, err := strconv.ParseUint(text, 10, 62)
			if err != nil {
				return fmt.Errorf("line %d: %q is no number", n, text)
			}
			ns = append(ns, int64(value)) // of 62 bits
		}
		var hashes []tlog.Hash
		for _, text := range parts[numbers:] {
			raw, err := base64.StdEncoding.DecodeString(text)
			if err != nil || len(raw) != tlog.HashSize {
				return fmt.Errorf("line %d: %q is no hash", n, text)
			}
			hashes = append(hashes, tlog.Hash(raw))
		}
		if err := use(ns, hashes); err != nil {
			return err
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return errors.New("a line of it is too long")
	}
	return lines.Err()
}
