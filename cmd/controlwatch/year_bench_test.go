package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/checkpoint"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

var (
	yearDays      = flag.Int("year.days", 365, "how many days BenchmarkYear lives through")
	yearResources = flag.Int("year.resources", 10_000, "how many resources its company has")
	yearStore     = flag.String("year.store", "", "a folder in which the store is kept; one that is there already is lived on from where it ended")
)

// pullHours is how far pulls are apart, as in a configuration that says nothing.
const pullHours = 6

// BenchmarkYear writes what a daemon would within a year: a pull of every feed
// each six hours, an assessment each hour by the real engine and the shipped
// catalogue, a checkpoint after it; one resource in a hundred changes each day,
// one in ten of those in what is judged. Then it reads and verifies.
func BenchmarkYear(b *testing.B) {
	for b.Loop() {
		y := newYear(b, *yearResources)
		began := time.Now()
		y.live(b, *yearDays)
		b.ReportMetric(time.Since(began).Seconds()*24/float64(max(1, *yearDays*24-y.lived)), "s/day")
		info, err := os.Stat(y.company.store)
		require.NoError(b, err)
		b.ReportMetric(float64(info.Size())/(1<<20), "store_MiB")
		b.ReportMetric(float64(y.company.resources), "facts_pulled")
		y.readBack(b, *yearDays)
	}
}

// year is a company, its store and its clock.
type year struct {
	company *copies
	store   *store.Store
	began   time.Time
	lived   int // hours, before this run
}

func newYear(tb testing.TB, resources int) *year {
	tb.Helper()
	c := largeCompany(tb, 1, 1, resources)
	c.mend(tb)
	c.store = filepath.Join(cmp.Or(*yearStore, tb.TempDir()), "year.db")
	y := &year{company: c, began: sample.Day}
	key := yearKey(tb, strings.TrimSuffix(c.store, ".db")+".key")
	var err error
	y.store, err = store.Open(tb.Context(), "sqlite:"+c.store, store.Options{
		Clock: func() time.Time { return c.now }, Version: "benchmark", Ephemeral: true, // the disk's flushes are not what is measured
		Key: func(context.Context, string) (store.Signer, error) { return key, nil },
	})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, y.store.Close()) })
	made, err := y.store.Made(tb.Context(), y.began, y.began.AddDate(100, 0, 0))
	require.NoError(tb, err)
	if y.lived = len(made); y.lived > 0 {
		c.now = made[y.lived-1].At
	}
	return y
}

// yearKey signs the log of a store that is lived on as before.
func yearKey(tb testing.TB, file string) checkpoint.Key {
	tb.Helper()
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		_, secret, err := checkpoint.Generate("")
		require.NoError(tb, err)
		require.NoError(tb, os.WriteFile(file, []byte(secret), 0o600))
		text = []byte(secret)
	} else {
		require.NoError(tb, err)
	}
	key, err := checkpoint.Parse(string(text))
	require.NoError(tb, err)
	return key
}

// live goes through days, hour by hour.
func (y *year) live(tb testing.TB, days int) {
	tb.Helper()
	began := time.Now()
	for hour := y.lived; hour < days*24; hour++ {
		if hour%(30*24) == 0 && hour > y.lived {
			fmt.Fprintf(os.Stderr, "day %d of %d after %s\n", hour/24, days, time.Since(began).Round(time.Second))
		}
		y.company.now = y.began.Add(time.Duration(hour) * time.Hour)
		y.company.day = hour / 24
		if hour%pullHours == 0 {
			y.company.pull(tb, y.store)
			y.company.now = y.company.now.Add(time.Minute)
		}
		y.company.assess(tb, y.store)
		_, err := y.store.Sign(tb.Context())
		require.NoError(tb, err)
	}
}

// age makes a resource what it is on a day: one in a hundred is another each day,
// and one in ten of those is another in what is judged.
func (c *copies) age(f *evidence.Fact, place int) {
	since := c.day - place%100
	if since < 0 {
		return
	}
	version := since/100 + 1
	f.Resource.Name += fmt.Sprintf(" v%d", version)
	user, ok := f.Body.(*evidence.User)
	if !ok || place%10 != 0 || version%2 == 0 || user.MFA == nil || user.MFA.Enabled == nil {
		return
	}
	other, factor := *user, *user.MFA
	factor.Enabled = new(!*factor.Enabled)
	other.MFA = &factor
	f.Body = &other
}

func (y *year) readBack(b *testing.B, days int) {
	b.Helper()
	began := time.Now()
	v, err := y.store.Verify(b.Context(), store.VerifyOptions{})
	require.NoError(b, err)
	require.Empty(b, v.Problems)
	require.GreaterOrEqual(b, v.Checkpoints, int64(days*24-1), "one is missing where a run was stopped before it signed")
	b.ReportMetric(time.Since(began).Seconds(), "verify_s")
	b.ReportMetric(float64(v.Leaves), "leaves")
	b.ReportMetric(float64(y.drift(b)), "drift")

	began = time.Now()
	_, err = y.store.Verify(b.Context(), store.VerifyOptions{Fast: true})
	require.NoError(b, err)
	b.ReportMetric(time.Since(began).Seconds(), "verify_fast_s")

	began = time.Now()
	middle := y.began.Add(time.Duration(days) * 12 * time.Hour)
	seen, err := y.store.Snapshot(b.Context(), middle, map[string]time.Duration{copiesSource: 24 * time.Hour})
	require.NoError(b, err)
	require.NotEmpty(b, seen.Facts)
	b.ReportMetric(time.Since(began).Seconds(), "day_s")

	before := processor(b)
	out := y.replay(b, days)
	b.ReportMetric((processor(b)-before).Seconds()*1000/float64(out.Reproduced), "replay_cpu_ms/assessment")
	b.ReportMetric(float64(out.Rejudged)*100/float64(out.Resources), "replay_judged_%")
	b.ReportMetric(float64(y.otherwise(b, days)), "what_if_dates")
}

// otherwise asks of one assessment a day what had been found with access keys
// allowed 60 days instead of 90, and holds each date to the key's own age.
func (y *year) otherwise(tb testing.TB, days int) int {
	tb.Helper()
	const control, check, day = "standing-credentials-are-short-lived", "access-key-is-young", 24 * time.Hour
	shipped, err := catalogue.Load()
	require.NoError(tb, err)
	r := &daemon.Replayer{
		Store: y.store, Shipped: shipped, Version: "benchmark", Clock: func() time.Time { return y.company.now },
		Control: control, Sample: days, Set: map[string]map[string]any{control: {"max_key_age_days": 60}},
	}
	out, err := r.Replay(tb.Context(), y.began, y.company.now)
	require.NoError(tb, err)
	require.Equal(tb, days >= 40, len(out.Otherwise) > 0, "some keys come of age in the first 40 days")

	seen, err := y.store.Snapshot(tb.Context(), y.company.now, map[string]time.Duration{copiesSource: 24 * time.Hour})
	require.NoError(tb, err)
	created := map[evidence.Key]time.Time{}
	for _, f := range seen.Facts {
		if key, ok := f.Body.(*evidence.AccessKey); ok && key.CreatedAt != nil {
			created[f.Resource.Key()] = *key.CreatedAt
		}
	}
	for _, o := range out.Otherwise {
		require.Equal(tb, check, o.Check)
		born, ok := created[o.Resource.Key()]
		require.True(tb, ok, o.Resource.ID)
		require.Equal(tb, []string{"pass", "fail"}, []string{o.Was, o.Would})
		due := born.Add(60 * day)
		if due.Before(y.began) {
			due = y.began
		}
		require.WithinRange(tb, o.From, due, due.Add(2*day), "%s, created %s", o.Resource.ID, born)
		if until := born.Add(90 * day); until.Before(y.company.now) {
			require.WithinRange(tb, o.To, until.Add(-2*day), until.Add(2*day), "%s, created %s", o.Resource.ID, born)
		}
	}
	return len(out.Otherwise)
}

func (y *year) drift(tb testing.TB) (n int64) {
	tb.Helper()
	totals, err := y.store.DriftTotals(tb.Context())
	require.NoError(tb, err)
	for _, t := range totals {
		n += t.Count
	}
	return n
}

// replay makes every assessment again, and every verdict comes out as it was.
func (y *year) replay(tb testing.TB, days int) soc2.Replay {
	tb.Helper()
	shipped, err := catalogue.Load()
	require.NoError(tb, err)
	r := &daemon.Replayer{Store: y.store, Shipped: shipped, Version: "benchmark", Clock: func() time.Time { return y.company.now }}
	out, err := r.Replay(tb.Context(), y.began, y.company.now)
	require.NoError(tb, err)
	require.Empty(tb, out.Differences)
	require.Equal(tb, days*24, out.Reproduced)
	return out
}
