package export

import (
	"fmt"
	"io"

	"github.com/controlwatch/controlwatch/internal/spool"
	"github.com/controlwatch/controlwatch/report"
)

// table is a CSV file that waits until other files are written.
type table struct {
	rows spool.Spool
	err  error // of the first row that could not be kept
}

func (t *table) put(cells ...string) {
	if t.err == nil {
		_, t.err = t.rows.Write(report.CSVRow(cells...))
	}
}

func (t *table) close() {
	if err := t.rows.Close(); t.err == nil {
		t.err = err
	}
}

// table writes a table into the bundle.
func (x *exporter) table(name string, t *table) error {
	if t.err != nil {
		return t.err
	}
	to, err := x.out.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, t.rows.Section(0, t.rows.Size()))
	return err
}

// pile holds the rows of many files that come mixed, in one temporary file: a
// spool for each would hold megabytes of each in memory.
type pile struct{ rows spool.Spool }

// slip is where the rows of one file lie in the pile.
type slip struct {
	waiting []byte
	parts   [][2]int64 // from, size
}

const slipSize = 16 << 10

func (p *pile) put(s *slip, row []byte) error {
	s.waiting = append(s.waiting, row...)
	if len(s.waiting) < slipSize {
		return nil
	}
	return p.flush(s)
}

func (p *pile) flush(s *slip) error {
	if len(s.waiting) == 0 {
		return nil
	}
	s.parts = append(s.parts, [2]int64{p.rows.Size(), int64(len(s.waiting))})
	_, err := p.rows.Write(s.waiting)
	s.waiting = s.waiting[:0]
	return err
}

// copy writes the rows of one file, and gives back its memory.
func (p *pile) copy(to io.Writer, s *slip) error {
	if err := p.flush(s); err != nil {
		return err
	}
	for _, part := range s.parts {
		n, err := io.Copy(to, p.rows.Section(part[0], part[1]))
		if err != nil {
			return err
		}
		if n != part[1] {
			return fmt.Errorf("a temporary file was cut off: %d of %d bytes", n, part[1])
		}
	}
	s.waiting = nil
	return nil
}

func (p *pile) close() { p.rows.Close() } //nolint:errcheck // of a temporary file that has no name
