package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

// mostTold is how many bad rows are told in full; the rest is counted.
const mostTold = 5

// collect keeps every row that can be read. Anything that casts doubt on the
// set being whole (a bad row, another count than the system's, old rows) is a
// hole in its population, with what to mend.
func (s *source) collect(ctx context.Context, rec *evidence.Recorder, of set) error {
	transport.MeterFrom(ctx).Count(operation)
	for _, p := range []string{
		"system=" + of.System, "query=" + of.Query, "preparer=" + of.Preparer,
		"extracted_at=" + of.ExtractedAt.UTC().Format(time.RFC3339), "data=" + of.Data,
	} {
		rec.Parameter(operation + " " + p)
	}
	rec.Total(*of.Rows)
	in, err := s.open(of)
	if err != nil {
		return unseen(fmt.Errorf("%s: %w", of.Data, cause(err)))
	}
	defer in.Close() //nolint:errcheck // read only
	b := &batch{set: of, organisation: s.organisation, rec: rec, lines: map[string]int{}}
	err = of.read(in, func(r row) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return b.add(r)
	})
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return unseen(fmt.Errorf("%s: %w", of.Data, err))
	}
	rec.Page()
	b.judge(s.clock())
	return nil
}

func (s *source) open(of set) (io.ReadCloser, error) {
	if of.Data == standardInput {
		b, err := s.input()
		return io.NopCloser(bytes.NewReader(b)), err
	}
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return nil, err
	}
	defer root.Close() //nolint:errcheck // the file stays open
	info, err := root.Stat(of.Data)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for a writer
		return nil, errors.New("is not a regular file")
	}
	return root.Open(of.Data)
}

// batch is the rows of one set on their way into the evidence.
type batch struct {
	set          set
	organisation string
	rec          *evidence.Recorder
	lines        map[string]int // by id
	read         int
	bad          []string
	wrong        int
}

func (b *batch) add(r row) error {
	b.read++
	if why := b.wrongWith(r); why != "" {
		b.refuse(r, why)
		return nil
	}
	b.lines[r.id] = r.line
	population := b.set.population()
	return b.rec.Add(evidence.Fact{Body: r.body, Resource: evidence.Resource{
		Provider: providerName, Account: b.organisation, Kind: population.Kind, Type: population.Type,
		ID: b.set.System + "/" + r.id, Name: r.name,
	}})
}

// wrongWith says why a row cannot be used; empty: it can.
func (b *batch) wrongWith(r row) string {
	switch first, twice := b.lines[r.id]; {
	case r.err != nil:
		return r.err.Error()
	case r.id == "":
		return "has no id"
	case twice:
		return fmt.Sprintf("has the id %q of row %d", r.id, first)
	}
	return ""
}

func (b *batch) refuse(r row, why string) {
	b.wrong++
	if len(b.bad) < mostTold {
		b.bad = append(b.bad, fmt.Sprintf("%s:%d: %s", b.set.Data, r.line, why))
	}
}

// judge says what casts doubt on the set as a whole.
func (b *batch) judge(now time.Time) {
	miss := func(reason evidence.Reason, hint, format string, args ...any) {
		b.rec.Miss(b.set.population().Type, &evidence.Unseen{Reason: reason, Operation: operation, Hint: hint, Err: fmt.Errorf(format, args...)})
	}
	for _, bad := range b.bad {
		miss(evidence.ProviderError, "mend the row, or export the set again", "%s", bad)
	}
	if more := b.wrong - len(b.bad); more > 0 {
		miss(evidence.ProviderError, "mend the rows, or export the set again", "%s: %d more rows cannot be used", b.set.Data, more)
	}
	if b.read != *b.set.Rows {
		miss(evidence.Truncated, "export the set whole, or correct rows in "+b.set.file, "%s: %d rows, and %s said there are %d", b.set.Data, b.read, b.set.System, *b.set.Rows)
	}
	switch age := now.Sub(b.set.ExtractedAt); {
	case age > b.set.validity:
		miss(evidence.Stale, "export the set again", "%s: taken out of %s on %s, and counts for %s", b.set.Data, b.set.System, b.set.ExtractedAt.UTC().Format(time.DateOnly), b.set.validity)
	case age < -24*time.Hour:
		miss(evidence.ProviderError, "correct extracted_at in "+b.set.file, "%s: taken out in the future", b.set.Data)
	}
}

func unseen(err error) error {
	u := &evidence.Unseen{Reason: evidence.ProviderError, Operation: operation, Err: err}
	if errors.Is(err, fs.ErrPermission) {
		u.Reason, u.Hint = evidence.Denied, "let the user controlwatch runs as read the folder and all files in it"
	}
	return u
}
