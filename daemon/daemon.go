package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"github.com/controlwatch/controlwatch/publish/anchor"
)

// Daemon runs until its context ends. Make it with New.
type Daemon struct {
	opts      Options
	listener  net.Listener
	probes    net.Listener // nil: there is none
	duty      atomic.Pointer[duty]
	wake      chan struct{} // one place: an assessment is wanted
	doubt     chan struct{} // one place: something was refused, and it is to be asked who leads
	published atomic.Pointer[published]
	anchored  atomic.Pointer[anchor.Round] // the last round over the anchors of the log
	unasked   atomic.Bool                  // since then no round could be made
	failing   atomic.Bool                  // the last assessment failed
	badConfig atomic.Bool                  // the last reload failed
	issueless atomic.Bool                  // the last run over the issues of gaps failed

	alertTrouble atomic.Pointer[[]string] // what keeps alerts from going out
	mirrorless   sync.Map                 // by name of a mirror: whether it takes nothing

	pruned      time.Time // when old evidence was last pruned; assessments are one at a time
	fingerprint string    // of the configuration when it was last looked at
}

// Listen takes the address, so that a taken one is told before anything is
// pulled. Run does it if nobody did.
func (d *Daemon) Listen(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", d.opts.Address)
	if err != nil {
		return fmt.Errorf("listen on %s: %w: is another controlwatch running? give another address", d.opts.Address, err)
	}
	// What was taken counts, not the name it was asked by.
	if err := d.opts.Web.mayServe(listener.Addr().String(), local(listener.Addr())); err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := d.listenForProbes(ctx); err != nil {
		return errors.Join(err, listener.Close())
	}
	d.listener = listener
	return nil
}

// Addr is where it listens; nil before Listen.
func (d *Daemon) Addr() net.Addr {
	if d.listener == nil {
		return nil
	}
	return d.listener.Addr()
}

// Start is Listen and Run.
func (d *Daemon) Start(ctx context.Context) error {
	if err := d.Listen(ctx); err != nil {
		return err
	}
	return d.Run(ctx)
}

// Run works and serves until the context ends, then stops what is under way,
// waits for it, and returns nil; or until another program takes the store over, and
// returns the store.FencedError that names it. What was being pulled is not kept in part.
func (d *Daemon) Run(ctx context.Context) error {
	if d.listener == nil {
		return errors.New("daemon: not listening")
	}
	d.opts.Log.Info("started", zap.String("version", d.opts.Version), zap.Stringer("address", d.Addr()), zap.Int("sources", len(d.duty.Load().sources)))
	if err := d.sayWhoMayAsk(); err != nil {
		return errors.Join(err, d.unlisten())
	}
	server := d.server()
	group, working := errgroup.WithContext(ctx)
	group.Go(func() error { return d.serve(server) })
	probes := d.probeServer()
	if d.probes != nil {
		group.Go(func() error {
			if err := probes.Serve(d.probes); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serve probes on %s: %w", d.probes.Addr(), err)
			}
			return nil
		})
	}
	group.Go(func() error {
		d.work(working)
		// The page stays until the work has stopped, and no longer than a request may take.
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		for _, s := range []*http.Server{server, probes} {
			if err := s.Shutdown(closing); err != nil {
				_ = s.Close() // whoever still reads has had their time
			}
		}
		return nil
	})
	group.Go(func() error { return d.leading(working) })
	err := group.Wait()
	d.opts.Log.Info("stopped")
	return err
}

// unlisten gives both addresses back.
func (d *Daemon) unlisten() error {
	err := d.listener.Close()
	if d.probes != nil {
		err = errors.Join(err, d.probes.Close())
	}
	return err
}

// now is the clock's time without what Go measures beside it, so that a
// difference is one of wall clocks, as schedules are.
func (d *Daemon) now() time.Time { return d.opts.Clock().UTC().Round(0) }

// guarded runs one step. A panic costs that step, not the daemon.
func guarded(step func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return step()
}
