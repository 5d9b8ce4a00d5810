package report

import (
	"fmt"
	"io"
	"strings"
)

// Lines writes plain lines, folded to the width of the terminal; what a line
// begins with in spaces is how far all of it is moved in.
func Lines(w io.Writer, lines []string, o Options) error {
	o.Width = max(o.Width, MinWidth)
	s := &summary{Options: o}
	for _, line := range lines {
		words := strings.TrimLeft(line, " ")
		if words == "" {
			s.WriteByte('\n')
			continue
		}
		s.lines(len(line)-len(words), "", escaped(words))
	}
	if _, err := io.WriteString(w, s.String()); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}
