package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

type scanFlags struct {
	config, output, out, failOn string
	asOf, since                 string
	filter                      soc2.Filter
	change                      changeFlags
}

func newScan(p *program) *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "scan",
		Short: "Look once, judge, and print the gaps",
		Long: `Scan reads every source once, keeps what it saw in the store, judges it and
prints the result. Without -c it uses the credentials already on this machine:
the AWS default chain, GITHUB_TOKEN, OKTA_ORG_URL with OKTA_API_TOKEN.

--provider, --control, --criteria and --account narrow what is shown and what
counts for the exit code; the header says what was left out. --provider also
reads only those providers now: the others are kept as they were last seen.
-o json and -o oscal (assessment results, OSCAL 1.1.3) always hold everything, so
they cannot be narrowed.

--as-of judges what the store held at a time, with the catalogue and decisions
of today. It looks at nothing and keeps nothing. --since adds what drifted since
a time, and why. Both take a date (in UTC), a time as in RFC 3339, or -7d, and
go by the clock of the machine that looked: a change is noted at the look that
saw it. In JSON and CSV of --as-of the time judged at is that moment.

Exit codes: 0 no gap and all seen · 1 a gap at or above --fail-on that no
acceptance covers · 2 could not run · 3 no such gap, but something was not seen`,
		Example: `  controlwatch scan
  controlwatch scan -c controlwatch.yaml -o json --out scan.json
  controlwatch scan --fail-on high
  controlwatch scan --provider github --criteria CC6.1,CC8.1
  controlwatch scan -o csv --out findings.csv
  controlwatch scan --as-of 2026-09-30
  controlwatch scan --as-of now --since -7d`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.scan(cmd, f) },
	}
	cmd.Flags().StringVarP(&f.config, "config", "c", "", "configuration file; without it, credentials found on this machine")
	cmd.Flags().StringVarP(&f.output, "output", "o", formats[0].name, formatNames())
	cmd.Flags().StringVar(&f.out, "out", "", "write the result to this file instead of standard output")
	cmd.Flags().StringVar(&f.failOn, "fail-on", "low", "least severity of a gap that exits 1: low, medium, high, critical")
	cmd.Flags().StringVar(&f.asOf, "as-of", "", "judge what the store held at this time, without looking")
	cmd.Flags().StringVar(&f.since, "since", "", "add what drifted since this time, and why (table only)")
	filterFlags(cmd, &f.filter)
	f.change.add(cmd)
	return cmd
}

func (p *program) scan(cmd *cobra.Command, f scanFlags) error {
	ctx := cmd.Context()
	threshold, err := soc2.ParseSeverity(f.failOn)
	if err != nil {
		return fmt.Errorf("--fail-on: %w", err)
	}
	out, err := formatOf(f.output)
	if err != nil {
		return err
	}
	since, err := p.scanMoments(&f, out)
	if err != nil {
		return err
	}
	cat, err := catalogue.Load()
	if err != nil {
		return err
	}
	if err := knownFilter(&f.filter, cat); err != nil {
		return err
	}
	assess := p.look
	if f.asOf != "" {
		assess = p.lookBack
	}
	line, assessment, err := assess(ctx, f)
	if line != nil {
		defer line.close() //nolint:errcheck // everything is committed by now; a failed close loses nothing
	}
	if err != nil {
		return err
	}
	if assessment, err = narrow(assessment, f.filter, cat); err != nil {
		return err
	}
	if n := assessment.Narrowed; n != nil {
		fmt.Fprintln(p.stderr, "narrowed: "+report.Text(n.String()))
	}
	if f.since != "" {
		drift, err := line.driftSince(ctx, since, assessment, f.filter, cat)
		if err != nil {
			return err
		}
		table := out.write
		out.write = func(p *program, w io.Writer, a soc2.Assessment) error {
			if err := table(p, w, a); err != nil {
				return err
			}
			return report.SinceList(w, drift, a.SampleData, p.reportOptionsFor(w))
		}
	}
	if err := p.emit(assessment, out, f.out); err != nil {
		return err
	}
	return verdict(assessment, threshold)
}

// scanMoments reads --since and puts --as-of into a form that is read back as it
// is. What a format has no place for is refused, so that nothing is left out in silence.
func (p *program) scanMoments(f *scanFlags, out format) (since time.Time, err error) {
	now := p.now()
	if f.since != "" {
		if out.name != "table" {
			return since, fmt.Errorf("--since is shown in the table only: `controlwatch diff %s now -o json` gives what changed to programs", f.since)
		}
		if since, err = beginningOf(f.since, now); err != nil {
			return since, fmt.Errorf("--since: %w", err)
		}
	}
	if f.asOf != "" {
		at, err := momentOf(f.asOf, now)
		if err != nil {
			return since, fmt.Errorf("--as-of: %w", err)
		}
		if f.since != "" && !since.Before(at) {
			return since, fmt.Errorf("--since %s is not before --as-of %s", f.since, f.asOf)
		}
		f.asOf = at.UTC().Format(time.RFC3339Nano)
	}
	if out.name == "json" && !f.filter.Empty() {
		return since, fmt.Errorf("-o json cannot be narrowed: %s has no place to say what was left out; leave out the filters and pick from the whole, or use -o csv", report.SchemaV1)
	}
	if out.name == "oscal" && !f.filter.Empty() {
		return since, errors.New("-o oscal cannot be narrowed: it says of whole controls whether they hold; leave out the filters, or use -o csv")
	}
	return since, nil
}

// look pulls and judges.
func (p *program) look(ctx context.Context, f scanFlags) (*pipeline, soc2.Assessment, error) {
	var none soc2.Assessment
	cfg := config.Default()
	var err error
	if f.config != "" {
		if cfg, err = config.Read(f.config, p.env); err != nil {
			return nil, none, err
		}
	}
	seam, err := p.newSeam(cfg, nil)
	if err != nil {
		return nil, none, err
	}
	var sources []source
	if f.config == "" {
		sources, err = p.detectSources(ctx, seam)
	} else {
		sources, err = p.openSources(cfg, seam)
	}
	if err != nil {
		return nil, none, err
	}
	pulled := slices.DeleteFunc(bare(sources), func(s connect.Source) bool {
		return len(f.filter.Providers) > 0 && !slices.Contains(f.filter.Providers, s.Provider)
	})
	var providers []string
	for _, s := range sources {
		providers = append(providers, s.Provider)
	}
	if err := unknown("--provider", "source of provider", f.filter.Providers, distinct(providers)); err != nil {
		return nil, none, err
	}
	dsn, err := p.storeDSN(cfg.Store)
	if err != nil {
		return nil, none, err
	}
	progress := p.newProgress()
	j, err := newJudge(cfg)
	if err != nil {
		return nil, none, err
	}
	line, err := p.newPipeline(ctx, pipelineOptions{dsn: dsn, config: cfg, sources: sources, progress: progress.event, judge: j})
	if err != nil {
		return nil, none, err
	}
	if f.config == "" {
		if err := line.refuseBesideDaemon(); err != nil {
			return line, none, err
		}
	}
	if err := p.administer(line.store, dsn, f.change).scan(ctx, cfg, sources, pulled, j); err != nil {
		return line, none, err
	}
	assessment, err := line.once(ctx, pulled)
	progress.close()
	return line, assessment, err
}

// lookBack judges what the store held.
func (p *program) lookBack(ctx context.Context, f scanFlags) (*pipeline, soc2.Assessment, error) {
	at, err := time.Parse(time.RFC3339Nano, f.asOf)
	if err != nil {
		return nil, soc2.Assessment{}, fmt.Errorf("--as-of: %w", err)
	}
	line, err := p.openPast(ctx, f.config)
	if err != nil {
		return nil, soc2.Assessment{}, err
	}
	if err := line.known(ctx, p, at); err != nil {
		return line.pipeline, soc2.Assessment{}, err
	}
	assessment, err := line.assessor.AsOf(ctx, line.store, at)
	return line.pipeline, assessment, err
}

// mostDrift bounds the drift that is listed.
const mostDrift = 500

// driftSince is what was noted since a time, up to the time judged at.
func (l *pipeline) driftSince(ctx context.Context, since time.Time, a soc2.Assessment, f soc2.Filter, cat soc2.Catalogue) (report.Since, error) {
	out := report.Since{From: since}
	var err error
	if out.Began, err = l.store.Began(ctx); err != nil {
		return out, err
	}
	all, err := l.store.DriftSince(ctx, since, math.MaxInt32)
	if err != nil {
		return out, err
	}
	criteria := map[string][]soc2.Mapping{}
	for _, c := range cat.Controls {
		criteria[c.ID] = c.Criteria
	}
	for _, d := range all {
		if d.At.After(a.At) || !f.Place(d.Resource.Provider, d.Resource.Account) || !f.Control(d.Control, criteria[d.Control]) {
			continue
		}
		if out.More = len(out.Drift) == mostDrift; out.More {
			break
		}
		out.Drift = append(out.Drift, d)
	}
	return out, nil
}

func verdict(a soc2.Assessment, threshold soc2.Severity) error {
	switch {
	case a.GapAt(threshold):
		return exitError{exitGap}
	case a.Incomplete(), a.Narrowed != nil && len(a.Places) == 0: // nothing was judged there: no gap, and no evidence
		return exitError{exitIncomplete}
	}
	return nil
}

// emit writes the result to standard output or, whole or not at all, to a file.
func (p *program) emit(a soc2.Assessment, as format, file string) error {
	return p.emitTo(file, func(w io.Writer) error { return as.write(p, w, a) })
}
