package report

import (
	"cmp"
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

// Explanation is why checks of one control say what they say.
type Explanation struct {
	Control    soc2.Control
	Criteria   map[string]string // titles by id
	Parameters map[string]any    // in force
	Peers      map[string][]string
	At         time.Time
	AsOf       bool // a moment was asked for
	Sample     bool
	Resources  int         // judged by the checks that were asked for
	Findings   []Explained // in full
	Listed     []soc2.Finding
	Outcomes   map[soc2.Outcome]int
}

// Explained is one finding with what stands behind it.
type Explained struct {
	soc2.Finding
	Fact   *evidence.Fact // nil: there is none
	Fields []ReadField    // what the condition reads; empty where there is no fact
	Others int            // fields of the fact it does not read
	Holes  []evidence.Hole
	Seen   time.Time // when a pull last confirmed the fact
	Feeds  []evidence.FeedState
}

// ReadField is a field of a fact, its value as JSON; null was not observed.
type ReadField struct {
	Name  string
	Value json.RawMessage
	Why   string // why it was not observed
}

// Explain writes an explanation for a person.
func Explain(w io.Writer, e Explanation, o Options) error {
	o.Width = max(o.Width, MinWidth)
	s := &summary{Options: o, sample: e.Sample}
	s.section(e.Control.ID)
	s.lines(2, "", e.Control.Title+" · "+e.Control.Severity().String())
	s.lines(2, "states   ", joined(e.Control.Statement))
	s.lines(2, "matters  ", joined(e.Control.Rationale))
	moment := minute(e.At)
	if e.AsOf {
		moment += ", as the store held it then"
	}
	s.lines(2, "judged   ", moment+", by the catalogue, parameters and decisions of now; nothing was looked at for this")
	s.lines(2, "says     ", fmt.Sprintf("%d fail, %d unobserved, %d pass, %d not applicable, over %s",
		e.Outcomes[soc2.Fail], e.Outcomes[soc2.Unobserved], e.Outcomes[soc2.Pass], e.Outcomes[soc2.NotApplicable], count(e.Resources, "resource", "resources")))
	s.section("Criteria")
	for _, m := range e.Control.Criteria {
		s.lines(2, fmt.Sprintf("%-6s ", m.ID), e.Criteria[m.ID]+" ("+string(m.Strength)+")", joined(m.Why), "Left to a person: "+joined(m.Residual))
	}
	for _, f := range e.Findings {
		s.explained(e, f)
	}
	if len(e.Listed) > 0 {
		s.listed(e)
	}
	if _, err := io.WriteString(w, s.String()); err != nil {
		return fmt.Errorf("write the explanation: %w", err)
	}
	return nil
}

func (s *summary) explained(e Explanation, f Explained) {
	s.section(f.Check)
	s.lines(2, "what       ", resourceLine(f.Finding))
	s.lines(2, "id         ", Safe(f.Resource.ID))
	s.lines(2, "outcome    ", s.paintOutcome(f.Outcome, f.Outcome.String()))
	if f.Reason != "" {
		s.lines(2, "because    ", prose(f.Reason)...)
	}
	if !f.LastChanged.IsZero() {
		s.lines(2, "since      ", minute(f.LastChanged)+", at the latest; judged since "+minute(f.FirstSeen))
	}
	s.condition(e, f)
	for i, field := range f.Fields {
		label := "           "
		if i == 0 {
			label = "read       "
		}
		value := escaped(field.Name) + ": " + shortened(currentValue(field.Value))
		if string(field.Value) == "null" {
			value = s.paint(colours{text.FgYellow}, escaped(field.Name)+": not seen") + orDash(field.Why)
		}
		s.lines(2, label, value)
	}
	if len(f.Fields) == 0 {
		s.lines(2, "read       ", cmp.Or(Current(f.Observed), "nothing: no fact stands behind this"))
	}
	if f.Others > 0 {
		s.lines(2, "           ", fmt.Sprintf("and %s it does not read", count(f.Others, "field", "fields")))
	}
	for _, h := range f.Holes {
		line := cmp.Or(h.Field, h.Type, "everything") + ": " + string(h.Reason)
		if h.Operation != "" {
			line += " by " + h.Operation
		}
		if h.Detail != "" {
			line += ": " + h.Detail
		}
		s.lines(2, "not seen   ", escaped(line), Remedy(h.Reason))
	}
	s.readBy(f)
	s.lines(2, "desired    ", orSay(prose(f.Desired), "not stated")...)
	if f.Outcome != soc2.Pass {
		s.lines(2, "fix        ", orSay(prose(f.Remediation), "not stated")...)
	}
	if f.Acceptance != nil {
		s.lines(2, "accepted   ", acceptedWords(*f.Acceptance)+". It still fails.")
	}
	if f.ExcludedBy != "" {
		s.lines(2, "excluded   ", "by decision "+Safe(f.ExcludedBy)+": it counts nowhere")
	}
	for i, peer := range e.Peers[f.Check] {
		label := "           "
		if i == 0 {
			label = "known as   "
		}
		s.lines(2, label, escaped(peer))
	}
}

func orDash(why string) string {
	if why == "" {
		return ""
	}
	return " (" + escaped(why) + ")"
}

// longestValue bounds one value, in characters.
const longestValue = 400

func shortened(s string) string {
	if runes := []rune(s); len(runes) > longestValue {
		return string(runes[:longestValue]) + "…"
	}
	return s
}

func (s *summary) condition(e Explanation, f Explained) {
	if a := e.Control.AttestationAsked; a != nil && f.Check == soc2.AttestationCheck {
		s.lines(2, "asks       ", joined(a.Question))
		s.lines(2, "valid for  ", a.Validity)
		return
	}
	for _, k := range e.Control.Checks {
		if k.ID != f.Check {
			continue
		}
		if k.When != "" {
			s.lines(2, "when       ", expressionLines(k.When)...)
		}
		s.lines(2, "passes if  ", expressionLines(k.Pass)...)
		for _, name := range slices.Sorted(maps.Keys(e.Parameters)) {
			if mentions(k.Pass+" "+k.When, name) {
				s.lines(2, "           ", fmt.Sprintf("where %s = %v", escaped(name), e.Parameters[name]))
			}
		}
	}
}

func (s *summary) readBy(f Explained) {
	for i, feed := range f.Feeds {
		label := "           "
		if i == 0 {
			label = "read by    "
		}
		line := escaped(feed.ID.Collector) + " over " + Safe(feed.ID.Scope.String())
		if feed.Last == nil {
			s.lines(2, label, line+": never pulled")
			continue
		}
		p := feed.Last
		complete := "complete"
		if !p.Complete() {
			complete = "not complete"
		}
		s.lines(2, label, fmt.Sprintf("%s, as %s, %s, %s", line, cmp.Or(p.Principal, "an unknown principal"), minute(p.StartedAt), complete))
		calls := ""
		for _, op := range slices.Sorted(maps.Keys(p.OperationCounts)) {
			if calls != "" {
				calls += ", "
			}
			calls += fmt.Sprintf("%s ×%d", escaped(op), p.OperationCounts[op])
		}
		if calls != "" {
			s.lines(2, "           ", "by "+calls)
		}
	}
	if !f.Seen.IsZero() {
		s.lines(2, "           ", "this resource was last confirmed "+minute(f.Seen))
	}
}

// mostListed bounds the findings that are listed without a resource being named.
const mostListed = 40

func (s *summary) listed(e Explanation) {
	s.section("What it says of each resource")
	shown := e.Listed[:min(len(e.Listed), mostListed)]
	for _, f := range shown {
		s.lines(2, s.paintOutcome(f.Outcome, fmt.Sprintf("%-11s", stateWord(f.Outcome))), escaped(f.Check)+": "+resourceLine(f))
		if f.Outcome == soc2.Unobserved && f.Reason != "" {
			s.lines(13, "", shortened(escaped(f.Reason)))
		}
	}
	if more := len(e.Listed) - len(shown); more > 0 {
		s.lines(2, "", fmt.Sprintf("and %d more, listed with scan --as-of now -o csv", more))
	}
	s.lines(2, "", "Name a resource to see what was read of it and why it says so.")
}

// mentions says whether an expression holds a name as a word.
func mentions(expression, name string) bool {
	return slices.Contains(wordsOf(expression), name)
}

func wordsOf(expression string) []string {
	var words []string
	word := ""
	for _, r := range expression + " " {
		if r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			word += string(r)
			continue
		}
		if word != "" {
			words = append(words, word)
		}
		word = ""
	}
	return words
}
