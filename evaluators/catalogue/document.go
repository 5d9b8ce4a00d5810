package catalogue

import (
	"regexp"
	"strconv"

	"github.com/controlwatch/controlwatch/internal/strictyaml"
)

// document is one file of a catalogue.
type document struct{ strictyaml.Node }

func parse(name string, data []byte) (*document, error) {
	n, err := strictyaml.Parse(name, data)
	switch {
	case err != nil:
		return nil, err
	case n.Empty():
		return nil, n.Problem("is empty")
	}
	return &document{n}, nil
}

// wrong says that something is wrong with what a path leads to,
// "$.checks[0].pass". A path that leads nowhere means its nearest parent.
func (d *document) wrong(at, format string, args ...any) error {
	var path []any
	for _, step := range step.FindAllString(at, -1) {
		if i, err := strconv.Atoi(step); err == nil {
			path = append(path, i)
		} else {
			path = append(path, step)
		}
	}
	return d.At(path...).Problem(format, args...)
}

var step = regexp.MustCompile(`[^.\[\]$]+`)
