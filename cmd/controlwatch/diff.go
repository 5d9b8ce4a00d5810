package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

func newDiff(p *program) *cobra.Command {
	var file, output string
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "Compare two moments of the store, or two scans in JSON",
		Long: `Diff says what opened, was resolved, got lost from sight, was regained, or lost
its acceptance between A and B, and why.

A and B are two moments: a date (its end, in UTC), a time as in RFC 3339, now, or
-7d (also m, h, w) for a week ago. Both are judged from the store, by the
catalogue, parameters and decisions of now, so that what differs is what was
looked at, or an age. What was noted in between as changed by judgement is listed
apart. Nothing is pulled. The clock is that of the machine that looked. The
first look at anything is its baseline: it opens nothing.

Or they are two files that scan -o json wrote. Causes are then told from what
the files show.

Exit codes: 0 nothing opened · 1 something opened, reopened or lost its
acceptance · 2 could not compare · 3 nothing opened, but sight of something was lost`,
		Example: `  controlwatch diff -7d now
  controlwatch diff 2026-09-30 2026-10-31 -c controlwatch.yaml
  controlwatch diff before.json after.json -o json`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if output != "table" && output != "json" {
				return fmt.Errorf("--output: %q is not a format; expected table or json", output)
			}
			changes, err := p.changes(cmd, args, file)
			if err != nil {
				return err
			}
			if output == "json" {
				err = report.ChangesJSON(p.stdout, changes)
			} else {
				err = report.ChangesTable(p.stdout, changes, p.reportOptions())
			}
			if err != nil {
				return err
			}
			return changed(changes.Drift)
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration whose sources, parameters and decisions judge; without it, all the store knows")
	cmd.Flags().StringVarP(&output, "output", "o", "table", "table or json")
	return cmd
}

func changed(drift []soc2.Drift) error {
	has := func(changes ...soc2.Change) bool {
		return slices.ContainsFunc(drift, func(d soc2.Drift) bool { return slices.Contains(changes, d.Change) })
	}
	switch {
	case has(soc2.Opened, soc2.Reopened, soc2.AcceptanceExpired):
		return exitError{exitGap}
	case has(soc2.LostSight):
		return exitError{exitIncomplete}
	}
	return nil
}

// changes compares two moments or two files, never one of each.
func (p *program) changes(cmd *cobra.Command, args []string, file string) (report.Changes, error) {
	var none report.Changes
	now := p.now()
	from, err := momentOf(args[0], now)
	if err != nil {
		scans, fileErr := readScans(args)
		if errors.Is(fileErr, fs.ErrNotExist) && !strings.HasSuffix(args[0], ".json") {
			return none, err
		}
		if fileErr != nil {
			return none, fileErr
		}
		return compareFiles(args, scans)
	}
	to, err := momentOf(args[1], now)
	if err != nil {
		return none, fmt.Errorf("%w; two moments or two files can be compared, not one of each", err)
	}
	if !from.Before(to) {
		return none, fmt.Errorf("%s is not before %s: give the earlier moment first", from.UTC().Format(time.RFC3339), to.UTC().Format(time.RFC3339))
	}
	ctx := cmd.Context()
	line, err := p.openPast(ctx, file)
	if err != nil {
		return none, err
	}
	defer line.close() //nolint:errcheck // nothing was written
	if err := line.known(ctx, p, from); err != nil {
		return none, err
	}
	drift, then, today, err := line.assessor.Between(ctx, line.store, from, to)
	if err != nil {
		return none, err
	}
	out := report.Changes{From: report.SideOf(args[0], then), To: report.SideOf(args[1], today), Drift: drift}
	noted, err := line.store.DriftSince(ctx, from, 1<<30)
	for _, d := range noted {
		if d.Cause == soc2.CauseJudgement && !d.At.After(to) {
			out.Judgement = append(out.Judgement, d)
		}
	}
	return out, err
}

func compareFiles(names []string, scans []report.Scan) (report.Changes, error) {
	a, b := scans[0].Scan, scans[1].Scan
	if a.SampleData != b.SampleData {
		return report.Changes{}, errors.New("one of the two shows the sample company and the other does not: there is nothing to compare")
	}
	if b.StartedAt.Before(a.StartedAt) {
		return report.Changes{}, fmt.Errorf("%s (%s) is later than %s (%s): give the earlier scan first",
			names[0], a.StartedAt.Format(time.RFC3339), names[1], b.StartedAt.Format(time.RFC3339))
	}
	out := report.Compare(scans[0], scans[1])
	out.From.Name, out.To.Name = names[0], names[1]
	return out, nil
}

func readScans(names []string) ([]report.Scan, error) {
	var scans []report.Scan
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("%w; expected a file of scan -o json, or %s", err, momentForms)
		}
		scan, err := report.Read(f)
		_ = f.Close() // it was read to its end
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		scans = append(scans, scan)
	}
	return scans, nil
}

// pastMoments lets diff be given -7d where flags are expected: as 7d it is the same
// moment, and no flag.
func pastMoments(args []string) []string {
	at := slices.Index(args, "diff")
	if at < 0 {
		return args
	}
	args = slices.Clone(args)
	for i := at + 1; i < len(args) && args[i] != "--"; i++ {
		if ago.MatchString(args[i]) {
			args[i] = strings.TrimPrefix(args[i], "-")
		}
	}
	return args
}
