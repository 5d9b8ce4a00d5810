package daemon_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"

	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

var takenOver = &store.FencedError{Epoch: 1, Now: 2, By: evidence.Actor{Name: "ada@node-2"}, At: time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC), Version: "1.1.0"}

func TestADaemonThatLostTheStoreStops(t *testing.T) {
	t.Parallel()
	for what, lose := range map[string]func(*world, *atomic.Bool){
		"at a commit, at once": func(w *world, _ *atomic.Bool) { w.failAssess = errors.Join(errors.New("commit assessment"), takenOver) },
		"when it is asked":     func(_ *world, lost *atomic.Bool) { lost.Store(true) },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.drift = []soc2.Drift{{Change: soc2.Opened, Control: "users-have-mfa"}}
			var lost atomic.Bool
			lose(w, &lost)
			pulling := make(chan struct{}, 1)
			w.pull = func(ctx context.Context, _ string) error { // it is in the middle of something
				pulling <- struct{}{}
				<-ctx.Done()
				return context.Cause(ctx)
			}
			r := makeDaemon(t, w, "127.0.0.1:0", map[string]string{"aws/1111": yearly}, func(o *daemon.Options) {
				o.Leading = func(context.Context) error {
					w.mu.Lock()
					defer w.mu.Unlock()
					if lost.Load() || w.failAssess != nil && len(w.assessed) > 0 {
						return takenOver
					}
					return errors.New("the disk is slow") // which is no reason to stop
				}
			})
			err := r.Start(t.Context())
			require.ErrorIs(t, err, takenOver)
			require.InDelta(t, 1, value(t, r, "controlwatch_store_fenced{}"), 0)
			said := r.log.FilterMessage("another program took the store over; this one stops").All()
			require.Len(t, said, 1)
			require.Equal(t, zapcore.ErrorLevel, said[0].Level)
			require.Equal(t, "ada@node-2", said[0].ContextMap()["by"])
			require.EqualValues(t, 2, said[0].ContextMap()["store_epoch"])
			require.Equal(t, "stopped", r.log.All()[r.log.Len()-1].Message)
			if what == "at a commit, at once" {
				require.Empty(t, r.log.FilterMessage("drift").All(), "what could not be kept is not told")
			}
		})
	}
}
