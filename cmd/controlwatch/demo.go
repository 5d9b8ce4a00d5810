package main

import (
	"fmt"
	"os"
	"time"

	"github.com/robfig/cron/v3"
	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/daemon/metrics"
)

// demoEvery is how often the demo looks, so that what happens shows at once.
const demoEvery = 3 * time.Second

func newDemo(p *program) *cobra.Command {
	var once bool
	var serving demoServing
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run the whole pipeline on a sample company, without any credentials",
		Long: `Demo runs the real collectors, store, evaluators and reports over replayed
exchanges of Acme Robotics, a company that does not exist. It prints the gap
summary, then serves the status page and /metrics until interrupted, while the
company lives through a minute in which controls stop holding and one is mended. Everything
it shows is labelled as sample data; it reads and sends nothing beyond this
machine, and keeps nothing.`,
		Example: "  controlwatch demo\n  controlwatch demo --once",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.demo(cmd, once, serving) },
	}
	cmd.Flags().BoolVar(&once, "once", false, "print the summary and exit")
	cmd.Flags().StringVar(&serving.listen, "listen", config.DefaultListen, "address of the status page and /metrics")
	cmd.Flags().BoolVar(&serving.toAnybody, "listen-without-authentication", false, "let --listen be an address that other machines reach")
	return cmd
}

// demoServing is where the demo is served, and whether to everybody who reaches it.
type demoServing struct {
	listen    string
	toAnybody bool
}

func (s demoServing) web() daemon.Web {
	if s.toAnybody {
		return daemon.Web{Unauthenticated: "sample data, and --listen-without-authentication"}
	}
	return daemon.Web{}
}

func (p *program) demo(cmd *cobra.Command, once bool, serving demoServing) error {
	if err := serving.web().MayServe(serving.listen); err != nil && !once {
		return fmt.Errorf("%w: sample data may be shown to anybody with --listen-without-authentication", err)
	}
	dir, err := os.MkdirTemp("", "controlwatch-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder left behind harms nobody
	p.env = sample.Env
	ctx := cmd.Context()
	start, err := p.startSample(ctx, dir)
	if err != nil {
		return err
	}
	// The sample company is looked at on its own day; time passes as usual from there.
	started, now := p.now(), p.now
	p.now = func() time.Time { return sample.Day.Add(now().Sub(started)) }
	life, err := sample.Life(func() time.Duration { return p.now().Sub(sample.Day) })
	if err != nil {
		return err
	}
	measures := metrics.New(buildVersion())
	sources, err := p.openSources(start.config, transport.New(transport.Options{Base: life, Clock: p.now, Unpaced: true, Observe: measures.ObserveCall}))
	if err != nil {
		return err
	}
	for i := range sources {
		sources[i].schedule = cron.Every(demoEvery)
	}
	progress := p.newProgress()
	line, o, err := start.open(ctx, p, sources, progress.event)
	if err != nil {
		return err
	}
	defer line.close() //nolint:errcheck // the store is thrown away
	assessment, err := line.once(ctx, bare(sources))
	progress.close()
	if err != nil {
		return err
	}
	if err := formats[0].write(p, p.stdout, assessment); err != nil {
		return err
	}
	if once {
		return nil
	}
	return p.serveDemo(ctx, line, o, serving, measures)
}
