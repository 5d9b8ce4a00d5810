package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/robfig/cron/v3"
	"go.uber.org/zap"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/daemon/metrics"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// DefaultAddress is where the page and the metrics are served: this machine only.
const DefaultAddress = "127.0.0.1:9464"

// Options is what a daemon is made of.
type Options struct {
	Address string // host:port to serve on; empty: DefaultAddress
	Version string // of controlwatch
	Sources []Scheduled
	// Pull reads sources to the end. What a provider does wrong is a hole in a
	// pull; an error is ours: what could not be kept, or the context's end.
	Pull func(context.Context, []connect.Source) error
	// Assess judges what the store holds now and keeps the result.
	Assess      func(context.Context) (soc2.Assessment, error)
	Drift       DriftHistory
	Metrics     *metrics.Metrics
	Log         *zap.Logger
	Clock       func() time.Time
	AssessEvery time.Duration // at the latest; 0: an hour
}

// Scheduled is a source and when it is pulled. Schedules are read in UTC.
type Scheduled struct {
	Source   connect.Source
	Schedule cron.Schedule
}

// DriftHistory is what differed before: the store.
type DriftHistory interface {
	DriftTotals(context.Context) ([]store.DriftTotal, error)
	// DriftSince gives the newest first.
	DriftSince(ctx context.Context, t time.Time, limit int) ([]soc2.Drift, error)
}

// New checks the options. Nothing is started.
func New(o Options) (*Daemon, error) {
	if o.Pull == nil || o.Assess == nil || o.Drift == nil || o.Metrics == nil || o.Log == nil || o.Clock == nil {
		return nil, errors.New("daemon: pull, assess, drift, metrics, log and clock must be given")
	}
	o.Address = cmp.Or(o.Address, DefaultAddress)
	o.AssessEvery = cmp.Or(o.AssessEvery, time.Hour)
	d := &Daemon{opts: o, wake: make(chan struct{}, 1)}
	names := map[string]bool{}
	for _, s := range o.Sources {
		if names[s.Source.Name] {
			return nil, fmt.Errorf("source %s is configured twice: give each its own name", s.Source.Name)
		}
		names[s.Source.Name] = true
		if s.Schedule == nil || s.Schedule.Next(d.now()).IsZero() {
			return nil, fmt.Errorf("source %s: its schedule never comes round: change the schedule", s.Source.Name)
		}
		o.Metrics.Source(s.Source.Name, s.Source.Provider)
		d.sources = append(d.sources, &source{Scheduled: s})
	}
	return d, nil
}
