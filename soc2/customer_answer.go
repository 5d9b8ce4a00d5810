package soc2

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/controlwatch/controlwatch/evidence"
)

// CustomerQuestion is a question of customers' security questionnaires and what an
// answer would rest on (R22).
type CustomerQuestion struct {
	ID       string   `yaml:"id"`
	Topic    string   `yaml:"topic"`
	Question string   `yaml:"question"`
	Controls []string `yaml:"controls"`
	Yes      string   `yaml:"yes"`    // what may be said where all of them pass
	Person   string   `yaml:"person"` // what none of them shows
}

// AnswerState is what evidence has to say to a question. Only AnswerShown is a yes; the
// zero value is none.
type AnswerState string

// The states.
const (
	AnswerUnknown AnswerState = "not-determined"      // something was not seen, and nothing fails as far as was
	AnswerGaps    AnswerState = "gaps-seen"           // something fails
	AnswerShown   AnswerState = "shown"               // each control passes on all there is
	AnswerNothing AnswerState = "nothing-of-the-kind" // complete reads showed nothing the controls apply to
)

// AnswerStates lists them.
var AnswerStates = []AnswerState{AnswerGaps, AnswerUnknown, AnswerShown, AnswerNothing}

// CustomerAnswer is the draft of an answer. A person completes and sends it.
type CustomerAnswer struct {
	ID       string          `json:"id"`
	Topic    string          `json:"topic"`
	Question string          `json:"question"`
	State    AnswerState     `json:"state"`
	Draft    string          `json:"draft"`
	Controls []AnswerControl `json:"controls"`
	Narrowed []string        `json:"narrowed"`    // what was not looked at, or judged by another value than the catalogue's
	Residual string          `json:"residual"`    // for a person
	At       time.Time       `json:"evidence_at"` // when it was judged
}

// AnswerControl is a control that an answer rests on.
type AnswerControl struct {
	ID         string         `json:"id"`
	Title      string         `json:"title"`
	State      Outcome        `json:"state"`
	Judged     bool           `json:"judged"`
	Failing    int            `json:"failing"`
	Unobserved int            `json:"unobserved"`
	Passing    int            `json:"passing"`
	Accepted   int            `json:"accepted"`
	Excluded   int            `json:"excluded"`
	Things     map[string]int `json:"things"` // how many of each kind were looked at and judged either way
	Attested   string         `json:"attested,omitempty"`
}

// AnswerInputs is what answers are drafted from.
type AnswerInputs struct {
	Questions  []CustomerQuestion
	Catalogue  Catalogue
	Assessment *Assessment
	Standings  []AttestationStanding
	Zone       *time.Location
}

// CustomerAnswers drafts them. It reads every finding once.
func CustomerAnswers(in AnswerInputs) ([]CustomerAnswer, error) {
	if in.Zone == nil {
		in.Zone = time.UTC
	}
	m := &answerMaker{in: in, results: map[string]ControlResult{}, controls: map[string]Control{}, attested: map[string][]string{}}
	for _, c := range in.Catalogue.Controls {
		m.controls[c.ID] = c
	}
	for _, s := range in.Standings {
		if s.State.Counts() {
			m.attested[s.Control.ID] = append(m.attested[s.Control.ID], strings.TrimSpace(s.System+" "+s.Result)+" on "+s.Performed.In(in.Zone).Format(time.DateOnly)+" by "+s.By)
		}
	}
	if a := in.Assessment; a != nil {
		for _, r := range a.Controls {
			m.results[r.ID] = r
		}
		var err error
		if m.things, err = thingsOf(a); err != nil {
			return nil, err
		}
	}
	all := make([]CustomerAnswer, 0, len(in.Questions))
	for _, q := range in.Questions {
		all = append(all, m.answer(q))
	}
	return all, nil
}

type answerMaker struct {
	in       AnswerInputs
	results  map[string]ControlResult
	controls map[string]Control
	attested map[string][]string
	things   map[string]map[string]int
}

// thingsOf counts resources by control and kind, each once, whatever number of checks
// judged it.
func thingsOf(a *Assessment) (map[string]map[string]int, error) {
	counts := map[string]map[string]int{}
	if a.All == nil {
		return counts, nil // those that pass are not there to be counted
	}
	var of evidence.Key
	counted := map[string]bool{} // controls that the resource is counted for
	err := a.Every(func(f Finding) error {
		if f.OnScope() || f.ExcludedBy != "" || f.Outcome != Pass && f.Outcome != Fail {
			return nil
		}
		if key := f.Resource.Key(); key != of {
			of = key
			clear(counted)
		}
		if !counted[f.Control] {
			counted[f.Control] = true
			if counts[f.Control] == nil {
				counts[f.Control] = map[string]int{}
			}
			counts[f.Control][string(f.Resource.Kind)]++
		}
		return nil
	})
	return counts, err
}

func (m *answerMaker) answer(q CustomerQuestion) CustomerAnswer {
	a := CustomerAnswer{ID: q.ID, Topic: q.Topic, Question: q.Question, Controls: []AnswerControl{}, Narrowed: m.narrowed(q), Residual: q.Person}
	if m.in.Assessment != nil {
		a.At = m.in.Assessment.At
	}
	var gaps, blind, shown, nothing []string
	for _, id := range q.Controls {
		r, judged := m.results[id]
		c := AnswerControl{
			ID: id, Title: m.controls[id].Title, State: r.State, Judged: judged, Failing: r.Failing, Unobserved: r.Unobserved, Passing: r.Passing,
			Accepted: r.Accepted, Excluded: r.Excluded, Things: m.things[id], Attested: strings.Join(m.attested[id], "; "),
		}
		if c.Things == nil {
			c.Things = map[string]int{}
		}
		a.Controls = append(a.Controls, c)
		// A control is spoken of where anything fails before where anything was not seen.
		switch title := strings.TrimSuffix(c.Title, "."); {
		case r.State == Fail || r.Failing > 0:
			text := fmt.Sprintf("%s: %d of %d checks fail", title, r.Failing, r.Failing+r.Passing)
			if r.Unobserved > 0 {
				text += fmt.Sprintf(", %d could not be seen", r.Unobserved)
			}
			gaps = append(gaps, text)
		case !judged || title == "":
			blind = append(blind, id+": it was not judged")
		case r.State == Pass && r.Unobserved == 0 && r.Excluded == 0 && r.Passing > 0:
			shown = append(shown, fmt.Sprintf("%s: all %d checks pass%s", title, r.Passing, thingWords(c.Things)))
		case r.State == NotApplicable && r.Unobserved == 0 && r.Excluded == 0 && r.Passing == 0:
			nothing = append(nothing, title+": there is nothing it applies to")
		case r.Excluded > 0 && r.Unobserved == 0:
			blind = append(blind, fmt.Sprintf("%s: %d are left out by decision", title, r.Excluded))
		default:
			blind = append(blind, fmt.Sprintf("%s: %d could not be seen", title, r.Unobserved))
		}
	}
	rest := func(parts ...[]string) string {
		text := strings.Join(slices.Concat(parts...), "; ")
		if text == "" {
			return ""
		}
		return " " + text + "."
	}
	switch {
	case len(gaps) > 0:
		a.State, a.Draft = AnswerGaps, "Not everywhere."
		if len(shown)+len(blind)+len(nothing) == 0 && !slices.ContainsFunc(a.Controls, func(c AnswerControl) bool { return c.Passing > 0 }) {
			a.Draft = "No, as far as was seen."
		}
		a.Draft += rest(gaps, blind, shown, nothing)
	case len(blind) > 0 || len(q.Controls) == 0:
		a.State, a.Draft = AnswerUnknown, "Could not be determined."+rest(blind, shown, nothing)
	case len(shown) > 0:
		a.State, a.Draft = AnswerShown, "Yes. "+q.Yes+rest(shown, nothing)
	default:
		a.State, a.Draft = AnswerNothing, "Does not apply, as far as was seen."+rest(nothing)
	}
	if a.State == AnswerShown && len(a.Narrowed) > 0 {
		a.Draft += " It holds with what follows: " + strings.Join(a.Narrowed, "; ") + "."
	}
	return a
}

// narrowed is what lowers a bar or leaves something out of what an answer rests on.
// What a source skips, and what the scope leaves out, may matter to any of them.
func (m *answerMaker) narrowed(q CustomerQuestion) []string {
	out := []string{}
	if m.in.Assessment == nil {
		return out
	}
	for _, n := range m.in.Assessment.Narrowings {
		switch {
		case n.Kind == Relax && slices.Contains(q.Controls, n.Control):
			out = append(out, fmt.Sprintf("%s of %s is %s instead of %s", n.Parameter, n.Control, n.Value, n.Default))
		case n.Kind == Skip:
			out = append(out, fmt.Sprintf("source %s leaves things out by its setting %s = %s", n.Source, n.Setting, n.Value))
		case n.Kind == LeaveOut:
			out = append(out, n.Leaves+" is left out of scope")
		}
	}
	if m.in.Assessment.Narrowed != nil {
		out = append(out, "a part of what is known was judged only")
	}
	return out
}

// thingWords are " on 24 users and 3 accounts".
func thingWords(things map[string]int) string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(things)) {
		parts = append(parts, fmt.Sprintf("%d %s", things[kind], kindWords(kind, things[kind])))
	}
	switch n := len(parts); n {
	case 0:
		return ""
	case 1:
		return " on " + parts[0]
	default:
		return " on " + strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
	}
}

// kindWords is a kind of fact as words: "SignOnPolicy" is sign on policies.
func kindWords(kind string, n int) string {
	var b strings.Builder
	for i, r := range kind {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	word := b.String()
	switch {
	case n == 1 || strings.HasSuffix(word, "settings") || strings.HasSuffix(word, "defaults"):
		return word
	case strings.HasSuffix(word, "y") && !strings.HasSuffix(word, "key"):
		return strings.TrimSuffix(word, "y") + "ies"
	}
	return word + "s"
}
