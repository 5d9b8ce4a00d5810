package daemon

import (
	"context"
	"net"
	"net/http"

	"github.com/controlwatch/controlwatch/publish/alert"
)

// Work follows the schedules without serving, for tests on a fake clock: a
// listener's goroutine would keep that clock from moving.
func (d *Daemon) Work(ctx context.Context) { d.work(ctx) }

// ProbesAddr is where probes are answered.
func (d *Daemon) ProbesAddr() net.Addr { return d.probes.Addr() }

// Server is what serves, for tests on a fake clock with a listener of their own.
func (d *Daemon) Server() *http.Server { return d.server() }

// Problems is what the page says at its top.
func (d *Daemon) Problems() []string { return d.problems(d.published.Load()) }

// ChangedBy is who the providers' event logs say changed what an alert is about.
func ChangedBy(ctx context.Context, book AlertBook, a alert.Alert, seq int64) (alert.ChangedBy, error) {
	who := &actors{book: book}
	by := who.changedBy(ctx, &a, seq)
	return by, who.err
}
