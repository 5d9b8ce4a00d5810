package daemon_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/robfig/cron/v3"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/daemon/metrics"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is what a daemon is wired to: a store that remembers between daemons,
// and sources whose answers a test decides.
type world struct {
	mu         sync.Mutex
	pulls      []string // names of sources, in the order they were pulled
	pulledAt   map[string]time.Time
	assessed   []time.Time
	totals     []store.DriftTotal
	recent     []soc2.Drift
	drift      []soc2.Drift // of the next assessment, once
	failAssess error
	failTotals error

	// pull is what a source does; nil: it brings something at once.
	pull func(ctx context.Context, source string) error
	// shape changes what is assessed; nil: as it is.
	shape func(*soc2.Assessment)
	clock func() time.Time
}

func newWorld() *world { return &world{pulledAt: map[string]time.Time{}, clock: time.Now} }

func (w *world) Pull(ctx context.Context, sources []connect.Source) error {
	for _, s := range sources {
		w.mu.Lock()
		w.pulls = append(w.pulls, s.Name)
		pull := w.pull
		w.mu.Unlock()
		began := w.clock()
		if pull != nil {
			if err := pull(ctx, s.Name); err != nil {
				return err
			}
		}
		w.mu.Lock()
		w.pulledAt[s.Name] = began
		w.mu.Unlock()
	}
	return nil
}

var places = map[string]evidence.Scope{
	"aws/1111":    {Provider: "aws", Account: "1111"},
	"github/acme": {Provider: "github", Account: "acme"},
}

// Assess makes an assessment of what was pulled: one failing user in each place.
func (w *world) Assess(context.Context) (soc2.Assessment, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.clock()
	w.assessed = append(w.assessed, now)
	if w.failAssess != nil {
		return soc2.Assessment{}, w.failAssess
	}
	a := soc2.Assessment{
		ID: "a", At: now, StartedAt: now, FinishedAt: now, Version: "1.0.0", Outcomes: map[soc2.Outcome]int{},
		Criteria: []soc2.CriterionResult{{ID: "CC6.1", Category: "Security", Title: "Access", State: soc2.GapSeen, Residual: "A person judges."}},
		Controls: []soc2.ControlResult{{
			ID: "users-have-mfa", Title: "Users have a second factor", State: soc2.Fail, Severity: soc2.High,
			Criteria: []soc2.Mapping{{ID: "CC6.1", Strength: soc2.Direct}},
		}},
		Drift: w.drift,
	}
	w.drift = nil
	for name, scope := range places {
		feed := evidence.FeedState{
			Source: name, ID: evidence.FeedID{Collector: scope.Provider + "_users", Scope: scope},
			Populations: []evidence.Population{{Kind: "User", Type: "user"}},
		}
		if at, ok := w.pulledAt[name]; ok {
			feed.Last = &evidence.Pull{Source: name, Collector: feed.ID.Collector, Scope: scope, Populations: feed.Populations, StartedAt: at, FinishedAt: at}
			feed.Complete = map[string]time.Time{"user": at}
			a.Pulls = append(a.Pulls, *feed.Last)
			a.Findings = append(a.Findings, soc2.Finding{
				Control: "users-have-mfa", Check: "user", Outcome: soc2.Fail, Severity: soc2.High,
				Resource: evidence.Resource{Provider: scope.Provider, Account: scope.Account, Kind: "User", Type: "user", ID: "u1", Name: "ada"},
			})
			a.Outcomes[soc2.Fail]++
			a.Controls[0].Failing++
		}
		a.Feeds = append(a.Feeds, feed)
	}
	soc2.SortFindings(a.Findings)
	if w.shape != nil {
		w.shape(&a)
	}
	return a, nil
}

func (w *world) DriftTotals(context.Context) ([]store.DriftTotal, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.totals), w.failTotals
}

func (w *world) DriftSince(context.Context, time.Time, int) ([]soc2.Drift, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.recent), nil
}

func (w *world) change(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
}

func (w *world) pulled() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.pulls)
}

func (w *world) assessments() []time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.assessed)
}

// running is a daemon in a world, with its metrics and its log.
type running struct {
	*daemon.Daemon
	metrics *metrics.Metrics
	log     *observer.ObservedLogs
	events  chan string // messages of the log, as they come
}

// newDaemon makes one that follows sources on schedules: name to cron.
func newDaemon(t *testing.T, w *world, schedules map[string]string) *running {
	t.Helper()
	return makeDaemon(t, w, "127.0.0.1:0", schedules)
}

// newDaemonAt makes one without sources that serves on an address.
func newDaemonAt(t *testing.T, w *world, address string) *running {
	t.Helper()
	return makeDaemon(t, w, address, nil)
}

func makeDaemon(t *testing.T, w *world, address string, schedules map[string]string, change ...func(*daemon.Options)) *running {
	t.Helper()
	core, logs := observer.New(zap.DebugLevel)
	r := &running{metrics: metrics.New("1.0.0"), log: logs, events: make(chan string, 10_000)}
	log := zap.New(core, zap.Hooks(func(e zapcore.Entry) error {
		r.events <- e.Message
		return nil
	}))
	o := daemon.Options{
		Address: address, Version: "1.0.0", Work: daemon.Work{Pull: w.Pull, Assess: w.Assess}, Drift: w,
		Metrics: r.metrics, Log: log, Clock: func() time.Time { return w.clock() },
	}
	o.Work.Sources = scheduled(t, schedules)
	for _, c := range change {
		c(&o)
	}
	var err error
	r.Daemon, err = daemon.New(o)
	require.NoError(t, err)
	return r
}

// scheduled are sources of the world on schedules: name to cron.
func scheduled(t *testing.T, schedules map[string]string) (sources []daemon.Scheduled) {
	t.Helper()
	for name, text := range schedules {
		schedule, err := cron.ParseStandard(text)
		require.NoError(t, err)
		sources = append(sources, daemon.Scheduled{Source: connect.Source{Name: name, Provider: places[name].Provider, Scope: places[name]}, Schedule: schedule})
	}
	return sources
}

// await waits for a line of the log, which is how a daemon says what it did.
func (r *running) await(t *testing.T, message string) {
	t.Helper()
	for {
		select {
		case m := <-r.events:
			if m == message {
				return
			}
		case <-t.Context().Done():
			require.Fail(t, "never logged", message)
		}
	}
}

// start serves until the returned function is called, which waits for the end.
func (r *running) start(t *testing.T) (stop func()) {
	t.Helper()
	require.NoError(t, r.Listen(t.Context()))
	ctx, cancel := context.WithCancelCause(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel(errors.New("the test is over"))
		require.NoError(t, <-done)
	})
	t.Cleanup(stop)
	return stop
}
