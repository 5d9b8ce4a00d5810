package document

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Options shape what a format can be asked for.
type Options struct {
	Width  int    // columns of the terminal
	Colour bool   // ANSI colour; shapes and words say the same without it
	Table  string // the one table of CSV; empty: the main one
	Font   []byte // of PDF: a TrueType font for letters that those of the program lack; empty: none
}

// Format is a way to write a document.
type Format struct {
	Name   string // as it is asked for
	Binary bool   // nothing to print on a terminal
	write  func(io.Writer, Document, Options) error
}

// Formats lists them; the first is the default. A new one is a file with a function
// and a line here.
var Formats = []Format{
	{"table", false, terminal},
	{"html", false, html},
	{"pdf", true, pdf},
	{"xlsx", true, xlsx},
	{"csv", false, csv},
	{"md", false, markdown},
}

// FormatOf is the format of a name.
func FormatOf(name string) (Format, bool) {
	i := slices.IndexFunc(Formats, func(f Format) bool { return f.Name == name })
	if i < 0 {
		return Format{}, false
	}
	return Formats[i], true
}

// Write checks the document's form and writes it.
func (f Format) Write(w io.Writer, d Document, o Options) error {
	if err := d.Check(); err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(w, 64<<10)
	err := f.write(buffered, d, o)
	if err == nil {
		err = buffered.Flush()
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", strings.ToUpper(f.Name), err)
	}
	return nil
}
