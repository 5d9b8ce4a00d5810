package soc2

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"time"
)

// CanonicalSchema is the first word of a population's canonical form.
const CanonicalSchema = "controlwatch.population/v1"

// WriteCanonical writes the form whose SHA-256 is the population's digest: a line
// that says what it is, and a line for each item in the order of their keys,
// fields parted by tabs, every line ended by a line feed. docs/sampling.md
// documents it, so that whoever has the list can redo the digest.
func (p Population) WriteCanonical(w io.Writer) error {
	var b strings.Builder
	line := func(fields ...string) {
		b.WriteString(strings.Join(fields, "\t"))
		b.WriteByte('\n')
	}
	narrowed := p.Narrowed
	if narrowed == "" {
		narrowed = "whole"
	}
	line(CanonicalSchema, p.Name, instant(p.From), instant(p.To), narrowed)
	for i := range p.Items {
		item := &p.Items[i]
		certain := "certain"
		if !item.Certain {
			certain = "possible"
		}
		line(item.Key, instantOf(item.CountedAt), instantOf(item.At), item.Began.String(), item.Ended.String(), certain, item.Fact)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (p Population) digest() string {
	h := sha256.New()
	_ = p.WriteCanonical(h) // a hash takes everything
	return hex.EncodeToString(h.Sum(nil))
}

// String is AFTER/BY, as ISO 8601 writes an interval; "../BY" where nothing was
// looked at before, and "-" where it was not in the period.
func (b *Bounds) String() string {
	switch {
	case b == nil:
		return "-"
	case b.After == nil:
		return "../" + instant(b.By)
	}
	return instant(*b.After) + "/" + instant(b.By)
}

func instantOf(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return instant(*t)
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
