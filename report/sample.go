package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// SampleSchemaV1 is the schema of a sample in JSON.
const SampleSchemaV1 = "controlwatch.sample/v1"

// Sample is a recorded sample with its evidence.
type Sample struct {
	ID      string         `json:"id"` // of the record
	Title   string         `json:"title"`
	DrawnAt time.Time      `json:"drawn_at"`
	DrawnBy evidence.Actor `json:"drawn_by"`
	soc2.Sample
	Evidence   []SampleEvidence  `json:"evidence"` // in the order of the items
	Deviations []SampleDeviation `json:"deviations"`
}

// SampleEvidence is what shows an item.
type SampleEvidence struct {
	Key  string          `json:"key"`
	Fact json.RawMessage `json:"fact"` // as it is stored, but for the white space: without any, its SHA-256 is the item's fact
	Pull *evidence.Pull  `json:"pull"` // that brought it
	// JudgedAt is when an assessment last changed the findings; nil: nothing was judged by then.
	JudgedAt *time.Time      `json:"judged_at"`
	Findings []SampleFinding `json:"findings"`
	NotRead  []string        `json:"not_read,omitempty"` // evidence that the store does not give any more, and why
}

// SampleFinding is how an item was judged at the time.
type SampleFinding struct {
	Control string    `json:"control"`
	Check   string    `json:"check"`
	Outcome string    `json:"outcome"`
	Since   time.Time `json:"since"`
}

// SampleDeviation is a recorded deviation.
type SampleDeviation struct {
	ID string         `json:"id"`
	At time.Time      `json:"at"`
	By evidence.Actor `json:"by"`
	soc2.SampleDeviation
}

// sampleReport is controlwatch.sample/v1.
type sampleReport struct {
	Schema string `json:"schema"`
	Sample
}

// SampleJSON writes a sample with its evidence.
func SampleJSON(w io.Writer, s Sample) error {
	return writeJSON(w, sampleReport{SampleSchemaV1, s})
}

// WriteSample writes a sample for people: first what it may not be taken for.
func WriteSample(w io.Writer, in Sample, o Options) error {
	o.Width = max(o.Width, MinWidth)
	s := &summary{Options: o, sample: in.SampleData}
	s.section(fmt.Sprintf("Sample %s of %s · %s · %s", in.ID, Safe(in.Population), periodOf(in.From, in.To), escaped(in.Title)))
	for _, d := range sampleDoubts(in) {
		s.lines(0, s.paint(colours{text.FgYellow}, "! "), d)
	}
	if in.Narrowed != "" {
		s.lines(0, "", "Only "+escaped(in.Narrowed)+"; everything else was left out.")
	}
	s.lines(0, "", fmt.Sprintf("%s of a population of %d (%d of them not certain), digest sha256:%s", count(len(in.Items), "item", "items"), in.Count, in.Uncertain, in.Digest))
	s.lines(0, "", howDrawn(in))
	s.lines(0, "", "Recorded on "+minute(in.DrawnAt)+" by "+escaped(in.DrawnBy.String())+".")
	for i, item := range in.Items {
		s.sampleItem(item, in.Evidence[i])
		for _, d := range in.Deviations {
			if d.Item == item.Key {
				s.deviation(d)
			}
		}
	}
	if _, err := io.WriteString(w, s.String()); err != nil {
		return fmt.Errorf("write the sample: %w", err)
	}
	return nil
}

// mostSampleHoles bounds how many holes stand before the items, so that these are seen.
const mostSampleHoles = 10

func sampleDoubts(in Sample) []string {
	var out []string
	switch n := len(in.Holes); {
	case n > 0:
		out = append(out, "The population has "+count(n, "hole", "holes")+" in the period: what was there only then could not be drawn.")
		told := in.Holes[:min(n, mostSampleHoles)]
		for _, h := range told {
			out = append(out, escaped(h))
		}
		if more := n - len(told); more > 0 {
			out = append(out, "and "+count(more, "hole", "holes")+" more: -o json has all of them")
		}
	case !in.Complete:
		out = append(out, "NOT SEEN: no source lists such facts here; the population is not complete.")
	}
	for _, m := range in.Missing {
		out = append(out, "NOT IN THE POPULATION: "+Safe(m)+". The population is not complete, or it has another name there.")
	}
	if in.Running {
		out = append(out, "The period had not ended when the sample was drawn.")
	}
	if in.Unconfirmed > 0 {
		out = append(out, "NOT CONFIRMED: "+count(in.Unconfirmed, "export", "exports")+" of the population had no second person's word.")
	}
	if in.ReconciledWith == "" {
		out = append(out, "The population is not independently reconciled.")
	}
	if len(in.Earlier) > 0 {
		out = append(out, fmt.Sprintf("It is not the first: of this population, and a period that overlaps, %s drawn before: %v.", count(len(in.Earlier), "sample was", "samples were"), in.Earlier))
	}
	return out
}

func howDrawn(in Sample) string {
	if in.Algorithm == "" {
		return "The items were given as a list; nothing was drawn."
	}
	size := count(in.Size, "item", "items")
	if in.Frequency != "" {
		size += " (the company's setting for " + escaped(in.Frequency) + ")"
	}
	of := "of the whole"
	if in.By != "" {
		of = "of each " + in.By
	}
	return "Drawn with the seed " + fmt.Sprintf("%q", in.Seed) + ", " + size + " " + of + ": " + in.Algorithm + " (docs/sampling.md)."
}

func (s *summary) sampleItem(item soc2.SampleItem, e SampleEvidence) {
	s.WriteByte('\n')
	s.lines(0, s.paint(colours{text.Bold}, item.PlaceName()+" "), Safe(item.Resource.Label())+" · "+Safe(item.Resource.Type)+" · "+Safe(item.Resource.Provider+"/"+item.Resource.Account))
	s.lines(4, "key ", escaped(item.Key))
	for _, words := range itemTimes(item.At, item.Began, item.Ended) {
		s.lines(4, "", words)
	}
	if !item.Certain {
		s.lines(4, s.paint(colours{text.FgYellow}, "NOT CERTAIN "), item.Why)
	}
	for _, why := range e.NotRead {
		s.lines(4, s.paint(colours{text.FgYellow}, "EVIDENCE NOT READ "), escaped(why))
	}
	s.lines(4, "fact ", "sha256:"+item.Fact)
	s.lines(4, "     ", prettyFact(e.Fact)...)
	if e.Pull != nil {
		who := e.Pull.Principal
		if who == "" {
			who = "nobody named"
		}
		s.lines(4, "pull ", fmt.Sprintf("%s by %s %s, as %s, %s to %s", e.Pull.ID, e.Pull.Collector, e.Pull.CollectorVersion, escaped(who), minute(e.Pull.StartedAt), minute(e.Pull.FinishedAt)))
	}
	if e.JudgedAt == nil {
		s.lines(4, "", "No finding: nothing had been judged of it by "+minute(item.FindingsAt)+".")
		return
	}
	s.lines(4, "", "Findings as of "+minute(item.FindingsAt)+":")
	for _, f := range e.Findings {
		s.lines(6, "", f.Outcome+"  "+f.Control+"/"+f.Check+", since "+minute(f.Since))
	}
}

// prettyFact is the body of a fact, a field a line.
func prettyFact(raw json.RawMessage) []string {
	var fact struct {
		Body  map[string]json.RawMessage `json:"body"`
		Holes []evidence.Hole            `json:"holes"`
	}
	if len(raw) == 0 || json.Unmarshal(raw, &fact) != nil {
		return nil
	}
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(fact.Body)) {
		var compact bytes.Buffer
		if err := json.Compact(&compact, fact.Body[name]); err != nil {
			continue
		}
		lines = append(lines, escaped(name+": "+compact.String()))
	}
	for _, h := range fact.Holes {
		lines = append(lines, escaped("NOT SEEN "+h.Field+": "+string(h.Reason)+" "+h.Detail))
	}
	return lines
}

func (s *summary) deviation(d SampleDeviation) {
	s.lines(4, s.paint(colours{text.FgRed, text.Bold}, "DEVIATION "), d.ID+", recorded on "+minute(d.At)+" by "+escaped(d.By.String()))
	s.lines(6, "cause: ", escaped(d.Cause))
	s.lines(6, "extent: ", escaped(d.Extent))
	s.lines(6, "compensating control: ", escaped(d.CompensatingControl))
}
