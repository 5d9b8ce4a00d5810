package document

// Tone is how something is to be taken. It decides shape and colour; the word
// beside it is the document's own. The zero value says nothing, and never that
// anything is well.
type Tone int

// The tones.
const (
	Plain    Tone = iota
	Bad           // a gap, a failure
	Unseen        // not observed, incomplete, unknown
	Good          // evidence shows it
	None          // not applicable, out of scope
	Critical      // the four severities
	High
	Medium
	Low
	Info   // worth knowing
	Sample // made-up data
)

// tones are their names in style sheets.
var tones = []string{"plain", "bad", "unseen", "good", "none", "critical", "high", "medium", "low", "info", "sample"}

func (t Tone) String() string {
	if t < 0 || int(t) >= len(tones) {
		return tones[Unseen] // what is not known is not seen
	}
	return tones[t]
}

// mark is the shape of a tone in text.
func (t Tone) mark() string {
	switch t {
	case Bad:
		return "✕ "
	case Unseen:
		return "◐ "
	case Good:
		return "✓ "
	case None:
		return "– "
	case Critical:
		return "▲▲ "
	case High:
		return "▲ "
	case Medium:
		return "◆ "
	case Low:
		return "▽ "
	case Plain, Info, Sample:
	}
	return ""
}
