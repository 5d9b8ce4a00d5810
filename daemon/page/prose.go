package page

import (
	"encoding/json"
	"strings"

	"github.com/controlwatch/controlwatch/report"
)

// longestObserved bounds what a card says of a state, in characters; the control
// has it whole.
const longestObserved = 260

func brief(observed json.RawMessage) string {
	s := []rune(report.Current(observed))
	if len(s) <= longestObserved {
		return string(s)
	}
	return string(s[:longestObserved-1]) + "…"
}

// piece is a part of a text: a sentence, or what is to be typed.
type piece struct {
	Text string
	Code bool
}

// pieces takes a text apart at its backquotes. One that is never closed is a
// character like any other.
func pieces(s string) []piece {
	parts := strings.Split(report.Text(s), "`")
	if n := len(parts); n%2 == 0 {
		parts[n-2] += "`" + parts[n-1]
		parts = parts[:n-1]
	}
	var all []piece
	for i, p := range parts {
		if p != "" {
			all = append(all, piece{Text: p, Code: i%2 == 1})
		}
	}
	return all
}
