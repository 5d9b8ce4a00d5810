package document

import (
	"math"
	"strings"

	"github.com/xuri/excelize/v2"
)

// How high rows are, in points. What opens a workbook does not measure rows anew
// in every program (LibreOffice does not): without a height, text that is broken into
// lines lies over the row below it.
const (
	lineHeight = 14.0
	mostHigh   = 409.0 // a row cannot be higher; the cell holds the rest

	charactersInOne = 1.12 // of prose, in a unit of width, which is a digit's
)

// high is a height that shows all lines of each cell, and not less than least; where
// one line is all, the program's own.
func high(widths []float64, cells []any, least float64) excelize.RowOpts {
	most := 1
	for i, c := range cells {
		if cell, ok := c.(excelize.Cell); ok {
			if text, ok := cell.Value.(string); ok {
				most = max(most, linesIn(text, widths[i]))
			}
		}
	}
	if most > 1 {
		least = max(least, min(float64(most)*lineHeight+2, mostHigh))
	}
	return excelize.RowOpts{Height: least}
}

// linesIn is about how many lines a text takes in a column so many characters wide.
func linesIn(text string, width float64) int {
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		long := 0.0
		for _, r := range line {
			if r > 0x2e80 {
				long++ // as wide as two
			}
			long++
		}
		n += max(int(math.Ceil(long/(charactersInOne*width))), 1)
	}
	return n
}
