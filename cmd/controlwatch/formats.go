package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// format is a way to render an assessment, named as its function in report.
type format struct {
	name  string
	write func(p *program, w io.Writer, a soc2.Assessment) error
}

// formats lists them; the first is the default. A new one is a file in report
// and an entry here.
var formats = []format{
	{"table", func(p *program, w io.Writer, a soc2.Assessment) error {
		return report.Table(w, a, report.Options{Width: p.width, Colour: p.width > 0 && w == p.stdout && p.env("NO_COLOR") == ""})
	}},
	{"csv", func(_ *program, w io.Writer, a soc2.Assessment) error { return report.CSV(w, a) }},
	{"json", func(_ *program, w io.Writer, a soc2.Assessment) error { return report.JSON(w, a) }},
	{"oscal", func(_ *program, w io.Writer, a soc2.Assessment) error { return writeAssessmentResults(w, a) }},
}

func formatNames() string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

func formatOf(name string) (format, error) {
	i := slices.IndexFunc(formats, func(f format) bool { return f.name == name })
	if i < 0 {
		return format{}, fmt.Errorf("--output: %q is not a format; expected %s", name, formatNames())
	}
	return formats[i], nil
}
