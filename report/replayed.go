package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// ReplayText writes what came of judging stored evidence again, for a person.
func ReplayText(w io.Writer, r soc2.Replay, o Options) error {
	o.Width = max(o.Width, MinWidth)
	s := &summary{Options: o, sample: r.SampleData}
	title := "Replay of what was judged"
	if r.WhatIf {
		title = "What would have been found"
	}
	s.section(title)
	s.lines(2, "", s.paint(outcomeColours(soc2.Unobserved), Safe(performed(r))))
	s.lines(2, "window     ", fmt.Sprintf("%s to %s: %s", minute(r.From), minute(r.To), some(r.Assessments, "assessment", "assessments")))
	if r.Sampled < r.Assessments {
		s.lines(2, "replayed   ", fmt.Sprintf("a sample of %d, evenly spread; %d were NOT replayed", r.Sampled, r.Assessments-r.Sampled))
	}
	if r.Control != "" {
		s.lines(2, "compared   ", "only what is kept of "+Safe(r.Control))
	}
	for _, what := range r.Exchanged {
		s.lines(2, "exchanged  ", Safe(what))
	}
	if !r.WhatIf {
		s.lines(2, "reproduced ", fmt.Sprintf("%d of %d, with %d verdicts", r.Reproduced, r.Sampled, r.Verdicts))
		s.lines(2, "how        ", fmt.Sprintf("%d of %d looks at a resource were judged again in full; of the others it was shown that they cannot come out otherwise than in the assessment before", r.Rejudged, r.Resources))
	}
	if r.NamesErased > 0 {
		s.lines(2, "erased     ", some(r.NamesErased, "resource was", "resources were")+" erased and collected again as before: all is compared but the names of then, which are not kept any more")
	}
	s.WriteByte('\n')
	s.unproved(r)
	s.differences(r)
	s.otherwise(r)
	if _, err := io.WriteString(w, s.String()); err != nil {
		return fmt.Errorf("write the replay: %w", err)
	}
	return nil
}

// performed marks every form of a replay, so that none is taken for a judgement of its day.
func performed(r soc2.Replay) string {
	judge := "engine " + r.Judge.Engine + ", derivations " + r.Judge.Derive
	if r.Judge.Catalogue != "" {
		judge += ", catalogue " + short(r.Judge.Catalogue) + ", parameters " + short(r.Judge.Parameters)
	} else {
		judge += ", the catalogue and parameters of each assessment"
	}
	return fmt.Sprintf("re-performed on %s by controlwatch %s (%s)", r.PerformedAt.UTC().Format(time.DateOnly), r.Version, judge)
}

func short(digest string) string { return digest[:min(len(digest), 12)] }

func some(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func (s *summary) unproved(r soc2.Replay) {
	if len(r.Unproved) == 0 {
		return
	}
	s.section("Could not be proved")
	for _, u := range r.Unproved {
		which := u.First
		if u.Last != u.First {
			which += " to " + u.Last
		}
		s.lines(2, "", fmt.Sprintf("%s (%s, %s to %s): %s", which, some(u.Assessments, "assessment", "assessments"), minute(u.From), minute(u.To), Safe(u.Why)))
	}
	s.WriteByte('\n')
}

func (s *summary) differences(r soc2.Replay) {
	if r.WhatIf && len(r.Differences) == 0 {
		return
	}
	if len(r.Differences) == 0 {
		word := "Every assessment that could be proved came out as it was kept."
		if r.Reproduced == 0 {
			word = "No assessment was proved."
		}
		s.lines(2, "", word)
		s.WriteByte('\n')
		return
	}
	s.section(fmt.Sprintf("DIFFERENT from what was kept: %s", some(r.Different, "assessment", "assessments")))
	const most = 20
	for i, d := range r.Differences {
		if i == most {
			s.lines(4, "", fmt.Sprintf("and %d more: -o json lists them", len(r.Differences)-most+r.More))
			break
		}
		label := "  "
		if i == 0 {
			label = "first: "
		}
		s.lines(2, label, s.paint(outcomeColours(soc2.Fail), Text(d.String())))
	}
	s.WriteByte('\n')
}

func (s *summary) otherwise(r soc2.Replay) {
	if !r.WhatIf && len(r.Otherwise) == 0 {
		return
	}
	title := "Judgement changed: verdicts that this judge gives otherwise"
	if r.WhatIf {
		title = "Findings that would have been others: was → would have been"
	}
	s.section(title)
	if len(r.Otherwise) == 0 {
		s.lines(2, "", "None.")
	}
	const most = 200
	control := ""
	for i, o := range r.Otherwise {
		if i == most {
			s.lines(2, "", fmt.Sprintf("and %d more: -o csv lists them", len(r.Otherwise)-most))
			break
		}
		if o.Control != control {
			control = o.Control
			s.lines(2, "", Safe(control))
		}
		s.lines(4, "", fmt.Sprintf("%s: %s → %s, %s · %s %s (%s)", Safe(o.Check), words(o.Was), words(o.Would), lasted(o), Safe(o.Resource.Type), Safe(o.Resource.Label()), Safe(strings.Trim(o.Resource.Account+" "+o.Resource.Region, " "))))
	}
	s.WriteByte('\n')
	s.section("By day, at its last assessment: as judged then | as re-performed")
	for _, d := range r.Days {
		s.lines(2, d.Day+"  ", fmt.Sprintf("%s | %s", countsOf(d.Was), countsOf(d.Would)))
	}
	s.WriteByte('\n')
}

func lasted(o soc2.Otherwise) string {
	text := "from " + minute(o.From)
	if o.To.IsZero() {
		return text + ", still so at " + o.Last
	}
	return text + " to " + minute(o.To)
}

func words(outcome string) string { return strings.ReplaceAll(outcome, "_", " ") }

func countsOf(counts map[string]int) string {
	var parts []string
	for _, o := range soc2.Outcomes {
		parts = append(parts, fmt.Sprintf("%d %s", counts[o.String()], words(o.String())))
	}
	if n := counts[soc2.NoVerdict]; n > 0 {
		parts = append(parts, fmt.Sprintf("%d not judged", n))
	}
	return strings.Join(parts, ", ")
}

// replayColumns are the columns of ReplayCSV. They are a contract: new ones are added at the end.
var replayColumns = []string{
	"re_performed", "row", "assessment", "assessed_at", "record", "control", "check", "provider", "account", "region", "kind", "type", "id", "name",
	"stored", "replayed", "from", "to", "assessments", "note", "sample_data",
}

// ReplayCSV writes a row for each difference, for each finding judged otherwise, for
// each run of assessments that could not be proved, and one for the whole.
func ReplayCSV(w io.Writer, r soc2.Replay) error {
	mark, sample := performed(r), fmt.Sprint(r.SampleData)
	rows := [][]string{replayColumns}
	row := func(cells map[string]string) {
		cells["re_performed"], cells["sample_data"] = mark, sample
		one := make([]string, len(replayColumns))
		for i, name := range replayColumns {
			one[i] = cells[name]
		}
		rows = append(rows, one)
	}
	row(map[string]string{
		"row": "replay", "from": csvTime(&r.From), "to": csvTime(&r.To), "assessments": fmt.Sprint(r.Assessments), "control": r.Control,
		"note": fmt.Sprintf("%d replayed, %d reproduced, %d different, %d differences not listed. %s", r.Sampled, r.Reproduced, r.Different, r.More, strings.Join(r.Exchanged, "; ")),
	})
	for _, u := range r.Unproved {
		row(map[string]string{"row": "unproved", "assessment": u.First, "from": csvTime(&u.From), "to": csvTime(&u.To), "assessments": fmt.Sprint(u.Assessments), "note": u.Why})
	}
	for _, d := range r.Differences {
		row(map[string]string{
			"row": "difference", "assessment": d.Assessment, "assessed_at": csvTime(&d.At), "record": string(d.Record), "control": d.Control, "check": d.Check,
			"provider": d.Resource.Provider, "account": d.Resource.Account, "region": d.Resource.Region, "kind": string(d.Resource.Kind),
			"type": d.Resource.Type, "id": d.Resource.ID, "name": d.Resource.Name, "stored": d.Stored, "replayed": d.Replayed, "note": d.Subject,
		})
	}
	for _, o := range r.Otherwise {
		row(map[string]string{
			"row": otherwiseRow(r), "assessment": o.First, "record": string(soc2.RecordFinding), "control": o.Control, "check": o.Check,
			"provider": o.Resource.Provider, "account": o.Resource.Account, "region": o.Resource.Region, "kind": string(o.Resource.Kind),
			"type": o.Resource.Type, "id": o.Resource.ID, "name": o.Resource.Name, "stored": o.Was, "replayed": o.Would,
			"from": csvTime(&o.From), "to": csvTime(&o.To), "assessments": fmt.Sprint(o.Assessments),
		})
	}
	for _, one := range rows {
		if _, err := w.Write(csvRow(one)); err != nil {
			return fmt.Errorf("write the replay: %w", err)
		}
	}
	return nil
}

func otherwiseRow(r soc2.Replay) string {
	if r.WhatIf {
		return "would-have-been"
	}
	return "judgement-changed"
}

// ReplayV1 names the contract of a replay in JSON.
const ReplayV1 = "controlwatch.replay/v1"

type replayJSON struct {
	Schema       string               `json:"schema"`
	SampleData   bool                 `json:"sample_data"`
	RePerformed  string               `json:"re_performed"` // the mark: when, by what
	PerformedAt  time.Time            `json:"performed_at"`
	Version      string               `json:"version"` // of the program that judged again
	Judge        soc2.Judge           `json:"judge"`   // likewise; catalogue and parameters are empty where those of each assessment were used
	From         time.Time            `json:"from"`
	To           time.Time            `json:"to"`
	Control      string               `json:"control,omitempty"` // only this one was compared
	WhatIf       bool                 `json:"what_if"`           // catalogue or parameters were exchanged: nothing is proved
	Exchanged    []string             `json:"exchanged"`
	Assessments  int                  `json:"assessments"`         // in the window
	Replayed     int                  `json:"replayed"`            // of them; fewer with --sample
	NotReplayed  int                  `json:"not_replayed"`        // of them
	Reproduced   int                  `json:"reproduced"`          // came out as kept, in everything
	Different    int                  `json:"different"`           // did not
	Verdicts     int64                `json:"verdicts"`            // compared
	Rejudged     int64                `json:"resources_rejudged"`  // in full
	Resources    int64                `json:"resources"`           // looked at, assessment by assessment
	NamesErased  int                  `json:"names_erased"`        // resources whose names of then were erased and not compared
	Unproved     []soc2.Unproved      `json:"unproved"`            // another judge, or not enough was kept
	Differences  []soc2.Difference    `json:"differences"`         // the first is the nearest to a cause
	More         int                  `json:"differences_omitted"` // beyond those listed
	Changed      []soc2.Otherwise     `json:"judgement_changed"`   // by another engine or other derivations
	WouldHaveBy  []soc2.Otherwise     `json:"would_have_been"`     // under what was exchanged
	OutcomesDays []soc2.OutcomesOfDay `json:"days"`
}

// ReplayJSON writes a replay as controlwatch.replay/v1.
func ReplayJSON(w io.Writer, r soc2.Replay) error {
	out := replayJSON{
		Schema: ReplayV1, SampleData: r.SampleData, RePerformed: performed(r), PerformedAt: r.PerformedAt.UTC(), Version: r.Version, Judge: r.Judge,
		From: r.From.UTC(), To: r.To.UTC(), Control: r.Control, WhatIf: r.WhatIf, Exchanged: list(r.Exchanged),
		Assessments: r.Assessments, Replayed: r.Sampled, NotReplayed: r.Assessments - r.Sampled, Reproduced: r.Reproduced, Different: r.Different,
		Verdicts: r.Verdicts, Rejudged: r.Rejudged, Resources: r.Resources, NamesErased: r.NamesErased, Unproved: list(r.Unproved), Differences: list(r.Differences), More: r.More,
		Changed: []soc2.Otherwise{}, WouldHaveBy: []soc2.Otherwise{}, OutcomesDays: list(r.Days),
	}
	if r.WhatIf {
		out.WouldHaveBy = list(r.Otherwise)
	} else {
		out.Changed = list(r.Otherwise)
	}
	b, err := indented(out, "")
	if err == nil {
		_, err = w.Write(append(b, '\n'))
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", ReplayV1, err)
	}
	return nil
}
