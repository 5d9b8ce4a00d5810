// Command controlwatch looks at how clouds, identity providers and code hosts
// are really configured, judges it against the Trust Services Criteria, and
// says what changed. This package knows flags, the environment, signals and the
// terminal; each subcommand is a file that ends in one call.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"golang.org/x/term"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/store"
)

// The exit codes, the same for every subcommand.
const (
	exitOK         = 0
	exitGap        = 1 // a gap at or above the threshold
	exitCannotRun  = 2 // bad flags, configuration or store; nothing was judged
	exitIncomplete = 3 // no gap, but something in scope was not seen
	exitFenced     = 4 // another daemon took the store over from this one
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, &program{
		hangup: hangups,
		stdin:  os.Stdin, stdout: os.Stdout, stderr: os.Stderr, env: os.Getenv, now: time.Now,
		memory: limitMemory(os.Getenv, memlimit.FromCgroup, debug.SetMemoryLimit),
		width:  terminalWidth(os.Stdout), terminal: term.IsTerminal(int(os.Stderr.Fd())), binary: sync.OnceValues(ownDigest),
	}, os.Args[1:])
	stop()
	os.Exit(code)
}

// hangups takes SIGHUP, which ends every command but a daemon.
func hangups() <-chan os.Signal {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	return c
}

// program is the edge of the process: what differs between a terminal, a pipe and a test.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	env            func(string) string
	now            func() time.Time
	width          int                                        // columns of stdout; 0: not a terminal
	terminal       bool                                       // stderr is one
	hangup         func() <-chan os.Signal                    // from now on, SIGHUP asks to read the configuration again; nil: it cannot
	base           http.RoundTripper                          // what providers are reached through; nil: the network
	wait           func(context.Context, time.Duration) error // between writes to others; nil: by the machine's clock
	store          string
	ephemeral      bool                     // it is thrown away: nothing is flushed to the disk
	configs        map[string]config.Config // read already, by the file they are from
	memory         memoryLimit
	binary         func() (string, error) // SHA-256 of the running program; nil: not known
	alertKinds     []receiverKind         // instead of receiverKinds; nil: those
}

// exitError carries an exit code; its message, if any, was already shown.
type exitError struct{ code int }

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

func run(ctx context.Context, p *program, args []string) int {
	cmd := newRoot(p)
	cmd.SetArgs(pastMoments(args))
	cmd.SetOut(p.stdout)
	cmd.SetErr(p.stderr)
	ran, err := cmd.ExecuteContextC(ctx)
	var exit exitError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		return exit.code
	}
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		err = fmt.Errorf("%w: stopped before it was done (%w)", context.Cause(ctx), err)
	}
	fmt.Fprintf(p.stderr, "controlwatch: %v\n", missingFlags(ran, err))
	if _, fenced := errors.AsType[*store.FencedError](err); fenced {
		return exitFenced
	}
	return exitCannotRun
}

func terminalWidth(f *os.File) int {
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}
