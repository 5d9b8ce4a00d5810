package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/user"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/admin"
	"github.com/controlwatch/controlwatch/internal/checkpoint"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// administration writes the administrators' log of one store.
type administration struct {
	program *program
	store   *store.Store
	dsn     string
	actor   evidence.Actor
	change  changeFlags
}

// changeFlags say who wanted a change, before what the configuration says.
type changeFlags struct{ reference, approvedBy string }

func (f *changeFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.reference, "change-reference", "", "ticket or pull request of the change this comes with, for the administrators' log")
	cmd.Flags().StringVar(&f.approvedBy, "approved-by", "", "who approved the change: another person than who asked for it")
}

func (p *program) administer(s *store.Store, dsn string, change changeFlags) *administration {
	return &administration{program: p, store: s, dsn: dsn, actor: operator(), change: change}
}

// operator is who runs this process, as the system has it. Nothing shows that it
// is the person whose account it is.
func operator() evidence.Actor {
	name := "user " + fmt.Sprint(os.Getuid())
	if u, err := user.Current(); err == nil && u.Username != "" {
		name = u.Username
	}
	if host, err := os.Hostname(); err == nil {
		name += "@" + host
	}
	return evidence.Actor{Name: name}
}

// reference is what is said of who wanted the change; one person for both is refused.
func (a *administration) reference(cfg config.Config) (soc2.ChangeReference, error) {
	c := soc2.ChangeReference{Reference: cfg.Change.Reference, RequestedBy: cfg.Change.RequestedBy, ApprovedBy: cfg.Change.ApprovedBy}
	if a.change.reference != "" {
		c.Reference = a.change.reference
	}
	if a.change.approvedBy != "" {
		c.ApprovedBy = a.change.approvedBy
	}
	requester := c.RequestedBy
	if requester == "" {
		requester, _, _ = strings.Cut(a.actor.Name, "@")
	}
	if c.ApprovedBy == "" {
		return c, nil
	}
	known, err := cfg.People().Apart(requester, c.ApprovedBy)
	if err != nil {
		return c, fmt.Errorf("change approved by %s: %w", c.ApprovedBy, err)
	}
	c.Apart = soc2.ApartUnverified
	if known {
		c.Apart = soc2.ApartKnown
	}
	return c, nil
}

// settle records what is in force, if it is another than what was recorded last.
func (a *administration) settle(ctx context.Context, cfg config.Config, sources []source, j *judge) error {
	entries, err := a.step(ctx, cfg, sources, j)
	if err != nil {
		return err
	}
	return a.write(ctx, entries...)
}

func (a *administration) step(ctx context.Context, cfg config.Config, sources []source, j *judge) ([]store.Entry, error) {
	change, err := a.reference(cfg)
	if err != nil {
		return nil, err
	}
	conceal, err := a.concealer(ctx, cfg)
	if err != nil {
		return nil, err
	}
	in := admin.Input{
		Config: cfg, Catalogue: j.catalogue, Judge: j.engine.Judge(), Program: a.program.running(), Env: a.program.env, Conceal: conceal,
	}
	for _, s := range sources {
		in.Sources = append(in.Sources, s.Name)
	}
	after, err := admin.Of(in)
	if err != nil {
		return nil, err
	}
	before, committed, err := a.recorded(ctx)
	if err != nil {
		return nil, err
	}
	commit, err := fileCommit(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if commit != nil && committed != nil {
		commit.Before = committed.Hash
	}
	step := admin.Step{Before: before, After: after, Config: cfg, Actor: a.actor, Change: change, Commit: commit}
	if len(conceal.Key) == 0 {
		step.Notes = []string{"the key of the log never leaves its place, or there is none: whether credentials were replaced is not seen"}
	}
	return step.Records()
}

// recorded is what was in force when it was last recorded, and the commit of its file;
// nil: it never was.
func (a *administration) recorded(ctx context.Context) (admin.Settings, *admin.FileCommit, error) {
	e, known, err := a.store.NewestEntry(ctx, admin.Recorded)
	if err != nil || !known {
		return nil, nil, err
	}
	var body admin.Body
	if err := json.Unmarshal(e.Body, &body); err != nil || body.Settings == nil {
		return nil, nil, fmt.Errorf("record %s: the settings that were in force cannot be read", e.ID)
	}
	return body.Settings, body.Commit, nil
}

// concealer takes the key for digests of secrets from the key of the log: both lie
// outside of the store.
func (a *administration) concealer(ctx context.Context, cfg config.Config) (admin.Concealer, error) {
	keys, err := a.store.LogKeys(ctx)
	if err != nil || len(keys) == 0 || cfg.Evidence.Log.Key.KMS != nil { // a key that never leaves its service
		return admin.Concealer{}, err
	}
	origin, _, _ := strings.Cut(keys[0].Public, "+")
	key, err := a.program.logKey(a.dsn, cfg)(ctx, origin)
	if err != nil {
		return admin.Concealer{}, err
	}
	own, ok := key.(checkpoint.Key)
	if !ok {
		return admin.Concealer{}, nil
	}
	return admin.Concealer{Key: own.Derive("digests of secrets in the administrators' log")}, nil
}

// scan records that somebody looks, and what is in force meanwhile.
func (a *administration) scan(ctx context.Context, cfg config.Config, sources []source, pulled []connect.Source, j *judge) error {
	entries, err := a.step(ctx, cfg, sources, j)
	if err != nil {
		return err
	}
	running := a.program.running()
	body := admin.Body{File: cfg.File, Version: running.Version, SHA256: running.SHA256}
	for _, s := range pulled {
		body.Sources = append(body.Sources, s.Name)
	}
	e, err := admin.Entry(admin.Scan, "", a.actor, body)
	if err != nil {
		return err
	}
	return a.write(ctx, append(entries, e)...)
}

// start takes the store over and records that a daemon starts, in one commit. It gives
// the epoch that begins, and what records the stop.
func (a *administration) start(
	ctx context.Context, cfg config.Config, sources []source, j *judge,
) (epoch int64, stop func(context.Context, error) error, err error) {
	unclean, err := a.unclean(ctx)
	if err != nil {
		return 0, nil, err
	}
	entries, err := a.step(ctx, cfg, sources, j)
	if err != nil {
		return 0, nil, err
	}
	change, err := a.reference(cfg)
	if err != nil {
		return 0, nil, err
	}
	running := a.program.running()
	e, err := admin.Entry(admin.Start, "", a.actor, admin.Body{
		File: cfg.File, Process: os.Getpid(), Version: running.Version, SHA256: running.SHA256, Unclean: unclean, Change: &change,
	})
	if err != nil {
		return 0, nil, err
	}
	epoch, ids, err := a.store.Lead(ctx, a.actor, append(entries, e)...)
	if err != nil {
		return 0, nil, fmt.Errorf("record the start: %w", err)
	}
	id := ids[len(ids)-1]
	return epoch, func(ctx context.Context, why error) error {
		if _, fenced := errors.AsType[*store.FencedError](why); fenced {
			return nil // nothing more can be recorded: the record of the other's start says that this one ended without a stop
		}
		ended := "a signal"
		if why != nil && !errors.Is(why, context.Canceled) {
			ended = "an error"
		}
		e, err := admin.Entry(admin.Stop, id, a.actor, admin.Body{Ended: ended})
		if err != nil {
			return err
		}
		// The context has ended by now, which is why it stops.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		defer cancel()
		return a.write(ctx, e)
	}, nil
}

// stopWithin bounds how long a stop waits for another writer.
const stopWithin = 10 * time.Second

// unclean tells whether the last daemon ended without a stop; nil: it did not.
func (a *administration) unclean(ctx context.Context) (*admin.Unclean, error) {
	start, known, err := a.store.NewestEntry(ctx, admin.Start)
	if err != nil || !known {
		return nil, err
	}
	stop, known, err := a.store.NewestEntry(ctx, admin.Stop)
	if err != nil || (known && stop.Subject == start.ID) {
		return nil, err
	}
	last, err := a.store.LastCommit(ctx)
	if err != nil {
		return nil, err
	}
	return &admin.Unclean{Started: start.ID, From: start.At, About: last}, nil
}

func (a *administration) write(ctx context.Context, entries ...store.Entry) error {
	if _, err := a.store.Append(ctx, entries...); err != nil {
		kinds := make([]string, len(entries))
		for i, e := range entries {
			kinds[i] = e.Kind
		}
		return fmt.Errorf("administrators' log: %s: %w", strings.Join(slices.Compact(kinds), ", "), err)
	}
	return nil
}
