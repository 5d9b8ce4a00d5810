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
	Log        string   // how far the evidence log is protected; empty: nothing signs it
	Problems   []string // what keeps the daemon from working as it should
	Period     []string // what there is to say of the observation period under way
	Now        time.Time
	Version    string
	Follow     bool // load the page again by itself, at the price of the reader's place
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
	mostGaps    = 5  // for one control
	mostUnseen  = 12 // for one reason
	firstUnseen = 4  // of them before one has to ask for the others
)

type view struct {
	Input
	Decided   []string // where decisions stand, and what narrows without one
	Sample    bool
	At        time.Time
	Findings  int // all that were judged
	Failing   int
	Unjudged  int
	Totals    []total
	Sight     report.Coverage
	HoleCount int
	States    []total
	Series    []series
	Causes    []causeCount
	Drift     []event
	Earlier   []event
	Waiting   int // findings whose drift is not announced yet
	Worst     []gap
	WorstMore int
	Controls  []control
	Unseen    []unseen
	Sources   []sourceRow
}

// total is a number with the word and the look of what it counts, and its part
// of a bar of a thousand.
type total struct {
	Class, Word string
	Count       int
	From, Share int
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
	Rest []report.UnseenLine // shown when asked for
	More int                 // lines that are not shown
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
	if told := report.Decided(a.Decisions); told != "" {
		v.Decided = append(v.Decided, "Decisions: "+told+".")
	}
	if told := report.NarrowedInSilence(a.Narrowings); told != "" {
		v.Decided = append(v.Decided, "Warning: "+told+".")
	}
	v.Totals = totalsOf(a.Outcomes)
	for _, t := range v.Totals {
		v.Findings += t.Count
	}
	v.Failing, v.Unjudged = a.Outcomes[soc2.Fail], a.Outcomes[soc2.Unobserved]
	for _, f := range a.Feeds {
		v.Sight.Add(f, a.At)
	}
	v.HoleCount = len(a.Holes)
	for _, s := range soc2.CriterionStates {
		n := 0
		for _, c := range a.Criteria {
			if c.State == s {
				n++
			}
		}
		v.States = append(v.States, total{Class: string(s), Word: word(s), Count: n})
	}
	v.Series = seriesOf(a.Criteria)
	v.Causes = causesOf(in.Recent)
	v.Drift = eventsOf(in.Recent, in.Now)
	if len(v.Drift) > mostDrift {
		v.Drift, v.Earlier = v.Drift[:mostDrift], v.Drift[mostDrift:]
	}
	for _, n := range a.Pending.Waiting {
		v.Waiting += n
	}
	worst := report.WorstGaps(a.Findings)
	v.Worst, v.WorstMore = worstOf(worst, a.Controls)
	v.Controls = controlsOf(a.Controls, worst)
	v.Unseen = unseenOf(a.Holes)
	v.Sources = sourceRows(in.Sources, a)
	return v
}

func totalsOf(outcomes map[soc2.Outcome]int) []total {
	var all []total
	sum, before := 0, 0
	for _, n := range outcomes {
		sum += n
	}
	for _, o := range soc2.Outcomes {
		n := outcomes[o]
		t := total{Class: o.String(), Word: strings.ReplaceAll(o.String(), "_", " "), Count: n}
		if sum > 0 {
			t.From = before * 1000 / sum
			before += n
			t.Share = before*1000/sum - t.From
		}
		all = append(all, t)
	}
	return all
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

func controlsOf(results []soc2.ControlResult, worst []soc2.Finding) []control {
	results = slices.Clone(results)
	report.SortControls(results)
	gaps := map[string][]soc2.Finding{}
	for _, f := range worst {
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
		first := min(len(shown), firstUnseen)
		g.Lines = shown[:first]
		all = append(all, unseen{g, shown[first:], more})
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
