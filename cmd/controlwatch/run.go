package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/daemon/metrics"
)

func newRun(p *program) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "run -c FILE",
		Short: "Run as a daemon: pull on schedules, assess, serve metrics and a status page",
		Long: `Run pulls each source on its schedule (UTC), assesses after every pull and at
least hourly, and serves on the configured address:

  /             status page for people
  /metrics      for Prometheus
  /api/v1/scan  the newest assessment as JSON
  /healthz      alive, and what is wrong
  /readyz       the first assessment is published

SIGTERM and Ctrl-C stop it: what is being pulled is dropped whole, what was
committed stays. A second daemon on the same store is refused.`,
		Example: "  controlwatch run -c controlwatch.yaml",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.run(cmd.Context(), file) },
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration file (required)")
	if err := cmd.MarkFlagRequired("config"); err != nil {
		panic(err) // the flag is defined a line above
	}
	return cmd
}

func (p *program) run(ctx context.Context, file string) (err error) {
	cfg, err := config.Read(file, p.env)
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
	dsn, err := p.storeDSN(cfg.Store)
	if err != nil {
		return err
	}
	line, err := p.newPipeline(ctx, pipelineOptions{dsn: dsn, config: cfg, sources: sources})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, line.close()) }()
	release, err := line.store.LockScheduler()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	if err := line.runner.Announce(ctx, bare(sources)); err != nil {
		return err
	}
	d, err := p.newDaemon(line, sources, daemonOptions{
		address: cfg.Listen, assessEvery: time.Duration(cfg.AssessEvery), metrics: measures, log: newLog(p.stderr),
	})
	if err != nil {
		return err
	}
	return d.Start(ctx)
}

type daemonOptions struct {
	address     string
	assessEvery time.Duration
	metrics     *metrics.Metrics
	log         *zap.Logger
}

func (p *program) newDaemon(line *pipeline, sources []source, o daemonOptions) (*daemon.Daemon, error) {
	var scheduled []daemon.Scheduled
	for _, s := range sources {
		scheduled = append(scheduled, daemon.Scheduled{Source: s.Source, Schedule: s.schedule})
	}
	return daemon.New(daemon.Options{
		Address: o.address, Version: buildVersion(), Sources: scheduled, Pull: line.runner.Run, Assess: line.assessor.Assess,
		Drift: line.store, Metrics: o.metrics, Log: o.log, Clock: p.now, AssessEvery: o.assessEvery,
	})
}

// serveDemo serves what the demo found until interrupted.
func (p *program) serveDemo(ctx context.Context, line *pipeline, sources []source, o daemonOptions) error {
	d, err := p.newDaemon(line, sources, o)
	if err != nil {
		return err
	}
	if err := d.Listen(ctx); err != nil {
		return err
	}
	fmt.Fprintf(p.stderr, "\nStatus page  http://%s/\nMetrics      http://%s/metrics\nPress Ctrl-C to stop.\n", d.Addr(), d.Addr())
	return d.Run(ctx)
}

// newLog writes one JSON object a line.
func newLog(w io.Writer) *zap.Logger {
	encoder := zap.NewProductionEncoderConfig()
	encoder.EncodeTime = zapcore.RFC3339NanoTimeEncoder
	encoder.TimeKey = "time"
	return zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(encoder), zapcore.Lock(zapcore.AddSync(w)), zapcore.InfoLevel))
}
