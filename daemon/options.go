package daemon

import (
	"cmp"
	"context"
	"errors"
	"os"
	"time"

	"github.com/robfig/cron/v3"
	"go.uber.org/zap"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/daemon/metrics"
	"github.com/controlwatch/controlwatch/publish/anchor"
	"github.com/controlwatch/controlwatch/publish/githubissues"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// DefaultAddress is where the page and the metrics are served: this machine only.
const DefaultAddress = "127.0.0.1:9464"

// Options is what a daemon is made of.
type Options struct {
	Address string // host:port to serve on; empty: DefaultAddress
	Version string // of controlwatch
	Work    Work   // what it does until it is told otherwise
	// Load reads the configuration anew, when Reload says so or Fingerprint comes
	// out differently. What it gives takes the place of the work under way; its
	// error leaves everything as it is. Nil: nothing is ever reloaded.
	Load        func(context.Context) (Work, error)
	Reload      <-chan os.Signal
	Fingerprint func() string // of the configuration as it is written now
	// Token lets its bearer ask for a run now. Empty: nobody may.
	Token string
	Web   Web // who may ask
	// Leading asks whether the store is still this program's to write. Where another
	// took it over (a store.FencedError), the daemon ends with that error. Nil: no
	// other can.
	Leading func(context.Context) error
	Drift   DriftHistory
	Metrics *metrics.Metrics
	Log     *zap.Logger
	Clock   func() time.Time
}

// Work is what one configuration has a daemon do.
type Work struct {
	Sources []Scheduled
	// Pull reads sources to the end. What a provider does wrong is a hole in a
	// pull; an error is ours: what could not be kept, or the context's end.
	Pull func(context.Context, []connect.Source) error
	// Assess judges what the store holds now and keeps the result.
	Assess      func(context.Context) (soc2.Assessment, error)
	AssessEvery time.Duration // at the latest; 0: an hour
	// Period tells the observation period that is configured, as of now. Nil: none is.
	Period func(context.Context) (soc2.Period, error)
	// Attestations tells how attested controls stand, as of now. Nil: nobody asks.
	Attestations func(context.Context) ([]soc2.AttestationStanding, error)
	// Reviews tells how access reviews stand, as of now. Nil: nobody asks.
	Reviews func(context.Context) (ReviewsTold, error)
	// Plan makes the remediation plan of an assessment. Nil: none is made.
	Plan func(context.Context, soc2.Assessment) (soc2.Plan, error)
	// Seal signs what was kept, after each assessment. Nil: nothing is signed.
	Seal func(context.Context) error
	// Prune removes what is older than the retention, once a day. Nil: nothing is ever pruned.
	Prune func(context.Context) (store.Pruning, error)
	// Anchor hands what was signed to the log's anchors, and says how far it is
	// protected where there are none. Nil: nothing signs.
	Anchor func(context.Context) (anchor.Round, error)
	// Issues makes the issues of gaps say what the newest plan says. Nil: none are kept.
	Issues      func(context.Context) (githubissues.Run, error)
	IssuesEvery time.Duration // at most this often; 0: an hour
	Alerts      *Alerting     // who is told of drift; nil: nobody
}

// Scheduled is a source and when it is pulled. A schedule without a time zone of
// its own is read in UTC.
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
	if o.Drift == nil || o.Metrics == nil || o.Log == nil || o.Clock == nil {
		return nil, errors.New("daemon: drift, metrics, log and clock must be given")
	}
	o.Address = cmp.Or(o.Address, DefaultAddress)
	d := &Daemon{opts: o, wake: make(chan struct{}, 1), doubt: make(chan struct{}, 1)}
	d.changed() // what is in force now is no change
	first, err := d.dutyOf(o.Work)
	if err != nil {
		return nil, err
	}
	d.take(first)
	return d, nil
}
