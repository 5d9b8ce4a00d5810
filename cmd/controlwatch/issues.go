package main

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/publish/githubissues"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

const (
	entryIssue     = "issue"      // which issue a gap has, its subject
	entryIssueSync = "issue-sync" // what a run changed; subject: the repository
)

// issueSync is one run over the issues of gaps.
type issueSync struct {
	sync  *githubissues.Sync
	store *store.Store
}

// issues makes what the configuration says, with what the log remembers. Nothing
// is asked yet.
func (p *program) issues(ctx context.Context, c config.Config, s *store.Store) (*issueSync, error) {
	o, err := p.issueOptions(c)
	if err != nil {
		return nil, err
	}
	root, err := s.RootAt(ctx, 1) // of its first commit: the same as long as the store lives, and another in each
	if err != nil {
		return nil, err
	}
	o.Store = hex.EncodeToString(root[:8])
	o.Keep = func(ctx context.Context, gap string, r githubissues.Record) error {
		body, err := json.Marshal(r)
		if err != nil {
			return err
		}
		_, err = s.Append(ctx, store.Entry{Kind: entryIssue, Subject: gap, Actor: evidence.Program, Body: body})
		return err
	}
	out := &issueSync{store: s}
	if out.sync, err = githubissues.New(o); err != nil {
		return nil, err
	}
	for e, err := range s.Entries(ctx, entryIssue) {
		if err != nil {
			return nil, err
		}
		var r githubissues.Record
		if err := e.Recorded().Decode(&r); err != nil {
			return nil, fmt.Errorf("issue of %s in record %s: %w", e.Subject, e.ID, err)
		}
		if r.Schema != githubissues.RecordV1 {
			return nil, fmt.Errorf("issue of %s in record %s: its form is %q, this version knows %q", e.Subject, e.ID, r.Schema, githubissues.RecordV1)
		}
		out.sync.Remember(e.Subject, r)
	}
	return out, nil
}

// run makes the issues say what a plan says, and records what was changed.
func (i *issueSync) run(ctx context.Context, made planned) (githubissues.Run, error) {
	release, err := i.store.LockIssues()
	if err != nil {
		return githubissues.Run{}, err
	}
	run, err := i.sync.Run(ctx, wantedIssues(made))
	if run.Changed() {
		err = errors.Join(err, i.record(context.WithoutCancel(ctx), run))
	}
	return run, errors.Join(err, release())
}

func wantedIssues(made planned) githubissues.Wanted {
	return githubissues.Wanted{Plan: made.plan, Analysis: made.analysis}
}

// issueSyncBody is controlwatch.issue-sync/v1, which is recorded.
type issueSyncBody struct {
	Schema string `json:"schema"`
	githubissues.Run
}

// record keeps what a run changed: one entry for each run.
func (i *issueSync) record(ctx context.Context, run githubissues.Run) error {
	changed := run
	changed.Actions = nil
	for _, a := range run.Actions {
		if a.Done && a.Do != githubissues.Unchanged {
			changed.Actions = append(changed.Actions, a)
		}
	}
	body, err := json.Marshal(issueSyncBody{"controlwatch.issue-sync/v1", changed})
	if err == nil {
		_, err = i.store.Append(ctx, store.Entry{Kind: entryIssueSync, Subject: run.Repository, Actor: evidence.Program, Body: body})
	}
	if err != nil {
		return fmt.Errorf("record what was done to issues: %w", err)
	}
	return nil
}

func (p *program) issueOptions(c config.Config) (githubissues.Options, error) {
	g := c.Plan.GitHub
	base, err := p.wayOut(c)
	if err != nil {
		return githubissues.Options{}, err
	}
	o := githubissues.Options{
		API: g.APIURL, Repository: g.Repository, Label: g.Label, Labels: g.Labels, AcceptedLabel: g.AcceptedLabel, Assignees: g.Assignees,
		Owners: g.Owners, MostNew: g.MaxNew, ClosedByHand: githubissues.ClosedByHand(g.ClosedByHand), AllowPublic: g.AllowPublic, TakesOver: g.TakesOver,
		Base: cmp.Or[http.RoundTripper](base, http.DefaultTransport), Clock: p.now, Wait: p.wait,
	}
	if o.MinSeverity, err = soc2.ParseSeverity(g.MinSeverity); err != nil {
		return o, err
	}
	secret, where := g.Token, "token"
	if g.App != nil {
		secret, where = g.App.PrivateKey, "app"
	}
	value, err := secret.Value()
	if err != nil {
		return o, err // it says where
	}
	if err := p.ownCredential(c, value, where); err != nil {
		return o, err
	}
	if g.App == nil {
		o.Credential = githubissues.Token(value)
		return o, nil
	}
	key, err := githubissues.ParseKey(value)
	if err != nil {
		return o, c.Problem([]any{"plan", "github", "app", "private_key"}, "plan.github.app.private_key: %v", err)
	}
	o.Credential = &githubissues.App{
		API: g.APIURL, ID: g.App.ID, InstallationID: g.App.InstallationID, Key: key, Repository: g.Repository, Base: o.Base, Clock: p.now,
	}
	return o, nil
}

// ownCredential refuses what evidence is collected with: collectors only read, and
// that is worth something only if what they hold cannot write.
func (p *program) ownCredential(c config.Config, secret, where string) error {
	same := secret != "" && secret == p.env("CONTROLWATCH_GITHUB_APP_PRIVATE_KEY")
	for n, s := range c.Sources {
		held, err := s.Settings.Holds(secret)
		if err != nil {
			return fmt.Errorf("sources[%d]: %w", n, err)
		}
		same = same || held
	}
	if same {
		return c.Problem([]any{"plan", "github", where}, "plan.github.%s: is what a source collects evidence with; give issues credentials of their own, so that those of sources can only read", where)
	}
	return nil
}

// runningIssues is the daemon's run over the issues; nil: none are configured.
func (p *program) runningIssues(c config.Config, s *store.Store, newest *atomic.Pointer[planned]) (func(context.Context) (githubissues.Run, error), error) {
	if c.Plan.GitHub == nil {
		return nil, nil
	}
	if _, err := p.issueOptions(c); err != nil {
		return nil, err
	}
	return func(ctx context.Context) (githubissues.Run, error) {
		made := newest.Load()
		if made == nil {
			return githubissues.Run{}, nil // nothing was looked at yet
		}
		i, err := p.issues(ctx, c, s) // anew: a command may have written to the log
		if err != nil {
			return githubissues.Run{}, err
		}
		return i.run(ctx, *made)
	}, nil
}
