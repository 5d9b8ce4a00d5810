package kinds

import (
	"fmt"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

// SchemaReadiness names the form of Readiness.
const SchemaReadiness = "controlwatch.report.readiness/v1"

// Readiness says whether a period can start, as far as anything is known.
type Readiness struct {
	Schema       string `json:"schema"` // "controlwatch.report.readiness/v1"
	Sample       bool   `json:"sample_data"`
	Organization string `json:"organization,omitempty"`
	soc2.Readiness
}

// ReadinessOf is the value of the report.
func ReadinessOf(h Head, told soc2.Readiness, a soc2.Assessment) Readiness {
	return Readiness{Schema: SchemaReadiness, Sample: a.SampleData, Organization: h.Organization, Readiness: told}
}

// areas are what is asked of each area.
var areas = map[soc2.ReadinessArea]string{
	soc2.AreaPeriod:        "Is the period stated, and still to come?",
	soc2.AreaScope:         "Is it stated what is audited?",
	soc2.AreaSources:       "Was every source read?",
	soc2.AreaCriteria:      "Has each criterion in scope a control?",
	soc2.AreaEvidence:      "Has each control evidence?",
	soc2.AreaFirstInstance: "Was each attested control performed once?",
	soc2.AreaOwner:         "Has each control an owner?",
	soc2.AreaGaps:          "Are critical and high gaps closed?",
	soc2.AreaDecisions:     "Do decisions last for the period?",
	soc2.AreaLog:           "Is the log out of the operator's reach?",
	soc2.AreaPeople:        "Can people sign what they record?",
}

func bearingTone(b soc2.Bearing) (document.Tone, string) {
	switch b {
	case soc2.Against:
		return document.Bad, "stands against"
	case soc2.Watch:
		return document.Info, "to be watched"
	case soc2.Unknown:
	}
	return document.Unseen, "cannot be told"
}

func answerTone(a soc2.ReadinessAnswer) document.Tone {
	switch a {
	case soc2.NotYet:
		return document.Bad
	case soc2.NothingKnown:
		return document.Info // no green: it says what is not known, not what is
	case soc2.CannotTell:
	}
	return document.Unseen
}

// ReadinessDocument is it as people read it: the answer and the areas on the first
// page, everything it rests on after.
func ReadinessDocument(h Head, r Readiness, a soc2.Assessment) document.Document {
	d := h.begin("readiness", "Readiness for the period", "Whether the observation period can start today, and what to do where it cannot.", a)
	d.Main = "reasons"
	count := map[soc2.Bearing]int{}
	for _, one := range r.Reasons {
		count[one.Bearing]++
	}
	period := "not stated"
	zone := zoneOf(r.Zone)
	if !r.To.IsZero() {
		period = dayIn(r.From, zone) + " to " + dayIn(r.To.Add(-time.Nanosecond), zone)
	}
	d.Summary = []document.Tile{
		{Label: "Can it start today?", Value: r.Answer.Words(), Note: "period: " + period, Tone: answerTone(r.Answer)},
		{Label: "Stand against it", Value: fmt.Sprint(count[soc2.Against]), Note: "known", Tone: document.Bad},
		{Label: "Cannot be told", Value: fmt.Sprint(count[soc2.Unknown]), Note: "not seen; each may stand against it", Tone: document.Unseen},
		{Label: "Controls with evidence", Value: fmt.Sprintf("%d of %d", r.Shown, r.Counting), Note: "and nothing known or unseen of them", Tone: document.Plain},
	}
	d.Sections = []document.Section{
		{ID: "answer", Heading: "The answer", Blocks: []document.Block{
			document.Callout{Tone: answerTone(r.Answer), Title: r.Answer.Words(), Text: document.P(answerText(r, count))},
			areaTable(r),
		}},
		{ID: "reasons", Heading: "What it rests on", Wide: true, Fresh: true, Blocks: []document.Block{reasonTable(r)}},
		{ID: "latest-starts", Heading: "Latest safe starts", Wide: true, Blocks: []document.Block{
			document.P("The last day on which an activity can be performed first so that each planned instance falls into the period, if it is repeated as its validity ends. Days are those of " + r.Zone + ". Instances follow the calendar where the validity is a month, a quarter, half a year or a year, are counted from the first day otherwise, and are cut to the period. Where the last statement still counts, the start is no later than its last day."),
			startTable(r, zone),
		}},
		{ID: "about", Heading: "What this is, and is not", Blocks: []document.Block{
			document.P("The answer is what is known and what is not: that nothing known stands against starting is no opinion on any control, nor on an audit. A start that is put off costs weeks; a deviation in the period stays in it."),
			document.KeyValues{
				{Key: "Controls counted", Value: document.P(countedControls(r))},
				{Key: "Evidence log", Value: document.P(r.Protection)},
				{Key: "People with keys", Value: document.P(fmt.Sprint(r.Signers))},
			},
		}},
	}
	return d
}

func answerText(r Readiness, count map[soc2.Bearing]int) string {
	text := ""
	switch r.Answer {
	case soc2.NotYet:
		text = fmt.Sprintf("%s against starting.", counted(count[soc2.Against], "thing that is known stands", "things that are known stand"))
		if n := count[soc2.Unknown]; n > 0 {
			text += fmt.Sprintf(" Beside them %s not seen.", counted(n, "thing was", "things were"))
		}
	case soc2.NothingKnown:
		text = "All that was asked was seen, and nothing of it stands against starting."
	case soc2.CannotTell:
		text = fmt.Sprintf("Nothing that is known stands against starting, and %s not seen that may.", counted(count[soc2.Unknown], "thing was", "things were"))
	}
	if r.ByProposed {
		text += " Nobody has adopted a control yet, so all that are proposed within the profile count."
	}
	return text
}

func countedControls(r Readiness) string {
	which := "adopted"
	if r.ByProposed {
		which = "proposed, as nobody has adopted any"
	}
	text := fmt.Sprintf("%d (%s)", r.Counting, which)
	if r.Later > 0 {
		text += fmt.Sprintf("; %d above the profile are not asked yet", r.Later)
	}
	return text
}

// areaTable has a row for each question, with the first thing to do.
func areaTable(r Readiness) document.Table {
	var rows [][]document.Cell
	for _, area := range soc2.ReadinessAreas {
		count, do := map[soc2.Bearing]int{}, ""
		for _, one := range r.Reasons { // weightiest first
			if one.Area != area {
				continue
			}
			count[one.Bearing]++
			if do == "" {
				do = commands(one.Do)
				if area == soc2.AreaEvidence || area == soc2.AreaFirstInstance {
					do = strings.ReplaceAll(do, one.Subject, "CONTROL") // of many: the reasons name them
				}
			}
		}
		state := document.State(document.Plain, "nothing known against it")
		switch {
		case count[soc2.Against] > 0:
			state = document.State(document.Bad, "no")
		case count[soc2.Unknown] > 0:
			state = document.State(document.Unseen, "cannot be told")
		case area == soc2.AreaGaps && count[soc2.Watch] > 0, area == soc2.AreaDecisions && count[soc2.Watch] > 0:
			state = document.State(document.Info, "to be watched")
		}
		rows = append(rows, []document.Cell{
			document.Text(areas[area]), state, document.Number(count[soc2.Against]), document.Number(count[soc2.Unknown]), document.Number(count[soc2.Watch]), document.Text(do),
		})
	}
	return document.Table{
		Name: "areas", Caption: "What was asked", Rows: document.RowsOf(rows),
		Columns: []document.Column{
			{Name: "Question", Weight: 2.4},
			{Name: "Answer", Kind: document.StateKind, Weight: 1.8},
			{Name: "Against", Kind: document.NumberKind},
			{Name: "Unseen", Kind: document.NumberKind},
			{Name: "Watch", Kind: document.NumberKind},
			{Name: "First thing to do", Weight: 3.4},
		},
	}
}

// commands is what to do without the marks around commands.
func commands(text string) string { return strings.ReplaceAll(text, "`", "") }

func reasonTable(r Readiness) document.Table {
	return document.Table{
		Name: "reasons", Caption: "Reasons", Empty: "Nothing known, and nothing unseen.",
		Columns: []document.Column{
			{Name: "Bearing", Kind: document.StateKind, Weight: 1.8},
			{Name: "About", Weight: 1.5},
			{Name: "What", Weight: 4},
			{Name: "Of", Weight: 2.6},
			{Name: "Owner", Weight: 1.6},
			{Name: "On", Kind: document.DateKind},
			{Name: "What to do", Weight: 3.6},
			{Name: "Id", Kind: document.IDKind, Weight: 2.4},
		},
		Rows: func(yield func([]document.Cell, error) bool) {
			zone := zoneOf(r.Zone)
			for _, one := range r.Reasons {
				tone, word := bearingTone(one.Bearing)
				if !yield([]document.Cell{
					document.State(tone, word), document.Text(string(one.Area)), document.Text(one.What), document.Text(one.Title), document.Text(one.Owner),
					zonedDay(one.On, zone), document.Text(commands(one.Do)), document.ID(one.Subject),
				}, nil) {
					return
				}
			}
		},
	}
}

func startTable(r Readiness, zone *time.Location) document.Table {
	return document.Table{
		Name: "latest-starts", Caption: "Activities that recur", Empty: "The period is not stated, or no attested control counts.",
		Columns: []document.Column{
			{Name: "Latest start", Kind: document.DateKind, Weight: 1.4},
			{Name: "State", Kind: document.StateKind, Weight: 1.6},
			{Name: "Activity", Weight: 3.4},
			{Name: "System", Weight: 1.2},
			{Name: "Owner", Weight: 1.8},
			{Name: "Counts for", Weight: 1.1},
			{Name: "Planned", Kind: document.NumberKind},
			{Name: "Counts until", Kind: document.DateKind, Weight: 1.4},
			{Name: "Why that day", Weight: 3},
			{Name: "Id", Kind: document.IDKind, Weight: 2.2},
		},
		Rows: func(yield func([]document.Cell, error) bool) {
			for _, s := range r.Starts {
				state := document.State(document.Plain, "to come")
				switch {
				case s.Missed:
					state = document.State(document.Bad, "over")
				case s.Latest.IsZero() && s.CountsUntil.IsZero():
					state = document.State(document.Unseen, "cannot be told")
				case s.Latest.IsZero():
					state = document.State(document.Plain, "all performed")
				}
				owner := s.Owner
				if owner == "" {
					owner = "nobody (proposed: " + s.Role + ")"
				}
				if !yield([]document.Cell{
					zonedDay(s.Latest, zone), state, document.Text(s.Title), document.Text(s.System), document.Text(owner), document.Text(spanWords(s.Every)),
					document.Number(len(s.Planned)), zonedDay(s.CountsUntil, zone), document.Text(s.Why), document.ID(s.Control),
				}, nil) {
					return
				}
			}
		},
	}
}
