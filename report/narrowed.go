package report

import (
	"github.com/controlwatch/controlwatch/soc2"
)

// narrowed says before anything else what is left out, and what moment is shown.
func (s *summary) narrowed(a soc2.Assessment) {
	if n := a.Narrowed; n != nil {
		s.lines(2, s.paint(outcomeColours(soc2.Unobserved), "narrowed  "),
			escaped(n.String())+". States of criteria, below, are those of everything.")
	}
	if a.AsOf {
		s.lines(2, s.paint(outcomeColours(soc2.Unobserved), "as of     "),
			minute(a.At)+", by the clock of the machine that looked: what the store held then, judged with the catalogue, parameters and configured decisions of now, and the recorded decisions of then. Nothing was looked at, and nothing kept.")
	}
}
