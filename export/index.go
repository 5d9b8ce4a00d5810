package export

import (
	"context"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// index is the page to begin with.
func (x *exporter) index(context.Context) error {
	p := indexPage{
		head: x.head("Evidence", ""), Began: x.from.Began, Commits: [2]int64{x.from.First, x.from.Last},
		Counts: x.counts, Unprotected: x.unprotected(), Judged: x.judged,
		Answers: !x.redacted("answers"), Samples: !x.redacted("samples"),
	}
	if x.judged != nil {
		p.Adopted = x.adopted()
		p.Controls = x.controlRows("")
		for _, c := range x.selectedCriteria() {
			p.Criteria = append(p.Criteria, criterionRow{c.ID, c.Title, x.criterionState(c.ID)})
		}
	}
	return x.page("index.html", "index", p)
}

// head is what every page begins with.
type head struct {
	Title, Root, Origin string
	From, To, JudgedAt  time.Time
	By, For             string
	SampleData          bool
	Limited             []string
}

func (x *exporter) head(title, root string) head {
	h := head{
		Title: title, Root: root, Origin: x.from.Origin, From: x.from.From, To: x.from.To,
		By: x.options.By, For: x.options.For, Limited: x.options.Criteria,
	}
	if x.judged != nil {
		h.JudgedAt, h.SampleData = x.judged.At, x.judged.SampleData
	}
	return h
}

type indexPage struct {
	head
	Began       time.Time
	Commits     [2]int64
	Counts      counts
	Criteria    []criterionRow
	Controls    []controlRow
	Judged      *store.Judged
	Unprotected string
	Answers     bool // the table is there
	Samples     bool
	Adopted     string // of the controls, in numbers
}

type criterionRow struct {
	ID, Title string
	State     soc2.CriterionState
}

type criterionPage struct {
	head
	Criterion soc2.Criterion
	State     soc2.CriterionState
	Controls  []controlRow
}

type controlPage struct {
	head
	Control          soc2.Control
	State            soc2.Outcome
	Kept             store.JudgedControl
	Own              string // in the company's wording
	Part             *controlPart
	Checks           []checkCounts
	Bad              []finding
	BadMore, Drifted int
	Unseen           bool
}
