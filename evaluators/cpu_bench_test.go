package evaluators

import (
	"syscall"
	"testing"
	"time"
)

// cpu is the processor time this process has used, so that a figure per core
// does not depend on who else uses the machine.
func cpu(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
