package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/evaluators"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

type replayFlags struct {
	config, from, to, control, catalogue, output string
	set                                          []string
	sample                                       int
	record                                       string
}

// replayFormats lists how a replay is written; the first is the default.
var replayFormats = []struct {
	name  string
	write func(*program, io.Writer, soc2.Replay) error
}{
	{"text", func(p *program, w io.Writer, r soc2.Replay) error {
		return report.ReplayText(w, r, p.reportOptionsFor(w))
	}},
	{"json", func(_ *program, w io.Writer, r soc2.Replay) error { return report.ReplayJSON(w, r) }},
	{"csv", func(_ *program, w io.Writer, r soc2.Replay) error { return report.ReplayCSV(w, r) }},
}

func newReplay(p *program) *cobra.Command {
	var f replayFlags
	cmd := &cobra.Command{
		Use:   "replay --from WHEN [--to WHEN]",
		Short: "Judge stored evidence again, and prove that it gives what was kept",
		Long: `Replay takes every assessment judged between --from and --to, opens the evidence
it knew, and judges it again by the catalogue, parameters, scope, decisions and
clock it was judged by, all of which the store keeps. What comes out must be what
was kept: every verdict and what is remembered of it, drift, counters, states,
feeds. A difference is an error, and the first record that differs is named. No
configuration is needed, nothing is pulled, and nothing is written, unless --record
NAME asks that the fact of it be: what was asked, how many came out, and who says so.

An assessment made by another version of the engine or of the derivations cannot
be proved. It is judged by those of this program, and each verdict that differs is
shown as judgement changed.

--catalogue or --set ask another question: what would have been found, and when,
under another catalogue or another parameter. Nothing is proved then. Such a
result is marked as re-performed, and is never part of what was judged.

Moments are those of the assessments: a date (for --from its beginning, for --to
its end, in UTC), a time as in RFC 3339, now, or -7d (also m, h, w).

Where only the clock moved between two assessments, what cannot have come out
otherwise is not judged again. --sample N takes N assessments, evenly spread, and
says what was left out.

Exit codes: 0 all reproduced · 1 a difference; with --catalogue or --set: findings
that would have been others · 2 could not run · 3 no difference, but some
assessments could not be proved`,
		Example: `  controlwatch replay --from 2026-01-01 --to 2026-06-30
  controlwatch replay --from -30d --control people-use-multi-factor-sign-in
  controlwatch replay --from -1w --set standing-credentials-are-short-lived.max_key_age_days=60 -o csv
  controlwatch replay --from 2026-01-01 --catalogue ./controls -o json
  controlwatch replay --from 2026-01-01 --sample 50`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.replay(cmd.Context(), f) },
	}
	cmd.Flags().StringVarP(&f.config, "config", "c", "", "configuration that names the store, and the key where --record signs")
	cmd.Flags().StringVar(&f.from, "from", "", "first moment (required)")
	cmd.Flags().StringVar(&f.to, "to", "now", "last moment")
	cmd.Flags().StringVar(&f.control, "control", "", "compare only what is kept of this control")
	cmd.Flags().StringVar(&f.catalogue, "catalogue", "", "what would this catalogue have found: a folder of controls")
	cmd.Flags().StringArrayVar(&f.set, "set", nil, "what would have been found with CONTROL.PARAMETER=VALUE; repeatable")
	cmd.Flags().IntVar(&f.sample, "sample", 0, "replay only this many assessments, evenly spread")
	cmd.Flags().StringVar(&f.record, "record", "", "record in the store that this replay was run, by the person named; of its result only the counts")
	cmd.Flags().StringVarP(&f.output, "output", "o", "text", "text, json or csv")
	if err := cmd.MarkFlagRequired("from"); err != nil {
		panic(err) // the flag is defined above
	}
	_ = cmd.RegisterFlagCompletionFunc("control", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return controlIDs(), cobra.ShellCompDirectiveNoFileComp
	})
	return cmd
}

func (p *program) replay(ctx context.Context, f replayFlags) error {
	i := slices.IndexFunc(replayFormats, func(r struct {
		name  string
		write func(*program, io.Writer, soc2.Replay) error
	},
	) bool {
		return r.name == f.output
	})
	if i < 0 {
		return fmt.Errorf("--output: %q is not a format; expected text, json or csv", f.output)
	}
	from, err := beginningOf(f.from, p.now())
	if err != nil {
		return fmt.Errorf("--from: %w", err)
	}
	to, err := momentOf(f.to, p.now())
	if err != nil {
		return fmt.Errorf("--to: %w", err)
	}
	if to.Before(from) {
		return fmt.Errorf("--to %s is before --from %s", f.to, f.from)
	}
	if f.sample < 0 {
		return fmt.Errorf("--sample: %d is no number of assessments", f.sample)
	}
	shipped, err := catalogue.Load()
	if err != nil {
		return err
	}
	r := &daemon.Replayer{Shipped: shipped, Version: buildVersion(), Clock: p.now, Control: f.control, Sample: f.sample, Progress: p.replayProgress()}
	if err := exchanged(r, f, shipped); err != nil {
		return err
	}
	if r.Store, err = p.openReplayed(ctx, f); err != nil {
		return err
	}
	defer r.Store.Close() //nolint:errcheck // what is recorded is committed by then
	replay, err := r.Replay(ctx, from, to)
	if err != nil {
		return err
	}
	if replay.Assessments == 0 {
		return fmt.Errorf("no assessment was made between %s and %s", from.UTC().Format(time.RFC3339), to.UTC().Format(time.RFC3339))
	}
	if f.record != "" {
		if err := recordReplay(ctx, r.Store, replay, f.record); err != nil {
			return err
		}
	}
	if err := replayFormats[i].write(p, p.stdout, replay); err != nil {
		return err
	}
	return replayVerdict(replay)
}

// recordReplay keeps that a replay was run. Its verdicts are not kept: they are no
// judgement of the time they are about.
func recordReplay(ctx context.Context, s *store.Store, r soc2.Replay, who string) error {
	body, err := json.Marshal(struct {
		From        time.Time  `json:"from"`
		To          time.Time  `json:"to"`
		Control     string     `json:"control,omitempty"`
		Exchanged   []string   `json:"exchanged,omitempty"`
		Version     string     `json:"version"`
		Judge       soc2.Judge `json:"judge"`
		Assessments int        `json:"assessments"`
		Replayed    int        `json:"replayed"`
		Reproduced  int        `json:"reproduced"`
		Different   int        `json:"different"`
		Otherwise   int        `json:"judged_otherwise"`
	}{r.From.UTC(), r.To.UTC(), r.Control, r.Exchanged, r.Version, r.Judge, r.Assessments, r.Sampled, r.Reproduced, r.Different, len(r.Otherwise)})
	if err != nil {
		return fmt.Errorf("record the replay: %w", err)
	}
	_, err = s.Append(ctx, store.Entry{Kind: "replay", Subject: r.From.UTC().Format(time.RFC3339) + "/" + r.To.UTC().Format(time.RFC3339), Actor: evidence.Actor{Name: who}, Body: body})
	if err != nil {
		return fmt.Errorf("record the replay: %w", err)
	}
	return nil
}

func replayVerdict(r soc2.Replay) error {
	switch {
	case r.Different > 0, r.WhatIf && len(r.Otherwise) > 0:
		return exitError{exitGap}
	case len(r.Unproved) > 0:
		return exitError{exitIncomplete}
	}
	return nil
}

// exchanged puts what is asked for in the place of what was judged by.
func exchanged(r *daemon.Replayer, f replayFlags, shipped soc2.Catalogue) error {
	known := shipped
	if f.catalogue != "" {
		cat, err := catalogue.Read(os.DirFS(f.catalogue))
		if err != nil {
			return fmt.Errorf("--catalogue %s: %w", f.catalogue, err)
		}
		known, r.Catalogue = cat, &cat
		r.Exchanged = append(r.Exchanged, "catalogue "+f.catalogue+" ("+cat.Digest+")")
	}
	for _, text := range f.set {
		name, value, ok := strings.Cut(text, "=")
		control, parameter, dotted := strings.Cut(name, ".")
		if !ok || !dotted || control == "" || parameter == "" {
			return fmt.Errorf("--set %q: expected CONTROL.PARAMETER=VALUE, such as standing-credentials-are-short-lived.max_key_age_days=60", text)
		}
		var v any
		if err := yaml.Unmarshal([]byte(value), &v); err != nil {
			return fmt.Errorf("--set %s: %q is no value: expected a number, text, true or false, or [a, b]", name, value)
		}
		if r.Set == nil {
			r.Set = map[string]map[string]any{}
		}
		if r.Set[control] == nil {
			r.Set[control] = map[string]any{}
		}
		r.Set[control][parameter] = v
		r.Exchanged = append(r.Exchanged, text)
	}
	if len(r.Set) > 0 {
		if _, err := evaluators.New(known, r.Set); err != nil {
			return fmt.Errorf("--set: %w", err)
		}
	}
	if f.control != "" {
		if _, err := controlOf(known, f.control); err != nil {
			return fmt.Errorf("--control: %w", err)
		}
	}
	return nil
}

// openReplayed opens a store to read it, and to write where the replay is recorded.
func (p *program) openReplayed(ctx context.Context, f replayFlags) (*store.Store, error) {
	if f.record == "" {
		return p.openStored(ctx, f.config)
	}
	dsn, err := p.storedDSN(f.config)
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, dsn, store.Options{Clock: p.now, Version: buildVersion(), Key: p.logKeyIn(f.config, dsn)})
}

// replayProgress draws one line on a terminal, and nothing elsewhere.
func (p *program) replayProgress() func(done, of int) {
	if !p.terminal {
		return nil
	}
	began, last := p.now(), time.Time{}
	return func(done, of int) {
		now := p.now()
		if done < of && now.Sub(last) < redraw {
			return
		}
		last = now
		left := ""
		if done > 0 && done < of {
			left = ", about " + (now.Sub(began) / time.Duration(done) * time.Duration(of-done)).Round(time.Second).String() + " left"
		}
		fmt.Fprintf(p.stderr, "\r\x1b[Kreplayed %d of %d assessments%s", done, of, left)
		if done == of {
			fmt.Fprint(p.stderr, "\r\x1b[K")
		}
	}
}
