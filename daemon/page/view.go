package page

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// Input is what the page is made of.
type Input struct {
	Assessment *soc2.Assessment // nil: there is none yet
	Recent     []soc2.Drift     // newest first
	Sources    []Source
	Problems   []string // what keeps the daemon from working as it should
	Now        time.Time
	Version    string
}

// Source is a configured source and its schedule.
type Source struct {
	Name, Provider string
	Next           time.Time
	LastRun        time.Time // zero: not since this process began
	Running        bool
	Failed         bool // the last run could not be kept
}

// Bounds of what the page shows of the longer lists; the rest is in the JSON.
const (
	mostGaps   = 5 // for one control
	mostUnseen = 12
)

type view struct {
	Input
	Sample   bool
	At       time.Time
	Totals   []total
	States   []total
	Series   []series
	Controls []control
	Unseen   []unseen
	Sources  []sourceRow
}

// total is a number with the word and the look of what it counts.
type total struct {
	Class, Word string
	Count       int
}

type series struct {
	Prefix, Category, Name string
	Cells                  []soc2.CriterionResult
}

type control struct {
	soc2.ControlResult
	Gaps []soc2.Finding
	More int
}

type unseen struct {
	report.UnseenGroup
	More int // lines that are not shown
}

type sourceRow struct {
	Source
	report.Coverage
	Planned bool // it has feeds
}

func viewOf(in Input) view {
	v := view{Input: in}
	if in.Assessment == nil {
		v.Sources = sourceRows(in.Sources, soc2.Assessment{})
		return v
	}
	a := *in.Assessment
	v.Sample, v.At = a.SampleData, a.At
	for _, o := range soc2.Outcomes {
		v.Totals = append(v.Totals, total{o.String(), strings.ReplaceAll(o.String(), "_", " "), a.Outcomes[o]})
	}
	for _, s := range soc2.CriterionStates {
		n := 0
		for _, c := range a.Criteria {
			if c.State == s {
				n++
			}
		}
		v.States = append(v.States, total{string(s), word(s), n})
	}
	v.Series = seriesOf(a.Criteria)
	v.Controls = controlsOf(a)
	v.Unseen = unseenOf(a.Holes)
	v.Sources = sourceRows(in.Sources, a)
	return v
}

// short is what a criterion's cell says beside its colour.
func short(s soc2.CriterionState) string {
	if s == soc2.EvidenceIncomplete {
		return "incomplete"
	}
	return word(s)
}

// word is the state of a criterion in full.
func word(s soc2.CriterionState) string {
	switch s {
	case soc2.GapSeen:
		return "gap seen"
	case soc2.EvidenceIncomplete:
		return "evidence incomplete"
	case soc2.NoGapSeen:
		return "no gap seen"
	case soc2.OutOfScope:
		return "out of scope"
	}
	return string(s)
}

// seriesOf groups criteria by what stands before the dot, in their order.
func seriesOf(criteria []soc2.CriterionResult) []series {
	var all []series
	index := map[string]int{}
	for _, c := range criteria {
		prefix, _, _ := strings.Cut(c.ID, ".")
		i, ok := index[prefix]
		if !ok {
			i = len(all)
			index[prefix] = i
			all = append(all, series{Prefix: prefix, Category: c.Category, Name: seriesName(c, prefix)})
		}
		all[i].Cells = append(all[i].Cells, c)
	}
	return all
}

func controlsOf(a soc2.Assessment) []control {
	results := slices.Clone(a.Controls)
	report.SortControls(results)
	gaps := map[string][]soc2.Finding{}
	for _, f := range report.WorstGaps(a.Findings) {
		gaps[f.Control] = append(gaps[f.Control], f)
	}
	all := make([]control, len(results))
	for i, r := range results {
		g := gaps[r.ID]
		shown := g[:min(len(g), mostGaps)]
		all[i] = control{ControlResult: r, Gaps: shown, More: len(g) - len(shown)}
	}
	return all
}

func unseenOf(holes []soc2.ScopedHole) []unseen {
	var all []unseen
	for _, g := range report.Unseen(holes) {
		shown := g.Lines[:min(len(g.Lines), mostUnseen)]
		more := len(g.Lines) - len(shown)
		g.Lines = shown
		all = append(all, unseen{g, more})
	}
	return all
}

func sourceRows(sources []Source, a soc2.Assessment) []sourceRow {
	coverage := map[string]*report.Coverage{}
	for _, f := range a.Feeds {
		if coverage[f.Source] == nil {
			coverage[f.Source] = &report.Coverage{}
		}
		coverage[f.Source].Add(f, a.At)
	}
	var rows []sourceRow
	for _, s := range sources {
		row := sourceRow{Source: s}
		if c := coverage[s.Name]; c != nil {
			row.Coverage, row.Planned = *c, true
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b sourceRow) int { return cmp.Compare(a.Name, b.Name) })
	return rows
}

func reasonWord(r evidence.Reason) string { return strings.ReplaceAll(string(r), "-", " ") }

// seriesName is what the criteria of a series have in common, without their id.
func seriesName(c soc2.CriterionResult, prefix string) string {
	return cmp.Or(strings.TrimSpace(strings.TrimPrefix(c.Series, prefix)), c.Category)
}
