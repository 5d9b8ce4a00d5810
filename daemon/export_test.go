package daemon

import "context"

// Work follows the schedules without serving, for tests on a fake clock: a
// listener's goroutine would keep that clock from moving.
func (d *Daemon) Work(ctx context.Context) { d.work(ctx) }
