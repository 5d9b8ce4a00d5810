package daemon

import (
	"context"
	"net"
	"net/http"
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
