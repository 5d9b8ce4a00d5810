package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/evaluators"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// losses tries what it means to lose a read, without reading everything anew for
// each: a collector can ask only what it declares (the guard refuses the rest), so
// a lost read changes the pulls of those that declare it, and of no others. Those
// others come from one healthy look, by way of a prepared store that is copied.
type losses struct {
	seen    *company
	healthy report.Scan
	commits []commit

	mu       sync.Mutex
	prepared map[string]*preparedStore
}

// commit is one plan or one pull as the runner gave it to the store.
type commit struct {
	plan  *evidence.Plan
	pull  evidence.Pull
	facts []evidence.Fact
}

// moment is when a read is lost: before anything that asks for it was ever read, or
// an hour after everything had been.
type moment time.Duration

const (
	atFirst  = moment(0)
	afterAll = moment(time.Hour)
)

func newLosses(t *testing.T) *losses {
	t.Helper()
	// Every loss makes a company and drops it: to collect garbage more often than
	// this costs a third of the time.
	before := debug.SetGCPercent(400)
	t.Cleanup(func() { debug.SetGCPercent(before) })
	l := &losses{seen: newCompany(t), prepared: map[string]*preparedStore{}}
	line, sources := l.seen.open(0)
	var mu sync.Mutex
	plan, pull := line.runner.CommitPlan, line.runner.CommitPull
	line.runner.CommitPlan = func(ctx context.Context, p evidence.Plan) error {
		mu.Lock()
		defer mu.Unlock()
		l.commits = append(l.commits, commit{plan: &p})
		return plan(ctx, p)
	}
	line.runner.CommitAnswered = nil // what is kept of answers turns nothing
	line.runner.CommitPull = func(ctx context.Context, p evidence.Pull, facts []evidence.Fact) error {
		mu.Lock()
		defer mu.Unlock()
		l.commits = append(l.commits, commit{pull: p, facts: facts})
		return pull(ctx, p, facts)
	}
	l.healthy = l.seen.look(line, sources)
	return l
}

// requireIndependence is what sparing the others rests on: each collector alone,
// which the guard holds to what it declares, sees what it saw among the others. So
// none has anything from a read that another made.
func (l *losses) requireIndependence(t *testing.T) {
	t.Helper()
	_, sources := l.seen.open(0)
	for _, p := range collectors.Providers {
		for _, c := range p.Collectors {
			by := concerned{provider: p.Name, collectors: []string{c.Name}}
			var mu sync.Mutex
			alone := map[string]commit{}
			runner := collectors.Runner{
				Clock:      func() time.Time { return sample.Day },
				Known:      func(context.Context, string) ([]evidence.FeedID, error) { return nil, nil },
				CommitPlan: func(context.Context, evidence.Plan) error { return nil },
				CommitPull: func(_ context.Context, p evidence.Pull, facts []evidence.Fact) error {
					mu.Lock()
					defer mu.Unlock()
					alone[p.Collector+" "+p.Scope.String()] = commit{pull: p, facts: facts}
					return nil
				},
			}
			require.NoError(t, runner.Run(t.Context(), by.read(sources)))
			for _, was := range l.commits {
				if was.plan == nil && was.pull.Collector == c.Name {
					is := alone[c.Name+" "+was.pull.Scope.String()]
					require.Equal(t, was.pull.Holes, is.pull.Holes, c.Name)
					require.ElementsMatch(t, was.facts, is.facts, c.Name)
					for op := range is.pull.OperationCounts {
						require.Contains(t, c.Reads, op, c.Name)
					}
				}
			}
		}
	}
}

// without judges everything after a look without one read.
func (l *losses) without(t *testing.T, op string, when moment) report.Scan {
	t.Helper()
	by := concernedBy(op)
	c := newCompany(t)
	c.config = l.seen.config
	c.base = deny(c.base, op)
	lacking := shelvesOf(by)
	if when == atFirst {
		c.remember(l.storeWithout(t, lacking))
	} else {
		c.remember(l.seen)
	}
	line, sources := c.open(time.Duration(when))
	defer func() { require.NoError(t, line.close()) }()
	if when == atFirst {
		l.commit(t, line, func(of string) bool { return slices.Contains(lacking, shelfOf(of)) && !by.collector(of) }, nil)
	}
	commitPull := line.runner.CommitPull
	line.runner.CommitAnswered = nil // what is kept of answers turns nothing
	line.runner.CommitPull = func(ctx context.Context, p evidence.Pull, facts []evidence.Fact) error {
		if !by.collector(p.Collector) {
			return nil // not read: the store has it
		}
		return commitPull(ctx, p, facts)
	}
	read := by.read(sources)
	require.NoError(t, line.runner.Announce(t.Context(), read))
	require.NoError(t, line.runner.Run(t.Context(), read))
	return judgeOnce(t, line)
}

// judgeOnce is an assessment that nothing is compared with and that is not kept, so
// that its findings need not be judged a second time to be given.
func judgeOnce(t *testing.T, line *pipeline) report.Scan {
	t.Helper()
	a := line.assessor
	view, err := line.store.View(t.Context(), a.Clock(), a.Sources)
	require.NoError(t, err)
	defer func() { require.NoError(t, view.Close()) }()
	assessment := soc2.Assessment{At: a.Clock(), Judge: a.Engine.Judge()}
	tally := soc2.NewTally(&assessment, a.Catalogue, view.Evidence())
	var all []report.Finding
	require.NoError(t, a.Engine.Stream(t.Context(), view.Evidence(), func(j *evaluators.Judged) error {
		soc2.Decide(j.Findings, a.Decisions, a.Clock())
		for _, f := range j.Findings {
			r := f.Resource
			all = append(all, report.Finding{Control: f.Control, Check: f.Check, Outcome: f.Outcome, Resource: report.Resource{
				Provider: r.Provider, Account: r.Account, Region: r.Region, Kind: r.Kind, Type: r.Type, ID: r.ID, Name: r.Name,
			}})
		}
		tally.Add(j.Judged)
		return nil
	}))
	tally.RollUp(a.Categories)
	// Holes, controls and criteria as a scan shows them; to write and read findings takes longest.
	assessment.Findings, assessment.Pulls = nil, nil
	var buf bytes.Buffer
	require.NoError(t, report.JSON(&buf, assessment))
	scan, err := report.Read(&buf)
	require.NoError(t, err)
	scan.Findings = all
	return scan
}

// concerned is what asks for a read: a provider's collectors, or all of them where
// the read is one of finding out what there is.
type concerned struct {
	provider   string
	collectors []string
	everything bool
}

// concernedBy says what asks for a read; for none, nothing does.
func concernedBy(op string) concerned {
	for _, p := range collectors.Providers {
		by := concerned{provider: p.Name, everything: slices.Contains(p.Discovery.Reads, op)}
		for _, c := range p.Collectors {
			if slices.Contains(c.Reads, op) {
				by.collectors = append(by.collectors, c.Name)
			}
		}
		if by.everything || len(by.collectors) > 0 {
			return by
		}
	}
	return concerned{provider: collectors.Providers[0].Name}
}

func (c concerned) collector(name string) bool {
	return slices.Contains(c.collectors, name) || c.everything && ofProvider(name) == c.provider
}

func ofProvider(collector string) string {
	for _, p := range collectors.Providers {
		if slices.ContainsFunc(p.Collectors, func(c evidence.Collector) bool { return c.Name == collector }) {
			return p.Name
		}
	}
	return ""
}

// read are the sources to read.
func (c concerned) read(sources []source) (read []connect.Source) {
	for _, s := range bare(sources) {
		if s.Provider == c.provider {
			read = append(read, c.only(s))
		}
	}
	return read
}

// only is a source that plans all it plans and reads what is concerned.
func (c concerned) only(s connect.Source) connect.Source {
	discover := s.Discover
	s.Discover = func(ctx context.Context, known []evidence.FeedID) (connect.Discovery, error) {
		d, err := discover(ctx, known)
		for i := range d.Feeds {
			if !c.collector(d.Feeds[i].Collector.Name) {
				d.Feeds[i].Collect = func(context.Context, *evidence.Recorder) error { return nil }
			}
		}
		return d, err
	}
	return s
}

// shelf is a few neighbouring collectors of a provider. To keep a store for each
// collector that was never read would cost more than to commit its neighbours' pulls.
type shelf struct {
	provider string
	n        int
}

const collectorsOnAShelf = 6

func shelfOf(collector string) shelf {
	for _, p := range collectors.Providers {
		if i := slices.IndexFunc(p.Collectors, func(c evidence.Collector) bool { return c.Name == collector }); i >= 0 {
			return shelf{p.Name, i / collectorsOnAShelf}
		}
	}
	return shelf{}
}

func shelvesOf(by concerned) (shelves []shelf) {
	for _, p := range collectors.Providers {
		for _, c := range p.Collectors {
			if by.collector(c.Name) {
				shelves = append(shelves, shelfOf(c.Name))
			}
		}
	}
	return slices.Compact(shelves)
}

type preparedStore struct {
	sync.Once
	company *company
}

// storeWithout has what one healthy look saw but for some shelves. A source of
// which nothing was read has no plan either.
func (l *losses) storeWithout(t *testing.T, lacking []shelf) *company {
	t.Helper()
	key := fmt.Sprint(lacking)
	l.mu.Lock()
	p := l.prepared[key]
	if p == nil {
		p = &preparedStore{}
		l.prepared[key] = p
	}
	l.mu.Unlock()
	p.Do(func() {
		c := newCompany(l.seen.t)
		c.config = l.seen.config
		line, _ := c.open(0)
		has := func(collector string) bool { return !slices.Contains(lacking, shelfOf(collector)) }
		l.commit(t, line, has, func(source string) bool {
			return slices.ContainsFunc(l.commits, func(c commit) bool { return c.plan == nil && c.pull.Source == source && has(c.pull.Collector) })
		})
		require.NoError(t, line.close())
		p.company = c
	})
	require.NotNil(t, p.company, "the store to begin with")
	return p.company
}

// commit gives a store some of the pulls of the healthy look, and the plans of some
// sources; nil: of none.
func (l *losses) commit(t *testing.T, line *pipeline, of, planned func(string) bool) {
	t.Helper()
	for _, c := range l.commits {
		switch {
		case c.plan == nil && of(c.pull.Collector):
			require.NoError(t, line.store.CommitPull(t.Context(), c.pull, c.facts))
		case c.plan != nil && planned != nil && planned(c.plan.Source):
			require.NoError(t, line.store.CommitPlan(t.Context(), *c.plan))
		}
	}
}

// judgement is what a scan says of each thing, to compare it with another scan's.
type judgement struct {
	findings, holes, controls, criteria []string
}

func judgementOf(s report.Scan) (j judgement) {
	for _, f := range s.Findings {
		j.findings = append(j.findings, strings.Join([]string{f.Control, f.Check, f.Resource.Account, f.Resource.Region, f.Resource.ID, f.Outcome.String()}, " "))
	}
	for _, h := range s.Holes {
		j.holes = append(j.holes, strings.Join([]string{h.Account, h.Region, h.Collector, h.Field, string(h.Reason), h.Detail}, " "))
	}
	for _, c := range s.Controls {
		j.controls = append(j.controls, c.ID+" "+c.State.String())
	}
	for _, c := range s.Criteria {
		j.criteria = append(j.criteria, c.ID+" "+string(c.State))
	}
	for _, list := range []*[]string{&j.findings, &j.holes} {
		slices.SortFunc(*list, cmp.Compare)
	}
	return j
}

func requireSame(t *testing.T, want, got judgement) {
	t.Helper()
	require.NotEmpty(t, want.findings)
	require.Equal(t, want, got)
}
