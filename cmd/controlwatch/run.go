package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/daemon/metrics"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

func newRun(p *program) *cobra.Command {
	var file string
	var change changeFlags
	cmd := &cobra.Command{
		Use:   "run -c FILE",
		Short: "Run as a daemon: pull on schedules, assess, serve metrics and a status page",
		Long: `Run pulls each source on its schedule, assesses after every pull and at
least hourly, and serves on the configured address:

  /             status page for people
  /metrics      for Prometheus
  /api/v1/scan  the newest assessment as JSON
  /healthz      alive, and what is wrong
  /readyz       the first assessment is published

On loopback, unless listen says otherwise. Beyond it whoever asks must be known:
by client certificate or password, as web.config_file says (the file that other
exporters take as --web.config.file; TLS too), or by a token of
web.bearer_tokens. Without either, web.allow_unauthenticated must say why.
web.probes is an address for probes, which cannot sign in. See docs/operate.md.

POST /api/v1/scan with CONTROLWATCH_API_TOKEN as bearer token runs every source
now, or ?source=NAME alone.

A changed configuration file, or SIGHUP, is taken up without a restart; one that
cannot be used leaves the last good one in force and says so in the log, on the
page, in /healthz and in controlwatch_config_last_reload_successful.

SIGTERM and Ctrl-C stop it: what is being pulled is dropped whole, what was
committed stays. A second daemon on the same store is refused. Where the lock of
the file does not hold, on a network file system or when a volume was taken from a
machine that still runs, each start begins the next epoch in the store: the daemon
before can commit nothing from then on, says who took the store over, and ends
with the exit code 4.`,
		Example: "  controlwatch run -c controlwatch.yaml",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.run(cmd.Context(), file, change) },
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration file (required)")
	change.add(cmd)
	if err := cmd.MarkFlagRequired("config"); err != nil {
		panic(err) // the flag is defined a line above
	}
	return cmd
}

func (p *program) run(ctx context.Context, file string, change changeFlags) (err error) {
	cfg, err := config.Read(file, p.env)
	if err != nil {
		return err
	}
	dsn, err := p.storeDSN(cfg.Store)
	if err != nil {
		return err
	}
	j, err := newJudge(cfg)
	if err != nil {
		return err
	}
	web, err := webOf(cfg)
	if err != nil {
		return err
	}
	measures := metrics.New(buildVersion())
	seam, err := p.newSeam(cfg, measures.ObserveCall)
	if err != nil {
		return err
	}
	sources, err := p.openSources(cfg, seam)
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, dsn, store.Options{Clock: p.now, Version: buildVersion(), Key: p.logKey(dsn, cfg)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	release, err := s.LockScheduler()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	records := p.administer(s, dsn, change)
	epoch, stopped, err := records.start(ctx, cfg, sources, j)
	if err != nil {
		return err
	}
	measures.Leading(epoch)
	defer func() { err = errors.Join(err, stopped(ctx, err)) }()
	work, err := p.workOf(ctx, s, j, pipelineOptions{config: cfg, sources: sources})
	if err != nil {
		return err
	}
	var hangup <-chan os.Signal
	if p.hangup != nil {
		hangup = p.hangup()
	}
	log := newLog(p.stderr)
	log.Info("memory limit", p.memory.fields()...)
	d, err := daemon.New(daemon.Options{
		Address: cfg.Listen, Version: buildVersion(), Work: work, Token: p.env("CONTROLWATCH_API_TOKEN"), Web: web,
		Reload: hangup, Fingerprint: func() string { return fingerprint(file) },
		Load:  func(ctx context.Context) (daemon.Work, error) { return p.reload(ctx, records, cfg, measures) },
		Drift: s, Leading: s.Leading, Metrics: measures, Log: log, Clock: p.now,
	})
	if err != nil {
		return err
	}
	return d.Start(ctx)
}

// workOf is what a configuration has the daemon do. Sources that were never
// planned are planned first, so that what was not looked at yet is unobserved.
func (p *program) workOf(ctx context.Context, s *store.Store, j *judge, o pipelineOptions) (daemon.Work, error) {
	line := p.wire(s, j, o)
	if err := line.runner.Announce(ctx, bare(o.sources)); err != nil {
		return daemon.Work{}, err
	}
	w := line.work(o)
	period := p.runningPeriod(s, j, o)
	if period != nil {
		w.Period = period.anew
	}
	w.Reviews = p.runningReviews(s, line, o)
	var newest atomic.Pointer[planned]
	w.Plan = p.runningPlan(s, j, o, period, &newest)
	issues, err := p.runningIssues(o.config, s, &newest)
	if err != nil {
		return daemon.Work{}, err
	}
	if issues != nil {
		w.Issues, w.IssuesEvery = issues, time.Duration(o.config.Plan.GitHub.Every)
	}
	if w.Alerts, err = p.alerting(o.config, s, j); err != nil {
		return daemon.Work{}, err
	}
	w.Prune = pruner(s, o.config)
	rounds, err := p.anchorRounds(ctx, o.config, s)
	if err != nil {
		return daemon.Work{}, err
	}
	w.Anchor = rounds.Run
	return w, nil
}

// work is the pipeline on its sources' schedules.
func (l *pipeline) work(o pipelineOptions) daemon.Work {
	w := daemon.Work{Pull: l.runner.Run, Assess: l.assessWithRecorded(), AssessEvery: time.Duration(o.config.AssessEvery), Seal: l.seal}
	w.Attestations = func(ctx context.Context) ([]soc2.AttestationStanding, error) { return l.assessor.Attestations(ctx, 0) }
	for _, s := range o.sources {
		w.Sources = append(w.Sources, daemon.Scheduled{Source: s.Source, Schedule: s.schedule})
	}
	return w
}

// reload reads the configuration that is written now. What cannot change while
// the process runs must be as it was.
func (p *program) reload(ctx context.Context, records *administration, running config.Config, measures *metrics.Metrics) (daemon.Work, error) {
	next, err := config.Read(running.File, p.env)
	if err != nil {
		return daemon.Work{}, err
	}
	for field, same := range map[string]bool{"listen": next.Listen == running.Listen, "store": next.Store == running.Store, "web": next.Web.Same(running.Web)} {
		if !same {
			return daemon.Work{}, next.Problem([]any{field}, "%s: cannot change while controlwatch runs; restart it", field)
		}
	}
	j, err := newJudge(next)
	if err != nil {
		return daemon.Work{}, err
	}
	seam, err := p.newSeam(next, measures.ObserveCall)
	if err != nil {
		return daemon.Work{}, err
	}
	sources, err := p.openSources(next, seam)
	if err != nil {
		return daemon.Work{}, err
	}
	if err := records.settle(ctx, next, sources, j); err != nil {
		return daemon.Work{}, err // nothing is taken up that is not recorded
	}
	return p.workOf(ctx, records.store, j, pipelineOptions{config: next, sources: sources})
}

// fingerprint differs whenever a file's content does. A file that cannot be
// read for a moment, while it is being replaced, has none.
func fingerprint(file string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	return evidence.Digest(b)
}

// serveDemo serves what the demo found until interrupted.
func (p *program) serveDemo(ctx context.Context, line *pipeline, o pipelineOptions, serving demoServing, measures *metrics.Metrics) error {
	d, err := daemon.New(daemon.Options{
		Address: serving.listen, Version: buildVersion(), Work: line.work(o), Web: serving.web(),
		Drift: line.store, Metrics: measures, Log: zap.NewNop(), Clock: p.now,
	})
	if err != nil {
		return err
	}
	if err := d.Listen(ctx); err != nil {
		return err
	}
	fmt.Fprintf(p.stderr, "\nStatus page  http://%s/\nMetrics      http://%s/metrics\n\nWatch the page while this happens:\n", d.Addr(), d.Addr())
	for _, scene := range sample.Scenes {
		fmt.Fprintf(p.stderr, "  after %2.0f s  %s\n", scene.After.Seconds(), scene.Says)
	}
	fmt.Fprintln(p.stderr, "Press Ctrl-C to stop.")
	return d.Run(ctx)
}

// newLog writes one JSON object a line.
func newLog(w io.Writer) *zap.Logger {
	encoder := zap.NewProductionEncoderConfig()
	encoder.EncodeTime = zapcore.RFC3339NanoTimeEncoder
	encoder.TimeKey = "time"
	return zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(encoder), zapcore.Lock(zapcore.AddSync(w)), zapcore.InfoLevel))
}
