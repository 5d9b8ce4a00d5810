package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

func newSampleShow(p *program) *cobra.Command {
	var file, output string
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show a sample that was drawn, with its evidence and deviations",
		Long: `Show prints a recorded sample again: how it was drawn and from what, each item's
evidence as the store holds it, and the deviations recorded since.`,
		Example: "  controlwatch sample show e120.0",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if output != "text" && output != "json" {
				return fmt.Errorf("--output: %q is not a format; expected text or json", output)
			}
			line, err := p.openPast(cmd.Context(), file)
			if err != nil {
				return err
			}
			s, err := line.sampleOf(cmd.Context(), args[0])
			if err := errors.Join(err, line.close()); err != nil {
				return err
			}
			return p.writeSample(s, output)
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration whose store it is")
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	return cmd
}

func newSampleDeviation(p *program) *cobra.Command {
	var file string
	var by signedBy
	var d soc2.SampleDeviation
	cmd := &cobra.Command{
		Use:   "deviation SAMPLE ITEM",
		Short: "Record that a control did not operate on an item of a sample",
		Long: `Deviation records what a test of an item found: its cause, its extent (is it this
item only, or all of a kind, since when?) and the control that made up for it, or
"none". ITEM is its place in the sample, its key, id or name. A deviation is never
changed or taken back; another one says more.`,
		Example: `  controlwatch sample deviation e120.0 3 --by noor@example.com --cause "merged during an incident, reviewed after" \
    --extent "this change only; all 24 others were approved" --compensating-control "review on the next day"`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var errs []error
			for _, f := range []struct {
				name string
				text *string
			}{{"--cause", &d.Cause}, {"--extent", &d.Extent}, {"--compensating-control", &d.CompensatingControl}, {"--by", &by.name}} {
				if *f.text = strings.TrimSpace(*f.text); *f.text == "" {
					errs = append(errs, fmt.Errorf("%s: missing; a deviation says it, if only to say that there is none", f.name))
				}
			}
			if err := errors.Join(errs...); err != nil {
				return err
			}
			line, err := p.openPast(cmd.Context(), file)
			if err != nil {
				return err
			}
			id, actor, err := line.deviate(cmd.Context(), args[0], args[1], d, p.records(by, file))
			if err := errors.Join(err, line.close()); err != nil {
				return err
			}
			_, err = fmt.Fprintf(p.stdout, "%s: deviation recorded on %s of sample %s by %s\n", id, args[1], args[0], actor)
			return err
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration whose store it is")
	by.add(cmd, "by", "who records it (required)")
	cmd.Flags().StringVar(&d.Cause, "cause", "", "why the control did not operate (required)")
	cmd.Flags().StringVar(&d.Extent, "extent", "", "how far it reaches (required)")
	cmd.Flags().StringVar(&d.CompensatingControl, "compensating-control", "", "what made up for it, or none (required)")
	return cmd
}

func (l *past) deviate(ctx context.Context, id, word string, d soc2.SampleDeviation, record recorder) (_ string, actor evidence.Actor, err error) {
	s, _, err := l.sampleEntry(ctx, id)
	if err != nil {
		return "", actor, err
	}
	item, ok := s.Find(word)
	if !ok {
		return "", actor, fmt.Errorf("sample %s has no item %q, or several: give its place, from `controlwatch sample show %s`", id, word, id)
	}
	d.Sample, d.Item = id, item.Key
	body, err := json.Marshal(d)
	if err != nil {
		return "", actor, err
	}
	return record(ctx, l.store, store.Entry{Kind: soc2.EntrySampleDeviation, Subject: id, Body: body})
}

func (l *past) sampleEntry(ctx context.Context, id string) (s soc2.Sample, entry store.Entry, err error) {
	for e, err := range l.store.Entries(ctx, soc2.EntrySample) {
		if err != nil {
			return s, e, err
		}
		if e.ID == id {
			err := json.Unmarshal(e.Body, &s)
			return s, e, err
		}
	}
	return s, entry, fmt.Errorf("there is no sample %q: its id was printed when it was drawn, such as e120.0", id)
}

// sampleOf reads a recorded sample and gathers its evidence. Evidence that cannot
// be read any more is said beside its item and keeps nothing else from being shown.
func (l *past) sampleOf(ctx context.Context, id string) (report.Sample, error) {
	s, e, err := l.sampleEntry(ctx, id)
	if err != nil {
		return report.Sample{}, err
	}
	out := report.Sample{
		ID: id, DrawnAt: e.At, DrawnBy: e.Actor, Title: s.Title(), Sample: s,
		Evidence: []report.SampleEvidence{}, Deviations: []report.SampleDeviation{},
	}
	for _, item := range s.Items {
		out.Evidence = append(out.Evidence, l.evidenceOf(ctx, item))
	}
	for e, err := range l.store.Entries(ctx, soc2.EntrySampleDeviation) {
		if err != nil {
			return out, err
		}
		if e.Subject != id {
			continue
		}
		d := report.SampleDeviation{ID: e.ID, At: e.At, By: e.Actor}
		if err := json.Unmarshal(e.Body, &d.SampleDeviation); err != nil {
			return out, fmt.Errorf("read deviation %s: %w", e.ID, err)
		}
		out.Deviations = append(out.Deviations, d)
	}
	return out, nil
}

func (l *past) evidenceOf(ctx context.Context, item soc2.SampleItem) report.SampleEvidence {
	out := report.SampleEvidence{Key: item.Key, Findings: []report.SampleFinding{}}
	lost := func(err error) {
		if err != nil {
			out.NotRead = append(out.NotRead, err.Error())
		}
	}
	var err error
	out.Fact, err = l.store.FactBytes(ctx, item.Fact)
	lost(err)
	if pull, err := l.store.PullOf(ctx, item.Pull); err != nil {
		lost(err)
	} else {
		out.Pull = &pull
	}
	states, judged, err := l.store.FindingsThen(ctx, item.Resource.Key(), item.FindingsAt)
	lost(err)
	if !judged.IsZero() {
		out.JudgedAt = &judged
	}
	for i := range states {
		if f := &states[i]; !f.Gone {
			out.Findings = append(out.Findings, report.SampleFinding{
				Control: f.Key.Control, Check: f.Key.Check, Outcome: f.Outcome.String(), Since: f.LastChanged,
			})
		}
	}
	return out
}
