package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/controlwatch/controlwatch/soc2"
)

// MinWidth is the narrowest terminal the summary is laid out for.
const MinWidth = 80

// Options shapes the summary.
type Options struct {
	Width    int  // columns; less than MinWidth counts as MinWidth
	Colour   bool // ANSI colour; words say the same without it
	Findings int  // failing findings to show in full; 0: 10
	Unseen   int  // lines to show for each reason something was not seen; 0: 6
}

// Table writes the gap summary a person reads first: as whom we looked and
// when, each control, the worst gaps with how to close them, what was not seen,
// and the criteria.
func Table(w io.Writer, a soc2.Assessment, o Options) error {
	o.Width = max(o.Width, MinWidth)
	if o.Findings <= 0 {
		o.Findings = 10
	}
	if o.Unseen <= 0 {
		o.Unseen = 6
	}
	s := &summary{Options: o, sample: a.SampleData}
	s.header(a)
	s.controls(a.Controls)
	s.gaps(a)
	s.unseen(a.Holes, len(a.Feeds))
	s.criteria(a.Criteria)
	if _, err := io.WriteString(w, s.String()); err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	return nil
}

// summary is the text so far.
type summary struct {
	strings.Builder
	Options
	sample bool
}

// section starts a part. Its heading says so when the evidence is made up, so
// that no part can be shown without the label.
func (s *summary) section(title string) {
	if s.Len() > 0 {
		s.WriteByte('\n')
	}
	line := s.paint(colours{text.Bold}, title)
	if s.sample {
		line += s.paint(colours{text.FgMagenta, text.Bold}, sampleLabel)
	}
	s.WriteString(line + "\n")
}

const sampleLabel = " · SAMPLE DATA"

// lines writes text wrapped, under a hanging label.
func (s *summary) lines(indent int, label string, paragraphs ...string) {
	pad := strings.Repeat(" ", indent)
	hang := strings.Repeat(" ", text.StringWidthWithoutEscSequences(label))
	for _, p := range paragraphs {
		for _, line := range wrap(p, s.Width-indent-len(hang)) {
			s.WriteString(strings.TrimRight(pad+label+line, " ") + "\n")
			label = hang
		}
	}
}

// colours are a terminal's, put together.
type colours = text.Colors

func (s *summary) paint(c colours, words string) string {
	if !s.Colour || words == "" {
		return words
	}
	return c.EscapeSeq() + words + text.EscapeReset
}

func (s *summary) paintOutcome(o soc2.Outcome, words string) string {
	return s.paint(outcomeColours(o), words)
}

func outcomeColours(o soc2.Outcome) colours {
	switch o {
	case soc2.Fail:
		return colours{text.FgRed, text.Bold}
	case soc2.Unobserved:
		return colours{text.FgYellow}
	case soc2.Pass:
		return colours{text.FgGreen}
	case soc2.NotApplicable:
	}
	return colours{text.Faint}
}

func minute(t time.Time) string {
	if t.IsZero() {
		return "an unknown time"
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
