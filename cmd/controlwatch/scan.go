package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/soc2"
)

type scanFlags struct {
	config, output, out, failOn string
}

func newScan(p *program) *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "scan",
		Short: "Look once, judge, and print the gaps",
		Long: `Scan reads every source once, keeps what it saw in the store, judges it and
prints the result. Without -c it uses the credentials already on this machine:
the AWS default chain, GITHUB_TOKEN, OKTA_ORG_URL with OKTA_API_TOKEN.

Exit codes: 0 no gap and all seen · 1 a gap at or above --fail-on that no
acceptance covers · 2 could not run · 3 no such gap, but something was not seen`,
		Example: `  controlwatch scan
  controlwatch scan -c controlwatch.yaml -o json --out scan.json
  controlwatch scan --fail-on high`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.scan(cmd, f) },
	}
	cmd.Flags().StringVarP(&f.config, "config", "c", "", "configuration file; without it, credentials found on this machine")
	cmd.Flags().StringVarP(&f.output, "output", "o", formats[0].name, formatNames())
	cmd.Flags().StringVar(&f.out, "out", "", "write the result to this file instead of standard output")
	cmd.Flags().StringVar(&f.failOn, "fail-on", "low", "least severity of a gap that exits 1: low, medium, high, critical")
	return cmd
}

func (p *program) scan(cmd *cobra.Command, f scanFlags) error {
	threshold, err := soc2.ParseSeverity(f.failOn)
	if err != nil {
		return fmt.Errorf("--fail-on: %w", err)
	}
	out, err := formatOf(f.output)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	cfg := config.Default()
	if f.config != "" {
		if cfg, err = config.Read(f.config, p.env); err != nil {
			return err
		}
	}
	seam, err := p.newSeam(cfg, nil)
	if err != nil {
		return err
	}
	var sources []source
	if f.config == "" {
		sources, err = p.detectSources(ctx, seam)
	} else {
		sources, err = p.openSources(cfg, seam)
	}
	if err != nil {
		return err
	}
	dsn, err := p.storeDSN(cfg.Store)
	if err != nil {
		return err
	}
	progress := p.newProgress()
	line, err := p.newPipeline(ctx, pipelineOptions{dsn: dsn, config: cfg, sources: sources, progress: progress.event})
	if err != nil {
		return err
	}
	defer line.close() //nolint:errcheck // everything is committed by now; a failed close loses nothing
	if f.config == "" {
		if err := line.refuseBesideDaemon(); err != nil {
			return err
		}
	}
	assessment, err := line.once(ctx, bare(sources))
	progress.close()
	if err != nil {
		return err
	}
	if err := p.emit(assessment, out, f.out); err != nil {
		return err
	}
	return verdict(assessment, threshold)
}

func verdict(a soc2.Assessment, threshold soc2.Severity) error {
	switch {
	case a.GapAt(threshold):
		return exitError{exitGap}
	case a.Incomplete():
		return exitError{exitIncomplete}
	}
	return nil
}

// emit writes the result to standard output or, whole or not at all, to a file.
func (p *program) emit(a soc2.Assessment, as format, file string) error {
	if file == "" {
		return as.write(p, p.stdout, a)
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".controlwatch-*")
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	defer os.Remove(tmp.Name()) //nolint:errcheck // gone already when all went well
	if err := as.write(p, tmp, a); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	if err := os.Rename(tmp.Name(), file); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return nil
}
