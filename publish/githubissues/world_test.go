package githubissues_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/publish/githubissues"
	"github.com/controlwatch/controlwatch/soc2"
)

// testing is what both a test and a property are.
type testing interface {
	require.TestingT
	githubtest.Reporter
}

// world is a tracker, a log, and what is published from one to the other.
type world struct {
	t       testing
	tracker *githubtest.Tracker
	now     time.Time
	waited  []time.Duration
	log     []entry
	opts    githubissues.Options
	wanted  githubissues.Wanted
}

type entry struct {
	gap  string
	body []byte
}

func newWorld(t testing) *world {
	w := &world{t: t, now: time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)}
	w.tracker = githubtest.NewTracker(t, "acme/compliance", w.clock)
	w.opts = githubissues.Options{
		API: "https://api.github.com", Repository: "acme/compliance", Credential: githubissues.Token(w.tracker.Token),
		Label: "controlwatch", Labels: []string{"soc2"}, AcceptedLabel: "risk-accepted", Assignees: map[string]string{"ada": "ada-l", "grace": "ghopper"},
		MinSeverity: soc2.Low, MostNew: 1000, ClosedByHand: githubissues.ReopenOnce, Store: "0123456789ab",
		Base: w.tracker, Clock: w.clock,
		Wait: func(ctx context.Context, d time.Duration) error {
			w.waited = append(w.waited, d)
			w.now = w.now.Add(d)
			return ctx.Err()
		},
		Keep: func(_ context.Context, gap string, r githubissues.Record) error {
			b, err := json.Marshal(r)
			w.log = append(w.log, entry{gap, b})
			return err
		},
	}
	w.tracker.Assignable = map[string]bool{"ada-l": true, "ghopper": true}
	w.wanted = githubissues.Wanted{
		Plan:     soc2.Plan{Schema: soc2.PlanV1, Assessment: "a7", At: w.now},
		Analysis: soc2.GapAnalysis{Held: map[string]string{}, Doubt: map[string]string{}},
	}
	return w
}

func (w *world) clock() time.Time { return w.now }

// sync is a whole process: it knows what the log says and nothing else.
func (w *world) sync() *githubissues.Sync {
	s, err := githubissues.New(w.opts)
	require.NoError(w.t, err)
	for _, e := range w.log {
		var r githubissues.Record
		require.NoError(w.t, json.Unmarshal(e.body, &r))
		s.Remember(e.gap, r)
	}
	return s
}

func (w *world) run() (githubissues.Run, error) {
	return w.sync().Run(context.Background(), w.wanted)
}

// settled runs, and requires that all went well.
func (w *world) settled() githubissues.Run {
	run, err := w.run()
	require.NoError(w.t, err)
	require.NoError(w.t, run.Err())
	return run
}

// quiet requires that a run changes nothing.
func (w *world) quiet() {
	before := len(w.tracker.Writes)
	run := w.settled()
	require.False(w.t, run.Changed(), "%+v", run.Actions)
	require.Len(w.t, w.tracker.Writes, before)
}

// gap puts a gap into the plan.
func (w *world) gap(id string) *soc2.PlanItem {
	w.wanted.Plan.Items = append(w.wanted.Plan.Items, soc2.PlanItem{
		Gap: "control:" + id, Title: "Thing " + id + " is so", Control: id, Criteria: []string{"CC6.1"}, Kind: soc2.NotImplemented, Severity: soc2.High,
		Owner: "ada", OwnerBy: "set by grace: ada@example.com knows", Opened: w.now.AddDate(0, 0, -9), Due: w.now.AddDate(0, 0, 21), DueBy: "set by grace: her holiday",
		Status: soc2.PlanOpen, Why: "2 of 5 fail.", Failing: 2, Success: "All 5 pass.",
		Tasks: []soc2.PlanTask{{Text: "Mend 2", Check: "c", Provider: "aws", How: "Do it.", Commands: []string{"aws s3api put-bucket-acl --bucket logs"}}},
	})
	w.wanted.Analysis.Gaps = append(w.wanted.Analysis.Gaps, soc2.Gap{
		ID: "control:" + id, Control: id, Title: "Thing " + id + " is so", Current: "2 of 5 fail.", Desired: "All are so.", Failing: 2, Total: 2,
		Examples: []soc2.GapExample{{Resource: bucket("logs"), Check: "c", Outcome: soc2.Fail}, {Resource: bucket("data"), Check: "c", Outcome: soc2.Fail}},
		Checks:   []soc2.GapCheck{{Check: "c", Provider: "aws", Failing: 2, Examples: []evidence.Resource{bucket("logs")}}},
	})
	return w.item(id)
}

func bucket(name string) evidence.Resource {
	return evidence.Resource{Provider: "aws", Account: "123456789012", Region: "eu-west-1", Kind: "Datastore", Type: "aws.s3.bucket", ID: "arn:aws:s3:::" + name, Name: name}
}

func (w *world) item(id string) *soc2.PlanItem {
	for n := range w.wanted.Plan.Items {
		if w.wanted.Plan.Items[n].Control == id {
			return &w.wanted.Plan.Items[n]
		}
	}
	return nil
}

func (w *world) about(id string) *soc2.Gap {
	for n := range w.wanted.Analysis.Gaps {
		if w.wanted.Analysis.Gaps[n].Control == id {
			return &w.wanted.Analysis.Gaps[n]
		}
	}
	return nil
}

// gone takes a gap out of the plan, as happens where no plan was frozen.
func (w *world) gone(id string) {
	var items []soc2.PlanItem
	for _, i := range w.wanted.Plan.Items {
		if i.Control != id {
			items = append(items, i)
		}
	}
	w.wanted.Plan.Items = items
	var gaps []soc2.Gap
	for _, g := range w.wanted.Analysis.Gaps {
		if g.Control != id {
			gaps = append(gaps, g)
		}
	}
	w.wanted.Analysis.Gaps = gaps
	delete(w.wanted.Analysis.Held, "control:"+id)
}

func (w *world) holds(id string) {
	w.gone(id)
	w.wanted.Analysis.Held["control:"+id] = "all 5 pass"
}

// issuesOf are the issues that are there for a gap, by its title.
func (w *world) issuesOf(id string) []*githubtest.Issue {
	var all []*githubtest.Issue
	for _, i := range w.tracker.Issues {
		if strings.Contains(i.Body, "gap=control%3A"+id+"&") && !i.Deleted {
			all = append(all, i)
		}
	}
	return all
}

func (w *world) only(id string) *githubtest.Issue {
	all := w.issuesOf(id)
	require.Len(w.t, all, 1, "issues of %s", id)
	return all[0]
}

// once makes the nth request of a method fail.
func (w *world) once(method string, n int, f githubtest.Fault) {
	w.tracker.Fault = func(req *http.Request) githubtest.Fault {
		if req.Method == method {
			if n--; n == 0 {
				return f
			}
		}
		return githubtest.Fault{}
	}
}

func names(n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("thing%03d", i))
	}
	return all
}
