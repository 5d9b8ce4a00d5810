package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/publish/githubissues"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/store"
)

func newPlanSync(p *program) *cobra.Command {
	var file, output string
	var dry bool
	cmd := &cobra.Command{
		Use:   "sync",
		Short: "Keep one GitHub issue for each gap of the plan",
		Long: `Sync makes the issues of a repository say what the plan says: one issue for each
gap, created, changed, closed and opened again as evidence has it. It is off unless
plan.github is configured, and has credentials of its own that may write issues of
that repository and nothing else. The daemon does the same after assessments.

An issue closes when evidence shows that its gap is closed; what was not seen
closes nothing. One that somebody closes before that is opened again, once, with a
comment (closed_by_hand: leave leaves it). A gap that is wholly accepted gets a
label. Only the part between our markers is rewritten: what people write around
it, their title, labels, assignees and comments stay.

An issue is found again by a marker in its text and by the evidence log, so that
none is made twice. Nobody but a gap's owner is named: accounts of people are
counted. Where gaps are is not for everyone: a public repository is refused unless
allow_public says otherwise.

Exit codes: 0 all is as the plan is · 1 --dry-run: something would change · 2 it
could not be done · 3 part of it could not`,
		Example: `  controlwatch plan sync --dry-run -c controlwatch.yaml
  controlwatch plan sync -c controlwatch.yaml

  # controlwatch.yaml
  plan:
    github:
      repository: acme/compliance
      token: ${env:ISSUES_TOKEN}   # fine-grained, this repository, Issues: read and write
      assignees: {ada: ada-lovelace}
      min_severity: medium`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output != "text" && output != "json" {
				return fmt.Errorf("--output: %q is not a format; expected text or json", output)
			}
			if file == "" {
				return errors.New("--config: missing; where issues are kept stands there, under plan.github")
			}
			run, err := p.syncIssues(cmd.Context(), file, dry)
			if len(run.Actions) > 0 || err == nil {
				err = errors.Join(err, p.showSync(run, output))
			}
			if err != nil {
				return err
			}
			return syncExit(run)
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration with plan.github (required)")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "say what would be done, and only read")
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	return cmd
}

func syncExit(run githubissues.Run) error {
	if run.Err() != nil {
		return exitError{exitIncomplete}
	}
	for _, a := range run.Actions {
		if run.DryRun && a.Do != githubissues.Unchanged && a.Do != githubissues.Left {
			return exitError{exitGap}
		}
	}
	return nil
}

func (p *program) syncIssues(ctx context.Context, file string, dry bool) (run githubissues.Run, err error) {
	cfg, err := config.Read(file, p.env)
	if err != nil {
		return run, err
	}
	if cfg.Plan.GitHub == nil {
		return run, cfg.Problem([]any{"plan"}, "plan.github: is not configured; issues are off without it")
	}
	made, _, line, err := p.planNow(ctx, file)
	if err != nil {
		return run, err
	}
	defer func() { err = errors.Join(err, line.close()) }()
	if dry {
		i, err := p.issues(ctx, cfg, line.store)
		if err != nil {
			return run, err
		}
		return i.sync.DryRun(ctx, wantedIssues(made))
	}
	dsn := "sqlite:" + line.store.Path()
	w, err := store.Open(ctx, dsn, store.Options{Clock: p.now, Version: buildVersion(), Key: p.logKey(dsn, cfg)})
	if err != nil {
		return run, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	i, err := p.issues(ctx, cfg, w)
	if err != nil {
		return run, err
	}
	return i.run(ctx, made)
}

// planSyncOut is controlwatch.plan-sync/v1.
type planSyncOut struct {
	Schema string `json:"schema"`
	githubissues.Run
}

func (p *program) showSync(run githubissues.Run, output string) error {
	if output == "json" {
		e := json.NewEncoder(p.stdout)
		e.SetIndent("", "  ")
		return e.Encode(planSyncOut{"controlwatch.plan-sync/v1", run})
	}
	for _, a := range run.Actions {
		if a.Do == githubissues.Unchanged {
			continue
		}
		where := "new"
		if a.Number > 0 {
			where = fmt.Sprintf("#%d", a.Number)
		}
		fmt.Fprintf(p.stdout, "%-9s %-6s %s: %s\n", a.Do, where, report.Safe(a.Gap), report.Text(a.Why))
		if a.Error != "" {
			fmt.Fprintf(p.stdout, "          FAILED %s\n", report.Text(a.Error))
		}
	}
	word := "done"
	if run.DryRun {
		word = "dry run, nothing was written"
	}
	_, err := fmt.Fprintf(p.stdout, "%s: %d created, %d changed, %d closed, %d opened again, %d unchanged; %d wait for a later run (%s)\n",
		run.Repository, run.Count(githubissues.Create), run.Count(githubissues.Update), run.Count(githubissues.Close), run.Count(githubissues.Reopen),
		run.Count(githubissues.Unchanged), run.Waiting, word)
	return err
}
