package daemon

import (
	"cmp"
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/controlwatch/controlwatch/publish/githubissues"
	"github.com/controlwatch/controlwatch/soc2"
)

// retryIssuesAfter is when a failed run over the issues is tried again, if the
// configured time is longer.
const retryIssuesAfter = 5 * time.Minute

// keepingIssues makes the issues of gaps follow each new plan, at most as often as
// configured. It goes beside assessments: a slow GitHub delays only itself.
func (d *Daemon) keepingIssues(ctx context.Context, doing *duty) {
	if doing.Issues == nil {
		return
	}
	every := cmp.Or(doing.IssuesEvery, time.Hour)
	for {
		select {
		case <-ctx.Done():
			return
		case <-doing.planned:
		}
		pause := every
		switch d.keepIssues(ctx, doing) {
		case issuesKept:
		case issuesWait:
			continue
		case issuesFailed:
			pause = min(every, retryIssuesAfter)
			doing.wakeIssues(&soc2.Plan{}) // what failed does not wait for the next plan
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// issuesOutcome is what became of a run.
type issuesOutcome int

const (
	issuesFailed issuesOutcome = iota
	issuesKept
	issuesWait // nothing was looked at yet: there is nothing to publish
)

// keepIssues does one run. It is never fatal.
func (d *Daemon) keepIssues(ctx context.Context, doing *duty) issuesOutcome {
	var run githubissues.Run
	err := guarded(func() (err error) {
		run, err = doing.Issues(ctx)
		return err
	})
	if ctx.Err() != nil {
		return issuesWait // the next select ends
	}
	if err == nil && run.At.IsZero() {
		return issuesWait
	}
	if err == nil {
		err = run.Err()
	}
	d.opts.Metrics.IssuesKept(run, err, d.now())
	d.issueless.Store(err != nil)
	counts := []zap.Field{
		zap.String("repository", run.Repository), zap.Int("created", run.Count(githubissues.Create)), zap.Int("updated", run.Count(githubissues.Update)),
		zap.Int("closed", run.Count(githubissues.Close)), zap.Int("reopened", run.Count(githubissues.Reopen)), zap.Int("waiting", run.Waiting),
	}
	switch {
	case err != nil:
		d.opts.Log.Error("the issues of gaps are not as the plan is", append(counts, zap.Error(err))...)
	case run.Changed():
		d.opts.Log.Info("issues of gaps follow the plan", counts...)
	}
	if err != nil {
		return issuesFailed
	}
	return issuesKept
}

// wakeIssues says that a plan was published.
func (w *duty) wakeIssues(plan *soc2.Plan) {
	if plan == nil {
		return
	}
	select {
	case w.planned <- struct{}{}:
	default: // one is waiting, and will take the newest
	}
}

// issueProblems is what the page says at its top.
func (d *Daemon) issueProblems() []string {
	if !d.issueless.Load() || d.duty.Load().Issues == nil {
		return nil
	}
	return []string{"The issues of gaps are not as the plan is; the log says why."}
}
