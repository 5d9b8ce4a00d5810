package kinds

import (
	"fmt"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

// SchemaAnswers names the form of Answers.
const SchemaAnswers = "controlwatch.report.answers/v1"

// Answers are drafts of answers to what customers ask.
type Answers struct {
	Schema       string                `json:"schema"` // "controlwatch.report.answers/v1"
	At           time.Time             `json:"at"`
	Sample       bool                  `json:"sample_data"`
	Organization string                `json:"organization,omitempty"`
	Answers      []soc2.CustomerAnswer `json:"answers"`
}

// AnswersOf is the value of the report.
func AnswersOf(h Head, answers []soc2.CustomerAnswer, a soc2.Assessment) Answers {
	return Answers{Schema: SchemaAnswers, At: a.At, Sample: a.SampleData, Organization: h.Organization, Answers: answers}
}

func answerStateTone(s soc2.AnswerState) (document.Tone, string) {
	switch s {
	case soc2.AnswerShown:
		return document.Good, "evidence shows it"
	case soc2.AnswerGaps:
		return document.Bad, "gaps seen"
	case soc2.AnswerNothing:
		return document.None, "nothing of the kind"
	case soc2.AnswerUnknown:
	}
	return document.Unseen, "not determined"
}

// AnswersDocument is them as people read them, by topic.
func AnswersDocument(h Head, r Answers, a soc2.Assessment) document.Document {
	d := h.begin("answers", "Answers to customers' questions", "Drafts of answers to common security questions, from what the newest evidence shows.", a)
	d.Main = "answers"
	counts := map[soc2.AnswerState]int{}
	for _, one := range r.Answers {
		counts[one.State]++
	}
	for _, s := range soc2.AnswerStates {
		tone, word := answerStateTone(s)
		d.Summary = append(d.Summary, document.Tile{Label: strings.ToUpper(word[:1]) + word[1:], Value: fmt.Sprint(counts[s]), Note: "of " + counted(len(r.Answers), "question", "questions"), Tone: tone})
	}
	d.Sections = append(d.Sections, document.Section{ID: "about", Heading: "Before anything is sent", Blocks: []document.Block{
		document.P("These are drafts. Each says what controls show of what was looked at, on " + document.Date(r.At).String() + ", and is affirmative only where each control it rests on passes, nothing was unseen and none of its findings were left out; what sources skip, the scope leaves out or another parameter judges is said with it. What remains for a person is said beside each: whoever sends an answer completes it, and answers for it."),
	}})
	topic := ""
	for _, one := range r.Answers {
		if one.Topic != topic {
			topic = one.Topic
			d.Sections = append(d.Sections, document.Section{ID: "topic-" + slug(topic), Heading: topic})
		}
		tone, word := answerStateTone(one.State)
		d.Sections = append(d.Sections, document.Section{ID: "answer-" + slug(one.ID), Heading: one.Question, Level: 2, Blocks: []document.Block{
			document.Callout{Tone: tone, Title: strings.ToUpper(word[:1]) + word[1:], Text: document.P(one.Draft)},
			document.KeyValues{
				{Key: "Evidence", Value: document.P(answerEvidence(one))},
				{Key: "Judged", Value: document.P(document.Date(one.At).String())},
				{Key: "For a person", Value: document.P(one.Residual)},
			},
		}})
	}
	d.Sections = append(d.Sections, document.Section{ID: "answers", Heading: "All answers", Fresh: true, Wide: true, Blocks: []document.Block{answerTable(r)}})
	return d
}

func answerEvidence(a soc2.CustomerAnswer) string {
	var parts []string
	for _, c := range a.Controls {
		text := fmt.Sprintf("%s (%d pass, %d fail, %d not seen", c.ID, c.Passing, c.Failing, c.Unobserved)
		if c.Accepted > 0 {
			text += fmt.Sprintf(", %d of those failing accepted", c.Accepted)
		}
		if c.Excluded > 0 {
			text += fmt.Sprintf(", %d left out by decision", c.Excluded)
		}
		text += ")"
		if c.Attested != "" {
			text += ", attested " + c.Attested
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

func answerTable(r Answers) document.Table {
	return document.Table{
		Name: "answers", Caption: "Questions and drafts", Folded: true, Empty: "No question is asked.",
		Columns: []document.Column{
			{Name: "Topic", Weight: 2.2},
			{Name: "Question", Weight: 3},
			{Name: "State", Kind: document.StateKind, Weight: 2},
			{Name: "Draft", Weight: 6},
			{Name: "For a person", Weight: 3},
			{Name: "Evidence", Weight: 4},
			{Name: "Judged", Kind: document.DateKind, Weight: 1.6},
			{Name: "Id", Kind: document.IDKind, Weight: 1.8},
		},
		Rows: func(yield func([]document.Cell, error) bool) {
			for _, a := range r.Answers {
				tone, word := answerStateTone(a.State)
				if !yield([]document.Cell{
					document.Text(a.Topic), document.Text(a.Question), document.State(tone, word), document.Text(a.Draft), document.Text(a.Residual), document.Text(answerEvidence(a)), document.Date(a.At), document.ID(a.ID),
				}, nil) {
					return
				}
			}
		},
	}
}
