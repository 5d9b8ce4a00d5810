// Package matrix reads what companies keep in sheets: their controls, and the
// findings of earlier audits. It takes the columns by their headings, says which it
// took for what, and refuses what it cannot read, all of it at once. It knows neither
// the store nor what becomes of the rows.
package matrix

import (
	"errors"
	"fmt"
	"strings"
)

// Problem is what is wrong with a cell, a row or the whole file.
type Problem struct {
	File     string `json:"file"`
	Row      int    `json:"row,omitempty"`    // as a spreadsheet counts them; 0: of the file
	Column   string `json:"column,omitempty"` // its heading; empty: of the row
	Expected string `json:"expected"`         // what it is, and what was expected
}

func (p Problem) Error() string {
	place := p.File
	if p.Row > 0 {
		place += fmt.Sprintf(", row %d", p.Row)
	}
	if p.Column != "" {
		place += fmt.Sprintf(", column %q", p.Column)
	}
	return place + ": " + p.Expected
}

// mostProblems bounds what is listed; the rest is counted.
const mostProblems = 100

// All puts problems into one error; nil: there is none.
func All(problems []Problem) error {
	if len(problems) == 0 {
		return nil
	}
	var errs []error
	for i, p := range problems {
		if i == mostProblems {
			errs = append(errs, fmt.Errorf("and %d more", len(problems)-i))
			break
		}
		errs = append(errs, p)
	}
	what := "1 thing is wrong"
	if len(problems) > 1 {
		what = fmt.Sprintf("%d things are wrong", len(problems))
	}
	return errors.Join(append(errs, errors.New(what+", and nothing was imported"))...)
}

// oneLine puts what is in a cell on one line.
func oneLine(cell string) string { return strings.Join(strings.Fields(cell), " ") }
