package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// Found is one result of a search in the catalogue.
type Found struct {
	Row, Title string // the row of the field's list; empty: a check or control itself
	Answer     string // "control / check"; empty: nothing answers it
	Belongs    string // the control it would belong to
	Also       []string
}

// FoundList writes what a search found, what is answered first.
func FoundList(w io.Writer, query string, found []Found, o Options) error {
	o.Width = max(o.Width, MinWidth)
	s := &summary{Options: o}
	for _, f := range found {
		switch {
		case f.Answer != "":
			s.lines(0, "", s.paint(colours{text.Bold}, f.Answer))
		default:
			s.lines(0, "", s.paint(colours{text.FgYellow}, "not tested by this version")+"; it would belong to "+f.Belongs)
		}
		if f.Row != "" {
			s.lines(2, "", f.Row+" · "+f.Title)
		}
		if len(f.Also) > 0 {
			s.lines(2, "known as ", strings.Join(f.Also, ", "))
		}
	}
	s.lines(0, "", fmt.Sprintf("%s for %s. `controlwatch controls show CONTROL` reads one whole.", count(len(found), "match", "matches"), Safe(query)))
	if _, err := io.WriteString(w, s.String()); err != nil {
		return fmt.Errorf("write what was found: %w", err)
	}
	return nil
}
