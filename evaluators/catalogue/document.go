package catalogue

import "github.com/controlwatch/controlwatch/evaluators/strictyaml"

type document struct{ *strictyaml.Document }

// Problem is one thing wrong in one file of a catalogue.
type Problem = strictyaml.Problem

func parse(name string, data []byte) (*document, error) {
	d, err := strictyaml.Parse(name, data)
	if err != nil {
		return nil, err
	}
	return &document{d}, nil
}

func (d *document) decode(into any) error { return d.Decode(into) }
