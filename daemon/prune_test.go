package daemon_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/store"
)

func TestOldEvidenceIsPrunedOnceADayAfterAnAssessment(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var later time.Duration
	asked := 0
	clock := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return time.Now().Add(later)
	}
	w := newWorld()
	w.clock = clock
	r := makeDaemon(t, w, "127.0.0.1:0", map[string]string{"aws/1111": yearly}, func(o *daemon.Options) {
		o.Clock, o.Work.AssessEvery = clock, 5*time.Millisecond
		o.Work.Prune = func(context.Context) (store.Pruning, error) {
			mu.Lock()
			defer mu.Unlock()
			asked++
			if asked == 2 {
				return store.Pruning{}, errors.New("the clock leapt")
			}
			later += 25 * time.Hour
			return store.Pruning{Rule: "keep 730d", Bodies: 7, Bytes: 700}, nil
		}
	})
	r.start(t)
	r.await(t, "old evidence could not be pruned; it is kept")
	series := r.series(t)
	require.Equal(t, "7", series["controlwatch_store_pruned_bodies_total"], "a failed one is tried again a day later, not sooner")
	require.Equal(t, "700", series["controlwatch_store_pruned_bytes_total"])
	require.Equal(t, "1", series[`controlwatch_store_prunes_total{result="failed"}`])
	require.Equal(t, "1", series[`controlwatch_store_prunes_total{result="ok"}`])
}
