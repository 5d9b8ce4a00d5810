package daemon_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/daemon/alerts"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// recorder is a receiver that keeps what it was sent, and answers as a test wants.
type recorder struct {
	mu     sync.Mutex
	name   string
	got    []alert.Notice
	tries  int
	answer func(context.Context, alert.Notice) error // nil: takes it
}

func (r *recorder) Name() string { return r.name }
func (r *recorder) Kind() string { return "recorder" }

func (r *recorder) Send(ctx context.Context, n alert.Notice) error {
	r.mu.Lock()
	r.tries++
	answer := r.answer
	r.mu.Unlock()
	if answer != nil {
		err := answer(ctx, n)
		if err != nil && !errors.Is(err, errReplyLost) {
			return err
		}
		defer func() { _ = err }()
		r.mu.Lock()
		r.got = append(r.got, n)
		r.mu.Unlock()
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, n)
	return nil
}

func (r *recorder) set(answer func(context.Context, alert.Notice) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

func (r *recorder) notices() []alert.Notice {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

var (
	errReplyLost = errors.New("the reply was lost")
	errDown      = errors.New("connection refused")
)

// drifting is a company whose findings a test changes between assessments, over a
// store that outlives daemons.
type drifting struct {
	t         *testing.T
	path      string
	store     *store.Store
	mu        sync.Mutex
	findings  map[soc2.FindingKey]soc2.Finding
	before    *soc2.Baseline
	each      func() // before each assessment
	drifted   int
	fail      error
	receivers []alert.Receiver
	mirrors   []alert.Mirror
	routes    alerts.Routes
	skew      atomic.Int64 // of the machine's clock, in nanoseconds
}

func (w *drifting) now() time.Time { return time.Now().Add(time.Duration(w.skew.Load())) }

func newDrifting(t *testing.T, receivers ...alert.Receiver) *drifting {
	t.Helper()
	w := &drifting{t: t, path: filepath.Join(t.TempDir(), "controlwatch.db"), findings: map[soc2.FindingKey]soc2.Finding{}, receivers: receivers}
	route := alerts.Route{Name: "default"}
	for _, r := range receivers {
		route.Receivers = append(route.Receivers, r.Name())
	}
	w.routes = alerts.Routes{List: []alerts.Route{route}, Mirrors: map[string]bool{}}
	return w
}

func (w *drifting) set(control, id string, outcome soc2.Outcome) {
	f := soc2.Finding{
		Control: control, Check: "check", Outcome: outcome, Severity: soc2.High, Inputs: id + outcome.String(),
		Resource: evidence.Resource{Provider: "aws", Account: "1", Kind: "Datastore", Type: "aws.s3.bucket", ID: id},
	}
	w.findings[f.Key()] = f
}

func (w *drifting) open() {
	var err error
	w.store, err = store.Open(w.t.Context(), "sqlite:"+w.path, store.Options{Clock: w.now, Version: "test", Ephemeral: true})
	require.NoError(w.t, err)
}

// run is a daemon that lives for a while, over a store that it opens and closes.
func (w *drifting) run(d time.Duration, change ...func(*daemon.Options)) *running {
	w.t.Helper()
	w.open()
	defer func() { require.NoError(w.t, w.store.Close()) }()
	world := newWorld()
	world.clock = w.now
	r := makeDaemon(w.t, world, "127.0.0.1:0", nil, append([]func(*daemon.Options){func(o *daemon.Options) {
		o.Work.Assess, o.Work.AssessEvery = w.assess, time.Minute
		o.Work.Alerts = &daemon.Alerting{Book: w.store, Routes: w.routes, Receivers: w.receivers, Mirrors: w.mirrors}
	}}, change...)...)
	work(w.t, r, d)
	return r
}

func (w *drifting) assess(ctx context.Context) (soc2.Assessment, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fail != nil {
		return soc2.Assessment{}, w.fail
	}
	if w.each != nil {
		w.each()
	}
	now := w.now().UTC()
	scope := evidence.Scope{Provider: "aws", Account: "1"}
	populations := []evidence.Population{{Kind: "Datastore", Type: "aws.s3.bucket"}}
	a := soc2.Assessment{
		At: now, StartedAt: now, FinishedAt: now, Version: "test", Outcomes: map[soc2.Outcome]int{},
		Feeds: []evidence.FeedState{{
			Source: "aws", ID: evidence.FeedID{Collector: "aws_s3", Scope: scope}, Populations: populations,
			Last:     &evidence.Pull{ID: "p1", Source: "aws", Collector: "aws_s3", Scope: scope, Populations: populations, StartedAt: now, FinishedAt: now},
			Complete: map[string]time.Time{"aws.s3.bucket": now},
		}},
	}
	controls := map[string]bool{}
	for _, f := range w.findings {
		a.Findings = append(a.Findings, f)
		controls[f.Control] = true
	}
	for _, id := range slices.Sorted(maps.Keys(controls)) {
		a.Controls = append(a.Controls, soc2.ControlResult{ID: id, Title: id, Severity: soc2.High, Checks: []string{"check"}})
	}
	soc2.SortFindings(a.Findings)
	drift, changed := soc2.Diff(w.before, &a)
	view, err := w.store.View(ctx, now, nil)
	if err != nil {
		return a, err
	}
	defer view.Close()
	a.Drift = drift
	if a.ID, err = view.Commit(ctx, a, nil); err != nil {
		return a, err
	}
	next := &soc2.Baseline{At: now, Judge: a.Judge, Feeds: soc2.AssessedFeeds(a.Feeds, now), States: map[soc2.FindingKey]soc2.FindingState{}}
	if w.before != nil {
		maps.Copy(next.States, w.before.States)
	}
	for _, s := range changed {
		next.States[s.Key] = s
	}
	w.before = next
	w.drifted += len(drift)
	return a, nil
}

// Issue 6, Shows 4.
func TestAReceiverThatWasDownGetsEverything(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ops := &recorder{name: "ops"}
		w := newDrifting(t, ops)
		const controls, incidents = 25, 250
		for i := range controls {
			w.set(fmt.Sprintf("control-%03d", i), "bucket", soc2.Pass)
		}
		w.run(30 * time.Second) // the first says what is there
		require.Len(t, ops.notices(), 1)

		at := 0
		w.each = func() { // one begins with each assessment, and ends three later
			if at < incidents {
				w.set(fmt.Sprintf("control-%03d", at%controls), "bucket", soc2.Fail)
			}
			if done := at - 3; done >= 0 && done < incidents {
				w.set(fmt.Sprintf("control-%03d", done%controls), "bucket", soc2.Pass)
			}
			at++
		}
		killed := 0
		ops.set(func(ctx context.Context, _ alert.Notice) error { // hangs until it is killed or gives up
			<-ctx.Done()
			killed++
			return ctx.Err()
		})
		w.run(20*time.Minute + 10*time.Second)
		ops.set(func(context.Context, alert.Notice) error { return errDown })
		w.run(100 * time.Minute)
		ops.set(func(ctx context.Context, _ alert.Notice) error {
			<-ctx.Done()
			killed++
			return ctx.Err()
		})
		w.run(150 * time.Minute)
		require.Len(t, ops.notices(), 1, "it took nothing")
		require.Equal(t, 2*incidents, w.drifted, "500 drift events")
		require.Greater(t, killed, 2)

		replies, lost := 0, map[string]bool{}
		ops.set(func(_ context.Context, n alert.Notice) error {
			if replies++; replies%10 == 0 && !lost[n.ID] {
				lost[n.ID] = true
				return errReplyLost
			}
			return nil
		})
		w.each = nil
		r := w.run(2*time.Hour, func(o *daemon.Options) { o.Work.AssessEvery = time.Hour })
		require.Zero(t, value(t, r, `controlwatch_alerts_waiting{receiver=ops}`))

		got := ops.notices()[1:]
		times, next, last := map[string]int{}, map[string]int{}, map[string]alert.Notice{}
		for _, n := range got {
			times[n.ID]++
			if times[n.ID] > 1 {
				require.True(t, lost[n.ID], "twice, and no reply was lost: %s", n.ID)
				require.Equal(t, last[n.Key].ID, n.ID, "nothing of its incident came between")
				continue
			}
			next[n.Key]++
			require.Equal(t, next[n.Key], n.Number, "in order")
			last[n.Key] = n
		}
		for id := range lost {
			require.Equal(t, 2, times[id], "a lost reply is one more")
		}
		require.NotEmpty(t, lost)
		told := map[string]bool{}
		for key, n := range last {
			require.Equal(t, alert.Resolved, n.Status, "%s was closed", key)
			require.Equal(t, 2, n.Number)
			for _, a := range n.Alerts {
				require.Equal(t, alert.Resolved, a.Status)
				told[a.Control] = true
			}
		}
		require.Len(t, last, incidents)
		require.Len(t, told, controls)

		w.open()
		defer w.store.Close()
		receipts := 0
		for e, err := range w.store.Entries(t.Context(), store.EntryNotice) {
			require.NoError(t, err)
			var body daemon.NoticeReceipt
			require.NoError(t, json.Unmarshal(e.Body, &body))
			require.Equal(t, "ops", body.Receiver)
			receipts++
		}
		require.Equal(t, 1+2*incidents, receipts)
	})
}

// One that is never taken delays its own incident only.
func TestOneIncidentDoesNotDelayOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ops := &recorder{name: "ops", answer: func(_ context.Context, n alert.Notice) error {
			if len(n.Alerts) > 0 && n.Alerts[0].Control == "bad" {
				return fmt.Errorf("%w: 400 too long", alert.ErrRefused)
			}
			return nil
		}}
		w := newDrifting(t, ops)
		w.set("bad", "a", soc2.Pass)
		w.set("good", "a", soc2.Pass)
		w.run(time.Minute)
		step := 0
		w.each = func() {
			outcome := []soc2.Outcome{soc2.Pass, soc2.Fail, soc2.Fail, soc2.Pass}[min(step, 3)]
			w.set("bad", "a", outcome)
			w.set("good", "a", outcome)
			step++
		}
		r := w.run(10 * time.Minute)
		got := ops.notices()
		require.Len(t, got, 3, "the first, and of one incident both")
		require.Equal(t, []alert.Status{alert.Firing, alert.Resolved}, []alert.Status{got[1].Status, got[2].Status})
		require.InDelta(t, 1, value(t, r, `controlwatch_alerts_refused{receiver=ops}`), 0)
		require.InDelta(t, 1, value(t, r, `controlwatch_alerts_waiting{receiver=ops}`), 0)

		w.each = nil
		ops.set(nil) // somebody mended it, and restarts
		w.run(10 * time.Minute)
		got = ops.notices()[3:]
		require.Len(t, got, 2)
		require.Equal(t, []int{1, 2}, []int{got[0].Number, got[1].Number})
	})
}

type mirror struct {
	mu    sync.Mutex
	shown [][]alert.Alert
	at    []time.Time
	fail  error
}

func (*mirror) Name() string { return "am" }
func (*mirror) Kind() string { return "alertmanager" }

func (m *mirror) Show(_ context.Context, all []alert.Alert, valid time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if valid < time.Hour {
		return errors.New("too short")
	}
	m.shown, m.at = append(m.shown, all), append(m.at, time.Now())
	return m.fail
}

func TestMirrorsAreKeptTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		am := &mirror{}
		w := newDrifting(t)
		w.mirrors = []alert.Mirror{am}
		w.routes = alerts.Routes{List: []alerts.Route{{Name: "default", Receivers: []string{"am"}}}, Mirrors: map[string]bool{"am": true}}
		w.set("public", "a", soc2.Pass)
		w.set("public", "old", soc2.Fail)
		w.run(time.Minute)
		w.each = func() { w.set("public", "a", soc2.Fail) }
		w.run(10 * time.Minute)
		last := am.shown[len(am.shown)-1]
		require.Len(t, last, 1, "what failed before is none")
		require.Equal(t, alert.Firing, last[0].Status)
		id := last[0].ID
		w.each = func() { w.set("public", "a", soc2.Pass) }
		w.run(30 * time.Minute)
		last = am.shown[len(am.shown)-1]
		require.Len(t, last, 1, "what ended is shown for a while")
		require.Equal(t, id, last[0].ID)
		require.Equal(t, alert.Resolved, last[0].Status)
		require.False(t, last[0].EndsAt.IsZero())
		w.run(2 * time.Hour)
		require.Empty(t, am.shown[len(am.shown)-1])
		for i, at := range am.at[1:] {
			require.LessOrEqual(t, at.Sub(am.at[i]), 2*time.Minute)
		}
	})
}

func TestAMonthOfSilenceIsSaid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ops := &recorder{name: "ops"}
		w := newDrifting(t, ops)
		w.set("public", "a", soc2.Pass)
		w.run(time.Minute)
		ops.set(func(context.Context, alert.Notice) error { return errDown })
		w.each = func() { w.set("public", "a", soc2.Fail) }
		hourly := func(o *daemon.Options) { o.Work.AssessEvery = time.Hour }
		r := w.run(31*24*time.Hour, hourly)
		require.Positive(t, r.log.FilterMessage("alerts were given up: their receiver took none for too long").Len())
		require.Less(t, ops.tries, 31*24*5, "it is asked now and then")
		ops.set(nil)
		w.run(time.Hour, hourly)
		got := ops.notices()[1:]
		require.Len(t, got, 1)
		require.Contains(t, got[0].Title, "could not be handed over for 30 days")
	})
}

func TestThePageSaysThatAlertsDoNotGoOut(t *testing.T) {
	t.Parallel()
	w := newDrifting(t, &recorder{name: "ops", answer: func(context.Context, alert.Notice) error {
		return fmt.Errorf("%w: the key is wrong", alert.ErrRefused)
	}})
	w.set("public", "a", soc2.Fail)
	w.open()
	defer func() { require.NoError(t, w.store.Close()) }()
	r := makeDaemon(t, newWorld(), "127.0.0.1:0", nil, func(o *daemon.Options) {
		o.Work.Assess, o.Work.AssessEvery = w.assess, 50*time.Millisecond
		o.Work.Alerts = &daemon.Alerting{Book: w.store, Routes: w.routes, Receivers: w.receivers}
		o.Drift = w.store
	})
	stop := r.start(t)
	r.await(t, "an alert could not be sent")
	require.Eventually(t, func() bool {
		body := r.ask(t, "GET", "/").body
		return strings.Contains(body, "Alerts do not go out to") && !strings.Contains(body, "the key is wrong")
	}, 20*time.Second, 10*time.Millisecond)
	stop()
	out, err := w.store.Outbox(t.Context(), "ops")
	require.NoError(t, err)
	require.Equal(t, store.NoticeRefused, out[0].State)
	require.Contains(t, out[0].Error, "the key is wrong")
}

// faulty is a store that a process dies over.
type faulty struct {
	daemon.AlertBook
	keep, sent func() error
}

func (f *faulty) KeepAlerts(ctx context.Context, c store.AlertChange) error {
	if f.keep != nil {
		if err := f.keep(); err != nil {
			return err
		}
	}
	return f.AlertBook.KeepAlerts(ctx, c)
}

func (f *faulty) Sent(ctx context.Context, o store.Outgoing, at time.Time, receipt store.Entry) error {
	if f.sent != nil {
		if err := f.sent(); err != nil {
			return err
		}
	}
	return f.AlertBook.Sent(ctx, o, at, receipt)
}

func TestNothingIsLostOrToldTwice(t *testing.T) {
	t.Parallel()
	errKilled := errors.New("killed")
	for name, c := range map[string]struct {
		book func(*faulty)
		want []int // numbers of what arrives
	}{
		"between an assessment and its alerts": {func(f *faulty) { f.keep = func() error { return errKilled } }, []int{1, 2}},
		"between a notice and noting it":       {func(f *faulty) { f.sent = func() error { return errKilled } }, []int{1, 1, 2}},
		"in the middle of making alerts":       {func(f *faulty) { f.keep = func() error { panic("killed") } }, []int{1, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ops := &recorder{name: "ops"}
				w := newDrifting(t, ops)
				w.set("public", "a", soc2.Pass)
				w.run(30 * time.Second)
				w.each = func() { w.set("public", "a", soc2.Fail) }
				w.run(20*time.Second, func(o *daemon.Options) {
					f := &faulty{AlertBook: w.store}
					c.book(f)
					o.Work.Alerts.Book = f
				})
				w.each = nil
				w.run(5 * time.Minute)
				w.each = func() { w.set("public", "a", soc2.Pass) }
				w.run(5 * time.Minute)
				var numbers []int
				ids := map[string]bool{}
				for _, n := range ops.notices()[1:] {
					numbers = append(numbers, n.Number)
					ids[n.ID] = true
				}
				require.Equal(t, c.want, numbers)
				require.Len(t, ids, 2, "twice is with the same id")
			})
		})
	}
}

// A receiver that answers after an hour, panics or talks nonsense delays nobody else.
func TestBadReceiversDelayOnlyThemselves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		good := &recorder{name: "good"}
		slow := &recorder{name: "slow", answer: func(ctx context.Context, _ alert.Notice) error {
			<-ctx.Done()
			return context.Cause(ctx)
		}}
		bad := &recorder{name: "bad", answer: func(context.Context, alert.Notice) error { panic("garbage") }}
		busy := &recorder{name: "busy", answer: func(context.Context, alert.Notice) error {
			return &alert.LaterError{After: 3 * time.Hour, Err: errors.New("429")}
		}}
		w := newDrifting(t, slow, bad, busy, good)
		w.set("public", "a", soc2.Pass)
		w.run(30 * time.Second)
		w.each = func() { w.set("public", "a", soc2.Fail) }
		began := time.Now()
		r := w.run(10 * time.Minute)
		require.Len(t, good.notices(), 2)
		require.Less(t, good.notices()[1].At.Sub(began), time.Minute)
		require.LessOrEqual(t, busy.tries, 2, "it said when to come again")
		require.Less(t, bad.tries, 12)
		for _, name := range []string{"slow", "bad", "busy"} {
			require.InDelta(t, 2, value(t, r, `controlwatch_alerts_waiting{receiver=`+name+`}`), 0)
		}
		for _, one := range []*recorder{slow, bad, busy} {
			one.set(nil)
		}
		w.run(time.Hour)
		for _, one := range []*recorder{slow, bad, busy} {
			require.Len(t, one.notices(), 2, one.name)
		}
	})
}

func TestQuietHoursDelayOverRestarts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // it begins at midnight UTC
		ops := &recorder{name: "ops"}
		w := newDrifting(t, ops)
		w.routes.List[0].Quiet = []alerts.Quiet{{
			Zone: time.UTC, Days: [7]bool{true, true, true, true, true, true, true}, From: 22 * 60, To: 7 * 60, Through: soc2.Critical,
		}}
		w.set("public", "a", soc2.Pass)
		w.run(10 * time.Minute)
		step := 0
		w.each = func() {
			if step++; step < 30 {
				w.set("public", "a", soc2.Fail)
			} else {
				w.set("public", "a", soc2.Pass)
			}
		}
		w.run(time.Hour)
		r := w.run(time.Hour)
		require.Len(t, ops.notices(), 1)
		require.Zero(t, value(t, r, "controlwatch_alerts_oldest_age_seconds{receiver=ops}"), "what waits on purpose is not late")
		w.each = nil
		w.run(5*time.Hour, func(o *daemon.Options) { o.Work.AssessEvery = time.Hour })
		got := ops.notices()[1:]
		require.Len(t, got, 2, "both when it began and when it ended")
		require.Equal(t, []alert.Status{alert.Firing, alert.Resolved}, []alert.Status{got[0].Status, got[1].Status})
	})
}
