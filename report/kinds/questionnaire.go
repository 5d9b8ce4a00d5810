package kinds

import (
	"fmt"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

// SchemaQuestionnaire names the form of Questionnaire.
const SchemaQuestionnaire = "controlwatch.report.questionnaire/v1"

// Questionnaire is the checklist that precedes an audit, as asked and as answered.
type Questionnaire struct {
	Schema       string             `json:"schema"` // "controlwatch.report.questionnaire/v1"
	At           time.Time          `json:"at"`
	Sample       bool               `json:"sample_data"`
	Organization string             `json:"organization,omitempty"`
	Zone         string             `json:"zone"`
	Sections     []ChecklistSection `json:"sections"`
}

// ChecklistSection is one section with its questions.
type ChecklistSection struct {
	ID        string              `json:"id"`
	Title     string              `json:"title"`
	Questions []ChecklistQuestion `json:"questions"` // the last, without an id, is what else the section's controls ask
}

// ChecklistQuestion is one question, with the controls that answer it.
type ChecklistQuestion struct {
	ID       string              `json:"id,omitempty"`
	Title    string              `json:"title"`
	State    soc2.CriterionState `json:"state"` // the worst of its controls
	Controls []ChecklistControl  `json:"controls"`
}

// ChecklistControl is a control that answers a question.
type ChecklistControl struct {
	ID         string               `json:"id"`
	Title      string               `json:"title"`
	State      soc2.Outcome         `json:"state"`
	Judged     bool                 `json:"judged"`
	Failing    int                  `json:"failing"`
	Unobserved int                  `json:"unobserved"`
	Passing    int                  `json:"passing"`
	Asked      string               `json:"asked,omitempty"` // of a person; empty: checks alone test it
	Statements []ChecklistStatement `json:"statements"`
}

// ChecklistStatement is the last word on an attested control, or on a system's instance.
type ChecklistStatement struct {
	System    string                `json:"system,omitempty"`
	State     soc2.AttestationState `json:"state"`
	Result    string                `json:"result,omitempty"`
	By        string                `json:"by,omitempty"`
	Identity  string                `json:"identity,omitempty"`
	Performed time.Time             `json:"performed,omitzero"`
	Until     time.Time             `json:"until,omitzero"`
	Lacks     []string              `json:"lacks,omitempty"`
	Record    string                `json:"record,omitempty"`
}

// ChecklistItem is a section or question of the checklist as it is asked.
type ChecklistItem struct {
	ID, Title string
	Controls  []string
}

// QuestionnaireInputs is what it is made of.
type QuestionnaireInputs struct {
	Sections, Questions []ChecklistItem // "4" and "4.2"
	Catalogue           soc2.Catalogue
	Standings           []soc2.AttestationStanding
	Zone                *time.Location
}

// QuestionnaireOf makes it.
func QuestionnaireOf(h Head, in QuestionnaireInputs, a soc2.Assessment) Questionnaire {
	q := Questionnaire{Schema: SchemaQuestionnaire, At: a.At, Sample: a.SampleData, Organization: h.Organization, Zone: in.Zone.String(), Sections: []ChecklistSection{}}
	results, controls := map[string]soc2.ControlResult{}, map[string]soc2.Control{}
	for _, r := range a.Controls {
		results[r.ID] = r
	}
	for _, c := range in.Catalogue.Controls {
		controls[c.ID] = c
	}
	statements := map[string][]ChecklistStatement{}
	for _, s := range in.Standings {
		statements[s.Control.ID] = append(statements[s.Control.ID], ChecklistStatement{
			System: s.System, State: s.State, Result: s.Result, By: s.By, Identity: string(s.Identity), Performed: s.Performed, Until: s.Until, Lacks: s.Lacks, Record: s.ID,
		})
	}
	question := func(id, title string, ids []string) ChecklistQuestion {
		one := ChecklistQuestion{ID: id, Title: title, Controls: []ChecklistControl{}}
		var outcomes []soc2.Outcome
		for _, id := range ids {
			r, judged := results[id]
			c := ChecklistControl{ID: id, Title: controls[id].Title, State: r.State, Judged: judged, Failing: r.Failing, Unobserved: r.Unobserved, Passing: r.Passing, Statements: statements[id]}
			if asked := controls[id].AttestationAsked; asked != nil {
				c.Asked = asked.Question
			}
			if c.Statements == nil {
				c.Statements = []ChecklistStatement{}
			}
			one.Controls = append(one.Controls, c)
			outcomes = append(outcomes, r.State)
		}
		one.State = soc2.StateOf(outcomes...)
		return one
	}
	for _, s := range in.Sections {
		section := ChecklistSection{ID: s.ID, Title: s.Title, Questions: []ChecklistQuestion{}}
		answered := map[string]bool{}
		for _, item := range in.Questions {
			if of, _, _ := strings.Cut(item.ID, "."); of != s.ID {
				continue
			}
			section.Questions = append(section.Questions, question(item.ID, item.Title, item.Controls))
			for _, id := range item.Controls {
				answered[id] = true
			}
		}
		var others []string
		for _, id := range s.Controls {
			if !answered[id] {
				others = append(others, id)
			}
		}
		if len(others) > 0 {
			section.Questions = append(section.Questions, question("", "What else the section asks", others))
		}
		q.Sections = append(q.Sections, section)
	}
	return q
}

// QuestionnaireDocument is it as people read it, section by section.
func QuestionnaireDocument(h Head, q Questionnaire, a soc2.Assessment) document.Document {
	d := h.begin("questionnaire", "Questionnaire before the audit", "What the checklist asks, section by section, who answered it when, and what evidence shows.", a)
	d.Main = "questions"
	counts, asked, counting := map[soc2.CriterionState]int{}, map[string]bool{}, map[string]bool{}
	for _, s := range q.Sections {
		for _, one := range s.Questions {
			counts[one.State]++
			for _, c := range one.Controls {
				for _, said := range c.Statements {
					asked[c.ID+"/"+said.System] = true
					if said.State.Counts() {
						counting[c.ID+"/"+said.System] = true
					}
				}
			}
		}
	}
	for _, s := range []soc2.CriterionState{soc2.GapSeen, soc2.EvidenceIncomplete, soc2.NoGapSeen} {
		tone, word := criterionTone(s)
		d.Summary = append(d.Summary, document.Tile{Label: "Questions: " + word, Value: fmt.Sprint(counts[s]), Tone: tone})
	}
	d.Summary = append(d.Summary, document.Tile{Label: "Statements that count", Value: fmt.Sprintf("%d of %d", len(counting), len(asked)), Note: "of people, on attested controls", Tone: document.Plain})
	zone := zoneOf(q.Zone)
	d.Sections = append(d.Sections, document.Section{ID: "about", Heading: "How to read it", Wide: true, Blocks: []document.Block{
		document.P("The state of a question is the worst of the controls that answer it, by evidence and statements together. It is no opinion on whether what is asked is fulfilled. controlwatch questionnaire asks those that are open."),
	}})
	for _, s := range q.Sections {
		d.Sections = append(d.Sections, document.Section{ID: "section-" + slug(s.ID), Heading: s.ID + " " + s.Title, Wide: true})
		for n, one := range s.Questions {
			tone, word := criterionTone(one.State)
			name := fmt.Sprintf("q-%s-%d", slug(s.ID), n+1)
			d.Sections = append(d.Sections, document.Section{ID: name, Heading: strings.TrimSpace(one.ID + " " + one.Title), Level: 2, Wide: true, Blocks: []document.Block{
				document.Callout{Tone: tone, Title: strings.ToUpper(word[:1]) + word[1:], Text: document.P(counted(len(one.Controls), "control answers it.", "controls answer it."))},
				controlsOf(name, one, zone),
			}})
		}
	}
	d.Sections = append(d.Sections, document.Section{ID: "questions", Heading: "All questions", Fresh: true, Wide: true, Blocks: []document.Block{questionTable(q, zone)}})
	return d
}

var checklistColumns = []document.Column{
	{Name: "Control", Weight: 3},
	{Name: "State", Kind: document.StateKind, Weight: 1.8},
	{Name: "Fails", Kind: document.NumberKind},
	{Name: "Not seen", Kind: document.NumberKind},
	{Name: "Passes", Kind: document.NumberKind},
	{Name: "Last statement", Weight: 3},
	{Name: "Counts until", Kind: document.DateKind, Weight: 1.3},
	{Name: "What is asked of a person", Weight: 5.6},
	{Name: "Id", Kind: document.IDKind, Weight: 2.4},
}

func checklistRows(c ChecklistControl, zone *time.Location) [][]document.Cell {
	tone, word := outcomeTone(c.State)
	if !c.Judged {
		word = "not judged"
	}
	said := c.Statements
	if len(said) == 0 {
		said = []ChecklistStatement{{}}
	}
	var rows [][]document.Cell
	for _, s := range said {
		words := "tested by checks"
		if c.Asked != "" {
			words = statementWords(s, zone)
		}
		rows = append(rows, []document.Cell{
			document.Text(c.Title), document.State(tone, word), document.Number(c.Failing), document.Number(c.Unobserved), document.Number(c.Passing),
			document.Text(words), zonedDay(s.Until, zone), document.Text(c.Asked), document.ID(c.ID),
		})
	}
	return rows
}

func statementWords(s ChecklistStatement, zone *time.Location) string {
	text := "none"
	switch {
	case s.State == "":
		text = "not looked at"
	case s.Record != "":
		text = fmt.Sprintf("%s on %s by %s (%s)", s.Result, dayIn(s.Performed, zone), s.By, s.State)
	}
	if s.System != "" {
		text = s.System + ": " + text
	}
	if len(s.Lacks) > 0 {
		text += "; lacks " + strings.Join(s.Lacks, ", ")
	}
	return text
}

func controlsOf(name string, q ChecklistQuestion, zone *time.Location) document.Table {
	var rows [][]document.Cell
	for _, c := range q.Controls {
		rows = append(rows, checklistRows(c, zone)...)
	}
	return document.Table{Name: name, Caption: "Controls that answer it", Columns: checklistColumns, Rows: document.RowsOf(rows), Empty: "No control answers it."}
}

func questionTable(q Questionnaire, zone *time.Location) document.Table {
	var rows [][]document.Cell
	for _, s := range q.Sections {
		for _, one := range s.Questions {
			tone, word := criterionTone(one.State)
			if len(one.Controls) == 0 {
				rows = append(rows, []document.Cell{
					document.Text(s.ID + " " + s.Title), document.Text(strings.TrimSpace(one.ID + " " + one.Title)), document.State(tone, word), document.Text("No control answers it."), document.State(document.Bad, "no control"),
					document.Number(0), document.Number(0), document.Number(0),
					{},
					{},
					{},
					{},
				})
			}
			for _, c := range one.Controls {
				for _, row := range checklistRows(c, zone) {
					rows = append(rows, append([]document.Cell{document.Text(s.ID + " " + s.Title), document.Text(strings.TrimSpace(one.ID + " " + one.Title)), document.State(tone, word)}, row...))
				}
			}
		}
	}
	return document.Table{
		Name: "questions", Caption: "Questions, controls and statements", Folded: true, Rows: document.RowsOf(rows), Empty: "Nothing is asked.",
		Columns: append([]document.Column{{Name: "Section", Weight: 1.8}, {Name: "Question", Weight: 2.4}, {Name: "Question's state", Kind: document.StateKind, Weight: 1.8}}, checklistColumns...),
	}
}
