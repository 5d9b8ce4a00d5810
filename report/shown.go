package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// Shown is the evidence behind findings on one resource, as `evidence show` gives it.
type Shown struct {
	Schema   string         `json:"schema"` // "controlwatch.evidence/v1"
	At       time.Time      `json:"at"`
	Sample   bool           `json:"sample,omitempty"`
	Findings []ShownFinding `json:"findings"`
	// Fact is what was stored of the resource, with what was derived from other
	// facts; null: nothing was seen.
	Fact       json.RawMessage `json:"fact"`
	FactDigest string          `json:"fact_digest,omitempty"` // SHA-256 of the stored form
	Seen       time.Time       `json:"seen,omitzero"`         // when a pull last confirmed it
	Sources    []ShownSource   `json:"sources"`               // the feeds that read it, or should have
	Page       string          `json:"page,omitempty"`        // of the provider's console
	Command    string          `json:"command,omitempty"`     // with which anybody with the right sees the same
	NoPage     string          `json:"no_page,omitempty"`     // why there is neither
}

// ShownFinding is one finding in brief.
type ShownFinding struct {
	Control string       `json:"control"`
	Check   string       `json:"check"`
	Outcome soc2.Outcome `json:"outcome"`
	Type    string       `json:"type"`
	ID      string       `json:"id"`
	Name    string       `json:"name,omitempty"`
	Reason  string       `json:"reason,omitempty"`
}

// ShownSource is one feed with its last pull and the answers behind it.
type ShownSource struct {
	Source  string         `json:"source"`
	Pull    *evidence.Pull `json:"pull"` // null: never pulled
	Answers []ShownAnswer  `json:"answers"`
	// Others are answers of the same pull that do not speak of the resource.
	Others      int       `json:"others"`
	KeptWith    string    `json:"kept_with,omitempty"` // the pull with which the answers were kept
	KeptAt      time.Time `json:"kept_at,omitzero"`
	KeptWhy     string    `json:"kept_why,omitempty"`     // first, changed or interval
	ChangedWith string    `json:"changed_with,omitempty"` // the pull that last changed the fact
	Note        string    `json:"note,omitempty"`         // what to know of these answers
}

// ShownAnswer is a request and what was answered, redacted.
type ShownAnswer struct {
	Request evidence.AnswerRequest `json:"request"`
	Status  int                    `json:"status"`
	Answer  json.RawMessage        `json:"answer,omitempty"` // without its items
	Items   []json.RawMessage      `json:"items,omitempty"`  // those that speak of the resource; all, where none does
	Of      int                    `json:"of"`               // items there are
	Removed []string               `json:"removed,omitempty"`
	Why     string                 `json:"not_kept,omitempty"`
	Gone    []string               `json:"gone,omitempty"` // what of it was kept, and was pruned or erased since
	Digest  string                 `json:"digest,omitempty"`
	Size    int                    `json:"size,omitempty"`
}

// SchemaShown names the form of Shown.
const SchemaShown = "controlwatch.evidence/v1"

// EvidenceJSON writes evidence for programs.
func EvidenceJSON(w io.Writer, s Shown) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return fmt.Errorf("write the evidence: %w", err)
	}
	return nil
}

// Evidence writes it for a person.
func Evidence(w io.Writer, e Shown, o Options) error {
	o.Width = max(o.Width, MinWidth)
	s := &summary{Options: o, sample: e.Sample}
	for _, f := range e.Findings {
		s.section(f.Control + "/" + f.Check)
		s.lines(2, "what       ", Safe(f.Type)+" "+Safe(f.Name))
		s.lines(2, "id         ", Safe(f.ID))
		s.lines(2, "outcome    ", s.paintOutcome(f.Outcome, f.Outcome.String()))
		if f.Reason != "" {
			s.lines(2, "because    ", prose(f.Reason)...)
		}
	}
	s.section("See it yourself")
	switch {
	case e.NoPage != "":
		s.lines(2, "", escaped(e.NoPage))
	default:
		s.lines(2, "console    ", escaped(e.Page))
		for command := range strings.SplitSeq(e.Command, "; ") {
			s.lines(2, "command    ", escaped(command))
		}
	}
	s.section("Fact")
	if string(e.Fact) == "null" || len(e.Fact) == 0 {
		s.lines(2, "", "none: nothing was seen")
	} else {
		s.lines(2, "confirmed  ", minute(e.Seen))
		s.lines(2, "sha256     ", Safe(e.FactDigest)+" of its stored form")
		s.document(2, e.Fact)
	}
	for _, source := range e.Sources {
		if err := s.source(source); err != nil {
			return err
		}
	}
	if _, err := io.WriteString(w, s.String()); err != nil {
		return fmt.Errorf("write the evidence: %w", err)
	}
	return nil
}

func (s *summary) source(source ShownSource) error {
	s.section("Pull of " + Safe(source.Source))
	if source.Pull == nil {
		s.lines(2, "", "never pulled")
		return nil
	}
	record, err := json.Marshal(source.Pull)
	if err != nil {
		return fmt.Errorf("write a pull: %w", err)
	}
	s.document(2, record)
	s.section("Answers to " + Safe(source.Pull.Collector) + ", redacted")
	if source.KeptWith != "" {
		s.lines(2, "kept with  ", fmt.Sprintf("%s of %s (%s)", source.KeptWith, minute(source.KeptAt), source.KeptWhy))
	}
	if source.Note != "" {
		s.lines(2, "note       ", prose(source.Note)...)
	}
	for _, a := range source.Answers {
		s.answer(a)
	}
	if source.Others > 0 {
		s.lines(2, "", fmt.Sprintf("%s of the same pull do not name the resource: --all shows them", count(source.Others, "answer", "answers")))
	}
	return nil
}

func (s *summary) answer(a ShownAnswer) {
	if a.Request.Operation == "" {
		s.section("An answer that is not kept any more")
		s.gone(a)
		return
	}
	s.section(a.Request.Operation)
	asked := a.Request.Method + " https://" + a.Request.Host + a.Request.Path
	s.lines(2, "asked      ", escaped(asked))
	names := make([]string, 0, len(a.Request.Query))
	for k := range a.Request.Query {
		names = append(names, k)
	}
	slices.Sort(names)
	for _, k := range names {
		s.lines(2, "           ", escaped(k+"="+a.Request.Query[k]))
	}
	if len(a.Request.Body) > 0 {
		s.document(4, a.Request.Body)
	}
	if a.Request.Page > 0 {
		s.lines(2, "page       ", fmt.Sprint(a.Request.Page))
	}
	if a.Status == 0 && len(a.Answer) == 0 && len(a.Gone) > 0 {
		s.gone(a)
		return
	}
	s.lines(2, "status     ", fmt.Sprint(a.Status))
	s.gone(a)
	if a.Why != "" {
		s.lines(2, "not kept   ", a.Why, fmt.Sprintf("%d bytes, sha256 %s", a.Size, a.Digest))
		return
	}
	for i, path := range a.Removed {
		label := "           "
		if i == 0 {
			label = "removed    "
		}
		s.lines(2, label, escaped(path))
	}
	s.document(2, a.Answer)
	if a.Of > 0 {
		s.lines(2, "items      ", fmt.Sprintf("%d of %d shown", len(a.Items), a.Of))
	}
	for _, item := range a.Items {
		s.document(4, item)
	}
}

func (s *summary) gone(a ShownAnswer) {
	for _, gone := range a.Gone {
		s.lines(2, "gone       ", prose(gone)...)
	}
}

// document writes JSON, indented, line by line: what a provider sent may hold
// what a terminal would obey.
func (s *summary) document(indent int, b json.RawMessage) {
	tree, err := evidence.Tree(b)
	if err != nil {
		s.lines(indent, "", "cannot be shown: it is not JSON")
		return
	}
	out, err := json.MarshalIndent(tree, "", "  ")
	if err != nil {
		s.lines(indent, "", "cannot be shown: it is not JSON")
		return
	}
	for line := range strings.SplitSeq(string(out), "\n") {
		s.WriteString(strings.Repeat(" ", indent) + escaped(line) + "\n")
	}
}
