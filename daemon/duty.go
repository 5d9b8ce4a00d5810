package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"
)

// duty is the work of one configuration. A reload exchanges it as a whole.
type duty struct {
	Work
	sources []*source
	sealed  chan struct{} // one place: a checkpoint was signed
	planned chan struct{} // one place: a plan was published
	alarmed chan struct{} // one place: an assessment was published
}

// dutyOf checks what is to be done.
func (d *Daemon) dutyOf(w Work) (*duty, error) {
	if w.Pull == nil || w.Assess == nil {
		return nil, errors.New("daemon: pull and assess must be given")
	}
	w.AssessEvery = cmp.Or(w.AssessEvery, time.Hour)
	next := &duty{Work: w, sealed: make(chan struct{}, 1), planned: make(chan struct{}, 1), alarmed: make(chan struct{}, 1)}
	names := map[string]bool{}
	for _, s := range w.Sources {
		if names[s.Source.Name] {
			return nil, fmt.Errorf("source %s is configured twice: give each its own name", s.Source.Name)
		}
		names[s.Source.Name] = true
		if s.Schedule == nil || s.Schedule.Next(d.now()).IsZero() {
			return nil, fmt.Errorf("source %s: its schedule never comes round: change the schedule", s.Source.Name)
		}
		next.sources = append(next.sources, &source{Scheduled: s, asked: make(chan struct{}, 1)})
	}
	return next, nil
}

// take makes a duty the one in force.
func (d *Daemon) take(next *duty) {
	kept := map[string]bool{}
	for _, s := range next.sources {
		kept[s.Source.Name] = true
		d.opts.Metrics.Source(s.Source.Name, s.Source.Provider)
	}
	if last := d.duty.Swap(next); last != nil {
		for _, s := range last.sources {
			if !kept[s.Source.Name] {
				d.opts.Metrics.Forget(s.Source.Name)
			}
		}
	}
	if next.Issues == nil {
		d.opts.Metrics.IssuesForgotten()
	}
	d.opts.Metrics.Reloaded(d.now(), nil)
}

// work does its duty, and the next one after each reload, until the context ends.
func (d *Daemon) work(ctx context.Context) {
	for {
		working, stop := context.WithCancelCause(ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			d.labour(working, d.duty.Load())
		}()
		next := d.reloaded(ctx)
		stop(errors.New("the configuration was reloaded"))
		<-done
		if next == nil {
			return
		}
		d.take(next)
		d.opts.Log.Info("configuration reloaded", zap.Int("sources", len(next.sources)))
	}
}

// labour assesses what the store holds before anything is pulled, so that a
// restart or a reload leaves no gap, and then follows every schedule.
func (d *Daemon) labour(ctx context.Context, doing *duty) {
	d.assess(ctx, doing)
	var group errgroup.Group
	group.Go(func() error {
		d.assessments(ctx, doing)
		return nil
	})
	group.Go(func() error {
		d.anchoring(ctx, doing)
		return nil
	})
	group.Go(func() error {
		d.keepingIssues(ctx, doing)
		return nil
	})
	group.Go(func() error {
		d.alerting(ctx, doing)
		return nil
	})
	for _, s := range doing.sources {
		group.Go(func() error {
			d.follow(ctx, s, doing)
			return nil
		})
	}
	_ = group.Wait() // none of them has an error to give
}

// watchEvery is how often the configuration is looked at for changes. Reading a
// small file costs nothing, and sees what a notification would not: a mounted
// folder exchanged under its link, a network file system.
const watchEvery = 5 * time.Second

// reloaded waits for a configuration that can be worked with; nil: the context
// ended. One that cannot leaves everything as it is, and is said everywhere.
func (d *Daemon) reloaded(ctx context.Context) *duty {
	if d.opts.Load == nil {
		<-ctx.Done()
		return nil
	}
	look := time.NewTicker(watchEvery)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-d.opts.Reload:
		case <-look.C:
			if !d.changed() {
				continue
			}
		}
		if next := d.load(ctx); next != nil || ctx.Err() != nil {
			return next
		}
	}
}

// changed says whether the configuration is another than when it was last
// asked. One that cannot be read, since it is being replaced, is not.
func (d *Daemon) changed() bool {
	if d.opts.Fingerprint == nil {
		return false
	}
	now, before := d.opts.Fingerprint(), d.fingerprint
	if now == "" || now == before {
		return false
	}
	d.fingerprint = now
	return true
}

// load reads the configuration; nil: it cannot be used, or the context ended.
func (d *Daemon) load(ctx context.Context) *duty {
	var next *duty
	err := guarded(func() error {
		w, err := d.opts.Load(ctx)
		if err == nil {
			next, err = d.dutyOf(w)
		}
		return err
	})
	if ctx.Err() != nil {
		return nil
	}
	d.badConfig.Store(err != nil)
	if err != nil {
		d.opts.Metrics.Reloaded(d.now(), err)
		d.opts.Log.Error("configuration not reloaded; the last good one stays in force", zap.Error(err))
		return nil
	}
	return next
}
