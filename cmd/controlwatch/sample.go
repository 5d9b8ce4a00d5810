package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// sampleFlags say what is drawn.
type sampleFlags struct {
	populationFlags
	size                int
	by, seed, frequency string
	items, auditor      string
	drawnBy             signedBy
	output              string
}

func newSample(p *program) *cobra.Command {
	var flags sampleFlags
	cmd := &cobra.Command{
		Use:   "sample KIND",
		Short: "Draw a sample from a population, reproducibly, with each item's evidence",
		Long: `Sample draws items from a population (controlwatch population), records the draw
as evidence, and prints each item's evidence: the fact as it was in the period, the
pull that read it, and the findings on it at the time.

The order of the draw is that of SHA-256(seed, a zero byte, the item's key); the
first --size of it are the sample, of each quarter or month with --by. Whoever has
the population and the seed can draw it again with sha256sum and sort
(docs/sampling.md shows how).

What management draws for itself is called management's pre-test. Only with
--auditor, and the auditor's --seed or --items (a list of their own: a key, id or
name on each line), is it the auditor's. An item of the list that the population
does not have is kept and said: the population may not be complete.

How many items are enough is nobody's standard. --frequency takes the number from
your configuration:

  sampling:
    sizes: {annual: 1, quarterly: 2, monthly: 3, weekly: 8, daily: 25}

Exit codes: 0 drawn · 2 could not draw · 3 drawn, but from a population with holes,
or an item of the list is not in it`,
		Example: `  controlwatch sample merged-changes --from 2026-01-01 --to 2026-06-30 --size 25 --seed 5f0c1e
  controlwatch sample leavers --from 2026-01-01 --to 2026-06-30 --size 5 --by quarter --seed 20260701 --auditor "Ash & Co"
  controlwatch sample users --from 2026-01-01 --to 2026-06-30 --items chosen.txt --auditor "Ash & Co"
  controlwatch sample show e120.0
  controlwatch sample deviation e120.0 3 --cause … --extent … --compensating-control …`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completePopulations,
		RunE: func(cmd *cobra.Command, args []string) error {
			drawn, err := p.sample(cmd.Context(), args[0], flags)
			if err != nil {
				return err
			}
			if err := p.writeSample(drawn, flags.output); err != nil {
				return err
			}
			if !drawn.Complete || len(drawn.Missing) > 0 {
				return exitError{exitIncomplete}
			}
			return nil
		},
	}
	flags.add(cmd)
	cmd.Flags().IntVar(&flags.size, "size", 0, "how many items, of each quarter or month with --by")
	cmd.Flags().StringVar(&flags.frequency, "frequency", "", "take the size configured for controls performed this often (needs -c)")
	cmd.Flags().StringVar(&flags.by, "by", "", "draw from each quarter or month (UTC)")
	cmd.Flags().StringVar(&flags.seed, "seed", "", "what decides the draw: any text; the auditor's, where it is theirs")
	cmd.Flags().StringVar(&flags.items, "items", "", "file with a list of items instead of a draw: key, id or name on each line")
	cmd.Flags().StringVar(&flags.auditor, "auditor", "", "whose seed or list it is")
	flags.drawnBy.add(cmd, "drawn-by", "who draws, for the record (default: $USER)")
	cmd.Flags().StringVarP(&flags.output, "output", "o", "text", "text or json")
	cmd.AddCommand(newSampleShow(p), newSampleDeviation(p))
	return cmd
}

func (f *sampleFlags) check() error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !slices.Contains(soc2.Strata, f.by) {
		wrong("--by: %q is not a part of a period; expected quarter or month", f.by)
	}
	if f.output != "text" && f.output != "json" {
		wrong("--output: %q is not a format; expected text or json", f.output)
	}
	if f.items != "" {
		if f.seed != "" || f.size != 0 || f.by != "" || f.frequency != "" {
			wrong("--items: a list is not drawn; leave out --seed, --size, --by and --frequency")
		}
		return errors.Join(errs...)
	}
	if f.seed == "" {
		wrong("--seed: missing; give the auditor's (with --auditor), or any text of your own, such as the output of `openssl rand -hex 8`")
	}
	if strings.ContainsAny(f.seed, "\x00\n\r") {
		wrong("--seed: expected a text on one line")
	}
	switch {
	case f.frequency != "" && f.size != 0:
		wrong("--frequency: it decides the size; leave out --size")
	case f.frequency != "" && f.file == "":
		wrong("--frequency: the sizes are in the configuration; give it with -c")
	case f.frequency == "" && f.size < 1:
		wrong("--size: missing; say how many items, 1 or more, or --frequency")
	}
	return errors.Join(errs...)
}

// configuredSize is the company's own number for a frequency.
func (f *sampleFlags) configuredSize(env func(string) string) error {
	if f.frequency == "" || f.file == "" { // problems tells of one without the other
		return nil
	}
	cfg, err := config.Read(f.file, env)
	if err != nil {
		return err
	}
	size, ok := cfg.Sampling.Sizes[f.frequency]
	if !ok {
		known := strings.Join(slices.Sorted(maps.Keys(cfg.Sampling.Sizes)), ", ")
		if known == "" {
			known = "none"
		}
		return fmt.Errorf("--frequency: sampling.sizes in %s has no %q; it has %s", f.file, f.frequency, known)
	}
	f.size = size
	return nil
}

func (p *program) sample(ctx context.Context, name string, flags sampleFlags) (out report.Sample, err error) {
	if err := errors.Join(flags.check(), flags.configuredSize(p.env)); err != nil {
		return out, err
	}
	who, err := p.actor("--drawn-by", flags.drawnBy.name)
	if err != nil {
		return out, err
	}
	q, err := flags.query(name, p.now())
	if err != nil {
		return out, err
	}
	list, err := listedItems(flags.items)
	if err != nil {
		return out, err
	}
	line, err := p.openPast(ctx, flags.file)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, line.close()) }()
	population, err := line.population(ctx, q)
	if err != nil {
		return out, err
	}
	s, err := drawFrom(population, flags, list)
	if err != nil {
		return out, err
	}
	s.Providers, s.Accounts = q.Providers, q.Accounts
	if s.Earlier, err = earlierSamples(ctx, line.store, s); err != nil {
		return out, err
	}
	body, err := json.Marshal(s)
	if err != nil {
		return out, err
	}
	record := p.records(signedBy{name: who, key: flags.drawnBy.key}, flags.file)
	id, _, err := record(ctx, line.store, store.Entry{Kind: soc2.EntrySample, Subject: s.Population, Body: body})
	if err != nil {
		return out, err
	}
	kept, err := p.openPast(ctx, flags.file) // what was read before does not have it
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, kept.close()) }()
	return kept.sampleOf(ctx, id)
}

func drawFrom(p soc2.Population, flags sampleFlags, list []string) (soc2.Sample, error) {
	auditor := strings.TrimSpace(flags.auditor)
	if flags.items != "" {
		picked, missing, err := soc2.Pick(p, list)
		if err != nil {
			return soc2.Sample{}, fmt.Errorf("--items %s: %w", flags.items, err)
		}
		s := soc2.NewSample(p, picked)
		s.List, s.Missing, s.Auditor = list, missing, auditor
		return s, nil
	}
	if len(p.Items) == 0 {
		why := "none was seen in the period"
		if !p.Complete {
			why += ", and its lists were not looked at all the time, or not at all: that is not the same as none"
		}
		return soc2.Sample{}, fmt.Errorf("there is nothing to draw from %s: %s; `controlwatch population` shows more", p.Name, why)
	}
	s := soc2.NewSample(p, soc2.Draw(p, flags.seed, flags.size, flags.by))
	s.Algorithm, s.Seed, s.Size, s.By = soc2.DrawAlgorithm, flags.seed, flags.size, flags.by
	s.Frequency, s.Auditor = flags.frequency, auditor
	return s, nil
}

// listedItems reads one item a line; empty lines and those that begin with # are
// passed over.
func listedItems(file string) ([]string, error) {
	if file == "" {
		return nil, nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("--items: %w", err)
	}
	var list []string
	for line := range strings.Lines(strings.TrimPrefix(string(b), "\ufeff")) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			list = append(list, line)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("--items %s: it lists nothing; expected a key, id or name on each line", file)
	}
	return list, nil
}

// earlierSamples are those drawn before of the same population and period: one who
// draws until the items please can be seen to.
func earlierSamples(ctx context.Context, s *store.Store, of soc2.Sample) ([]string, error) {
	var ids []string
	for e, err := range s.Entries(ctx, soc2.EntrySample) {
		if err != nil {
			return nil, err
		}
		var other soc2.Sample
		if err := json.Unmarshal(e.Body, &other); err != nil {
			return nil, fmt.Errorf("read sample %s: %w", e.ID, err)
		}
		if other.Population == of.Population && other.From.Before(of.To) && of.From.Before(other.To) {
			ids = append(ids, e.ID)
		}
	}
	return ids, nil
}

func (p *program) writeSample(s report.Sample, output string) error {
	if output == "json" {
		return report.SampleJSON(p.stdout, s)
	}
	return report.WriteSample(p.stdout, s, p.reportOptions())
}
